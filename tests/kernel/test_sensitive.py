"""What is masked and what is not: numbers that identify somebody go, numbers that shops live by stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.kernel.sensitive import KINDS, find, mask


def resident(first: str, foreign: bool = False) -> str:
    """A number with its checksum, from its first twelve digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return first + str(((11 - total % 11) % 10 + (2 if foreign else 0)) % 10)


def card(first: str) -> str:
    """A number with its Luhn digit."""
    for last in "0123456789":
        digits = first + last
        values = [int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits))]
        if sum(v - 9 if v > 9 else v for v in values) % 10 == 0:
            return digits
    raise AssertionError


def dashed(number: str) -> str:
    return f"{number[:6]}-{number[6:]}"


def fours(number: str, gap: str = "-") -> str:
    return gap.join(number[at : at + 4] for at in range(0, len(number), 4))


BORN = ("900101123456", "851231234567", "000229312345", "760704198765", "991130200001", "010815423456")
FOREIGN = ("900101512345", "880808687654", "010203712345", "991231598765")
CARDS = (
    "411111111111111",
    "555555555555444",
    "222300000000000",
    "352800000000000",
    "601111111111111",
    "622202000000000",
    "940990123456789",
    "453201511283036",
    "510510510510510",
    "949012345678901",
)
CONTEXTS = ("제 번호는 {} 입니다", "{}", "({})로 확인해 주세요.", "번호:{}")

RESIDENT = [
    *(context.format(dashed(resident(first))) for first in BORN for context in CONTEXTS),
    *(dashed(resident(first, foreign=True)) for first in FOREIGN),
    *(f"외국인등록번호 {dashed(resident(first, foreign=True))}" for first in FOREIGN),
    *(f"주민번호 {resident(first)}" for first in BORN),
    *(resident(first) for first in BORN),
    "주민번호 900101-1234560",
    "주민등록번호는 900101 1234560 이에요",
    "아이 주민번호 211015-3123456",
    "아기가 221105-4123457 로 등록됐어요",
    "my resident number is 900101-1234560",
]
CARD = [
    *(card(first) for first in CARDS),
    *(f"카드번호 {fours(card(first))}" for first in CARDS),
    *(f"카드 {fours(card(first), ' ')} 로 결제했어요" for first in CARDS),
    f"주문 결제 카드 {card(CARDS[0])}",
    "아멕스 3782-822463-10005",
    "my card is 4111 1111 1111 1111, thanks",
]
ACCOUNT = [
    "국민은행 123456-04-123456 김민지",
    "신한 110-123-456789로 환불해 주세요",
    "환불 계좌: 우리은행 1002-123-456789",
    "농협 301-1234-5678-91 입니다",
    "계좌번호 3333011234567 카카오뱅크",
    "110-123-456789 신한은행이에요",
    "하나은행 123-910123-45607",
    "통장은 기업은행 123-456789-01-234예요",
    "입금은 1005-601-123456 로 부탁드려요",
    "예금주 김민지 352-1234-5678-93",
    "please refund to account 110-123-456789",
    "우체국 012345-02-123456",
    "새마을금고 9002-1234-5678-9",
    "토스뱅크 1000-1234-5678 예요",
    "주문 취소하고 환불 계좌 110-123-456789 로요",
]
LICENCE = [
    "11-22-123456-78",
    "면허번호 12-34-567890-12 입니다",
    "운전면허 112212345678",
    "driver's licence 28-01-654321-09",
]
PASSPORT = ["여권번호 M12345678", "passport no. M123A4567", "여권 S87654321 이에요", "PM은 여권 m123a4567"]

