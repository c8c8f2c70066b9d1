"""One mail is one message, whichever way it came; nobody else's mail is taken for it."""

import base64
import quopri

import pytest

from damso.channels.failures import Unparsable
from damso.channels.items import InboundMessage
from tests.channels.email.raw_mails import mail, message

TOKEN = "dc1-AAAAAAAAAAAAAAAAAAAAAAAA"
OTHER = "dc1-BBBBBBBBBBBBBBBBBBBBBBBB"
TEXT = "교환하고 싶어요. 길게 쓴 글이에요.\r\n둘째 줄"


def identity(found: InboundMessage) -> tuple[str, str]:
    return found.dedupe_scope, found.external_id


@pytest.mark.parametrize(
    "copy",
    [
        mail(TEXT, above="Delivered-To: care@shop.example\r\nReceived: by mx2.shop.example\r\n"),
        mail(base64.encodebytes(TEXT.encode()), Content_Transfer_Encoding="base64"),
        mail(quopri.encodestring(TEXT.encode()), Content_Transfer_Encoding="quoted-printable"),
        mail(TEXT.encode("cp949"), Content_Type="text/plain; charset=euc-kr"),
        mail(TEXT, To="care@shop.example", Date="Sun, 22 Nov 2026 15:20:00 +0900"),
        mail(TEXT.replace("\r\n", " \r\n") + "\r\n\r\n"),
    ],
)
def test_copies_of_one_mail_are_one_message(copy: bytes) -> None:
    assert identity(message(copy)) == identity(message(mail(TEXT)))


@pytest.mark.parametrize(
    "other",
    [
        mail("something else"),
        mail(TEXT, From="evil@other.example"),
        mail(TEXT, Subject="Another"),
        mail(TEXT, Message_ID="<second@customer.example>"),
    ],
)
def test_a_known_message_id_does_not_hide_another_mail(other: bytes) -> None:
    assert identity(message(other)) != identity(message(mail(TEXT)))


def test_without_a_message_id_content_and_date_tell_mails_apart() -> None:
    first, same = mail(TEXT, Message_ID=None), mail(TEXT, above="Received: x\r\n", Message_ID=None)
    later = mail(TEXT, Message_ID=None, Date="Sun, 22 Nov 2026 15:20:00 +0900")
    assert identity(message(first)) == identity(message(same))
    assert identity(message(first)) != identity(message(later))


def test_tokens_nearest_first_and_each_once() -> None:
    found = message(
        mail(
            To=f"Help <help+{OTHER}@shop.example>",
            In_Reply_To=f"<{TOKEN}.key1@shop.example>",
            References=f"<a@b.example> <{OTHER}.key0@shop.example> <{TOKEN}.key1@shop.example>",
        )
    )
    assert found.tokens == (OTHER, TOKEN)
    assert found.references == (f"{TOKEN}.key1@shop.example", f"{OTHER}.key0@shop.example", "a@b.example")


@pytest.mark.parametrize("name", ["Delivered_To", "X_Original_To", "Cc", "Envelope_To"])
def test_tokens_in_the_envelope(name: str) -> None:
    assert message(mail(**{name: f"help+{TOKEN}@shop.example"})).tokens == (TOKEN,)


def test_words_that_only_look_like_tokens() -> None:
    assert message(mail(f"{TOKEN}", Subject=f"help+{TOKEN}@shop.example", In_Reply_To="<dc1-short.x@y>")).tokens == ()


def test_there_is_an_end_to_tokens_and_references() -> None:
    many = " ".join(f"<dc1-{number:024}.k@shop.example>" for number in range(500))
    found = message(mail(References=many))
    assert (len(found.tokens), len(found.references)) == (20, 100)
    assert found.references[0] == f"dc1-{499:024}.k@shop.example"


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n\r\n", b"\x00" * 100, b"%PDF-1.3 no mail at all", b"Note: a text\r\n\r\nmore"]
)
def test_what_is_no_mail_is_unparsable(raw: bytes) -> None:
    with pytest.raises(Unparsable):
        message(raw)


def test_line_ends_do_not_matter() -> None:
    raw = mail(TEXT)
    assert message(raw.replace(b"\r\n", b"\n")) == message(raw)
    assert message(raw.replace(b"\r\n", b"\r")) == message(raw)
    assert message(b"From someone Sat Nov 21 2026\n" + raw) == message(raw)
