"""Search by n-grams: what finds what, and that the index never loses a hit."""

from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from damso.kernel.ngrams import excerpt, grams, highlight, matches, normalise, query_grams

FOUND = [
    ("당일배송이 되나요?", "배송"),
    ("배송이 늦어요", "ㅂㅅ"),
    ("배송이 늦어요", "ㅄ"),
    ("배송이 늦어요", "배ㅅ"),
    ("배송이 늦어요", "ㅂ송이"),
    ("까르르 웃었다", "ㄲㄹㄹ"),
    ("배송이 늦어요", "배"),
    ("교환 말고 환불", "환불 교환"),
    ("ㅋㅋㅋ 좋아요", "ㅋㅋ"),
    ("크크 좋아요", "ㅋㅋ"),
    ("너무 슬퍼요 ㅠㅠ", "ㅠㅠ"),
    ("A/S 문의드려요", "a/s"),
    ("AS센터 위치", "as센터"),
    ("AS센터 위치", "as"),
    ("an assistant", "as"),
    ("vitamin C", "c"),
    ("iPhone 케이스", "phone"),
    ("ＩＰＨＯＮＥ", "iphone"),
    ("STRASSE", "straße"),
    (normalize("NFD", "반품 신청서"), "반품"),
    ("제 번호는 010-1234-5678", "12345678"),
    ("제 번호는 010-1234-5678", "1234-5678"),
    ("제 번호는 010-1234-5678", "5678"),
    ("제 번호는 010-1234-5678", "010.1234"),
    ("010 1234 5678", "01012345678"),
    ("+82 10-1234-5678", "01012345678"),
    ("(02)123-4567", "021234567"),
    ("25,000원입니다", "25000"),
    ("주문번호 A20240115", "0115"),
    ("mina@shop.example", "ina@shop.ex"),
    ("mina@shop.example", "mina@shop.e"),
    ("mina@shop.example", "shop"),
    ("東京タワー", "京タ"),
    ("Привет из Москвы", "привет"),
    ("『배송』 안내", "배송,"),
]
NOT_FOUND = [
    ("바다 소리", "배송"),
    ("배가 고파 송이", "배송"),
    ("배 송", "ㅂㅅ"),
    ("bass", "as"),
    ("cat", "c"),
    ("bca/s", "a/s"),
    ("환불", "환불 교환"),
    ("5-678-9", "56780"),
    ("배송", ""),
    ("배송 !!", "!!"),
    ("배송", "ㅂ"),
    ("바사", "ㅃㅆ"),
]


@pytest.mark.parametrize(("text", "query"), FOUND)
def test_finds(text: str, query: str) -> None:
    assert matches(text, query)
    assert query_grams(query)
    assert set(query_grams(query)) <= set(grams(text))


@pytest.mark.parametrize(("text", "query"), NOT_FOUND)
def test_does_not_find(text: str, query: str) -> None:
    assert not matches(text, query)


def test_grams_are_of_distinct_kinds() -> None:
    assert sorted(grams("AS 배송 a ab1")) == sorted(["^as", "배", "송", "배송", "ᄇᄉ", "=a", "^ab", "ab1"])


def test_signs_and_lone_initials_are_left_out_of_a_query() -> None:
    assert query_grams("!! 배송 ㅂ") == ["배송"]
    assert matches("배송", "!! 배송 ㅂ")


letters = st.text(st.sampled_from("배송이늦어요가각힣까ㅂㅅㅋㅄㅠaAsSß1028éÉ東カ゛배 ％-./@,()+!_\n") | st.characters())


@given(letters, st.data())
@example("\u0345a", None)
def test_no_hit_is_lost(text: str, data: st.DataObject | None) -> None:
    """Any stretch of a text that begins with a word finds it, and the index knows."""
    text = normalise(text)
    starts = [i for i in range(len(text)) if i == 0 or not text[i - 1].isalnum()] or [0]
    start, length = (data.draw(st.sampled_from(starts)), data.draw(st.integers(1, 12))) if data else (0, len(text))
    query = text[start : start + length]
    words_are_whole = not text[start + len(query) : start + len(query) + 1].isalnum()
    if query_grams(query) and words_are_whole:
        assert matches(text, query)
    if matches(text, query):
        assert set(query_grams(query)) <= set(grams(text))


@given(letters, letters)
def test_what_matches_is_indexed(text: str, query: str) -> None:
    if matches(text, query):
        assert set(query_grams(query)) <= set(grams(text))


korean = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=12)


@given(korean, st.data())
def test_any_part_of_a_korean_word_is_found_by_syllables_and_initials(word: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(word) - 2))
    part = word[start : start + data.draw(st.integers(2, 6))]
    initials = ["ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"[(ord(sign) - 0xAC00) // 588] for sign in part]
    mixed = "".join(data.draw(st.sampled_from(pair)) for pair in zip(part, initials, strict=True))
    assert matches(word, mixed)
    assert set(query_grams(mixed)) <= set(grams(word))


@given(st.from_regex(r"0[0-9]{1,2}[ .-]?[0-9]{3,4}[ .-]?[0-9]{4}", fullmatch=True), st.data())
def test_any_part_of_a_phone_number_is_found(phone: str, data: st.DataObject) -> None:
    digits = "".join(sign for sign in phone if sign.isdigit())
    start = data.draw(st.integers(0, len(digits) - 3))
    part = digits[start : start + data.draw(st.integers(3, 11))]
    text = f"연락처는 {phone}이에요"
    assert matches(text, part)
    assert set(query_grams(part)) <= set(grams(text))


@given(letters)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(letters, letters)
def test_highlighting_keeps_every_character(text: str, query: str) -> None:
    assert "".join(piece for piece, _ in highlight(text, query)) == text


def test_highlights_what_was_looked_for() -> None:
    assert highlight("당일배송 010-1234-5678 ㅋㅋ", "ㅂㅅ 12345678") == [
        ("당일", False),
        ("배송", True),
        (" 010-", False),
        ("1234-5678", True),
        (" ㅋㅋ", False),
    ]
    assert highlight(normalize("NFD", "새 배송지"), "배송") == [
        (normalize("NFD", "새 "), False),
        (normalize("NFD", "배송"), True),
        (normalize("NFD", "지"), False),
    ]
    assert highlight("+82 10 1234 5678", "01012345678") == [("+82 10 1234 5678", True)]
    assert highlight("없어요", "배송") == [("없어요", False)]


def test_an_excerpt_shows_the_first_hit() -> None:
    pieces = excerpt("가나다 라마바\n" * 40 + "배송이 늦어요 " + "사아자 차카타 " * 40, "배송", length=60)
    assert ("배송", True) in pieces
    assert pieces[0][0].startswith("…")
    assert pieces[-1][0].endswith("…")
    assert len("".join(piece for piece, _ in pieces)) <= 62


@pytest.mark.parametrize("piece", ["0", "0-", "010", "+82", "가", "ㄱ", "a", " "])
def test_a_text_of_one_thing_alone_is_read_once(piece: str) -> None:
    """Reading it as often as it is long would take minutes, and the test its time limit."""
    assert len(grams(piece * 200_000)) < 100