INNOCENT = [
    "주문번호 20261122-0001234",
    "주문번호 20261122123456",
    "주문 251122-3000123 언제 와요?",
    "주문번호: 251122-1234567",
    "네이버 주문번호 2026112212345678",
    "order 4111111111111111 is late",
    "운송장 123456789012",
    "송장번호 6012-3456-7890",
    "CJ대한통운 운송장번호 651234567890 조회가 안 돼요",
    "택배 1234-5678-9012",
    "등기 1234567890123",
    "010-1234-5678",
    "01012345678로 연락 주세요",
    "연락처 010 1234 5678",
    "+82 10-1234-5678",
    "+821012345678",
    "02-123-4567",
    "031-123-4567 / 070-1234-5678",
    "1588-1234",
    "계좌 이체 확인 전화 02-1234-5678",
    "은행에서 010-1234-5678 로 전화했어요",
    "입금했어요 010-9876-5432",
    "사업자등록번호 123-45-67890",
    "2026-11-22 15:30:00",
    "20261122153000",
    "2026.11.22 ~ 2026.12.31",
    "입금일 2026-11-22",
    "가격은 1,234,567원",
    "59000원 x 3 = 177000원",
    "바코드 8801234567893",
    "상품 9788966260959 있나요",
    "ISBN 978-89-6626-095-9",
    "모델 SM-S928NZTEKOO",
    "시리얼 R3CT40ABCDE",
    "IMEI 356938035643809",
    "쿠폰 1234-5678-9012-3456",
    "쿠폰번호 4111-1111-1111-1111",
    "192.168.100.200:8080",
    "https://shop.example/p/1234567890123456?x=9876543210",
    "M12345678 사이즈 있나요",
    "모델 M123A4567 재고",
    "우편번호 06236",
    "예약번호 900101-1234568",
    "인증번호 123456",
    "키 170 몸무게 65",
    "1234567",
    "900101",
    "생년월일 900101",
    "1990-01-01",
    "991332-1234567",
    "901301-1234567",
    "900230-1234567",
    "900101-9234567",
    "900101-1234567",
    "1234-5678-9012-3456",
    "0000-0000-0000-0000",
    "1111111111111111",
    "37.5665, 126.9780",
    "버전 1.2.3456.7890",
    "티켓 2026-000123-45",
    "문의번호 1234567890",
    "tracking 9400110200881234567890",
    "EE123456789KR",
    "1억 2,345만 6,789원",
    "order #251122-4000001 please",
    "booking 221105-4123457",
    "phone 110-1234-5678",
    "배송 메모 901-1234-123456",
    "99-12-123456-12 규격",
]


@pytest.mark.parametrize("text", RESIDENT)
def test_resident_numbers_are_masked(text: str) -> None:
    assert [found.kind for found in find(text)] == ["resident_number"]


@pytest.mark.parametrize("text", CARD)
def test_cards_are_masked_but_for_their_last_digits(text: str) -> None:
    masked = mask(text)
    assert [kind for kind, _ in masked.numbers] == ["card"]
    assert sum(sign.isdigit() for sign in masked.text) == 4


@pytest.mark.parametrize("text", ACCOUNT)
def test_accounts_are_masked_where_the_words_say_so(text: str) -> None:
    masked = mask(text)
    assert [kind for kind, _ in masked.numbers] == ["account"]
    assert not any(sign.isdigit() for sign in masked.text)


@pytest.mark.parametrize("text", LICENCE)
def test_licences_are_masked(text: str) -> None:
    assert [found.kind for found in find(text)] == ["licence"]


@pytest.mark.parametrize("text", PASSPORT)
def test_passports_are_masked_where_the_words_say_so(text: str) -> None:
    assert [found.kind for found in find(text)] == ["passport"]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_shops_live_by_stays(text: str) -> None:
    assert mask(text).text == text


def test_a_kind_that_is_turned_off_stays() -> None:
    text = f"{dashed(resident(BORN[0]))}, 국민은행 123456-04-123456"
    assert [kind for kind, _ in mask(text, KINDS - {"account"}).numbers] == ["resident_number"]


@given(st.text())
def test_any_text_keeps_its_length_and_is_masked_once(text: str) -> None:
    masked = mask(text)
    assert len(masked.text) == len(text)
    assert mask(masked.text).numbers == ()


@given(
    st.sampled_from(BORN), st.text(alphabet="가나다 ,.\n", max_size=20), st.text(alphabet="가나다 ,.\n", max_size=20)
)
def test_a_resident_number_is_found_wherever_it_stands(first: str, before: str, after: str) -> None:
    number = dashed(resident(first))
    assert mask(f"{before}{number}{after}").numbers == (("resident_number", number),)
