"""What a message leaves as, and what no phone could read."""

import msgspec
import pytest

from damso.channels.adapters.sms import euckr
from damso.channels.adapters.sms.compose import outgoing
from damso.channels.adapters.sms.numbers import Number, from_relay, to_relay
from damso.channels.failures import ContentRejected, RecipientUnreachable
from damso.channels.items import Address
from tests.channels.sms.company import CONFIG, MINA, alimtalk, picture, text

BRANDED = msgspec.structs.replace(CONFIG, brand_targeting="M")


@pytest.mark.parametrize(
    ("message", "config", "kind"),
    [
        (text("가" * 45), CONFIG, "SMS"),
        (text("가" * 44 + "ab"), CONFIG, "SMS"),
        (text("가" * 45 + "a"), CONFIG, "LMS"),
        (text("가" * 1000), CONFIG, "LMS"),
        (text("a" * 2000), CONFIG, "LMS"),
        (text("사진이에요", attachments=(picture(),)), CONFIG, "MMS"),
        (text("(광고) 봄 세일", purpose="marketing"), CONFIG, "SMS"),
        (text("(광고) 봄 세일 😊", purpose="marketing"), BRANDED, "BRAND"),
        (text("(광고) 봄", purpose="marketing", attachments=(picture(),)), BRANDED, "MMS"),
        (alimtalk(), CONFIG, "ALIMTALK"),
    ],
)
def test_length_pictures_template_and_purpose_decide(message, config, kind) -> None:
    assert outgoing(message, config).kind == kind


@pytest.mark.parametrize(
    ("message", "config", "why"),
    [
        (text("배송 중이에요 😊"), CONFIG, "'😊' (U+1F60A)"),
        (text("똠방각하"), CONFIG, "'똠' (U+B620)"),
        (text("a\u00a0b"), CONFIG, "U+00A0"),
        (text("가" * 1001), CONFIG, "2000 bytes"),
        (text("x", attachments=(picture(), picture())), CONFIG, "one JPEG"),
        (text("x", attachments=(picture(kind="image/png"),)), CONFIG, "one JPEG"),
        (text("x", attachments=(picture(200 * 1024 + 1),)), CONFIG, "200 kB"),
        (text("가" * 1301, purpose="marketing"), BRANDED, "1300 characters"),
        (alimtalk(), msgspec.structs.replace(CONFIG, kakao_channel=""), "no KakaoTalk channel"),
        (msgspec.structs.replace(alimtalk(), purpose="marketing"), CONFIG, "no advertising"),
        (msgspec.structs.replace(alimtalk(), attachments=(picture(),)), CONFIG, "no files"),
        (alimtalk(words="가" * 1001), CONFIG, "1000 characters"),
    ],
)
def test_what_cannot_leave_says_what_to_change(message, config, why: str) -> None:
    with pytest.raises(ContentRejected) as caught:
        outgoing(message, config)

    assert why in str(caught.value)


def test_an_alimtalk_may_hold_what_texts_cannot() -> None:
    assert outgoing(alimtalk(words="주문을 받았어요 🎁"), CONFIG).text.endswith("🎁")


def test_numbers_are_written_as_relays_do() -> None:
    assert to_relay("+821000001024") == Number(country="82", digits="01000001024")
    assert to_relay("+8215440000") == Number(country="82", digits="15440000")
    assert to_relay("+14155550100") == Number(country="1", digits="4155550100")
    assert from_relay("01000001024") == Address(kind="phone", value="+821000001024")
    assert from_relay("4155550100", "1") == Address(kind="phone", value="+14155550100")
    assert from_relay("") is None
    assert from_relay("nobody") is None


def test_what_is_no_number_is_a_fact() -> None:
    with pytest.raises(RecipientUnreachable):
        outgoing(text("x", to=msgspec.structs.replace(MINA, phone="mina@shop.example")), CONFIG)


def test_a_title_is_cut_to_what_fits() -> None:
    out = outgoing(text("가" * 60, subject="가나다라마바사아자차카타파하😊가나다라마바사"), CONFIG)

    assert out.subject == "가나다라마바사아자차카타파하가나다라마바"
    assert euckr.size(out.subject) == euckr.TITLE
    assert outgoing(text("가" * 60), CONFIG).title == "달빛상점"
