"""Addresses, encoded words, parameters and dates as mail programs really write them."""

from datetime import UTC, datetime

import pytest

from damso.channels.adapters.email.addresses import normal, read_mailboxes
from damso.channels.adapters.email.charsets import codec_for, decode
from damso.channels.adapters.email.headers import decode_words, message_ids, read_date, read_parameters
from tests.channels.email.raw_mails import mail, message, recorded


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b'"Kim, X" <A@Shop.Example>, b@c.de (Bob B)', [("Kim, X", "A@Shop.Example"), ("Bob B", "b@c.de")]),
        (b"team: a@b.c, d@e.f;", [("", "a@b.c"), ("", "d@e.f")]),
        (b"undisclosed-recipients:;", []),
        (b"=?utf-8?Q?Kim,_X?= <a@b.c>", [("Kim, X", "a@b.c")]),
        (b'"=?euc-kr?B?yKux5rW/?=" <h@n.com>', [("홍길동", "h@n.com")]),
        ("홍길동 <hong@한국.kr>".encode("cp949"), [("홍길동", "hong@한국.kr")]),
        (b"<a@b.c", [("", "a@b.c")]),
        (b'"a@b.c" <d@e.f>', [("a@b.c", "d@e.f")]),
        (b"J (a (b) c) <@relay.example:j@s.com>", [("J", "j@s.com")]),
        (b"mailto:a@b.c", [("", "a@b.c")]),
        (b"nobody at all", [("nobody at all", "")]),
        (b'"odd local"@x.y', [("", '"odd local"@x.y')]),
        (b"", []),
    ],
)
def test_address_headers(header: bytes, expected: list[tuple[str, str]]) -> None:
    assert [tuple(box) for box in read_mailboxes(header)] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Mina@Shop.Example", "mina@shop.example"),
        ("mina@담소.한국", "mina@xn--jk1bu0z.xn--3e0b707e"),
        ("no address", ""),
        ("@x", ""),
    ],
)
def test_addresses_are_compared_in_one_form(address: str, expected: str) -> None:
    assert normal(address) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"=?utf-8?B?7ZWc6rWt7?=\r\n =?utf-8?B?Ja0?=", "한국어"),
        (b"=?utf-8?B?7ZWc6w==?= =?utf-8?B?sq0=?=", "한벭"),
        (b"=?euc-kr?Q?=B0=A1?= text =?euc-kr?Q?=B0=A2?=", "가 text 각"),
        (b"=?utf-8*ko?B?6rCA?=", "가"),
        (b"=?utf-8?Q?a b?=", "a b"),
        (b"=?no-such-charset?B?6rCA?=", "가"),
        (b"=?utf-8?X?zz?= =? broken ?=", "=?utf-8?X?zz?= =? broken ?="),
        ("펲시".encode("cp949"), "펲시"),
    ],
)
def test_encoded_words(header: bytes, expected: str) -> None:
    assert decode_words(header.replace(b"\r\n", b"")) == expected


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        ("똠방각하".encode("cp949"), "euc-kr", "똠방각하"),
        ("똠방각하".encode("cp949"), "ks_c_5601-1987", "똠방각하"),
        ("안녕하세요".encode("cp949"), "us-ascii", "안녕하세요"),
        ("안녕하세요".encode("cp949"), "iso-8859-1", "안녕하세요"),
        ("안녕하세요".encode("cp949"), "utf-8", "안녕하세요"),
        ("안녕하세요".encode("cp949"), None, "안녕하세요"),
        ("안녕하세요".encode(), "euc-kr", "안녕하세요"),
        ("안녕하세요".encode(), "iso-8859-1", "안녕하세요"),
        ("안녕하세요".encode("iso2022_kr"), "iso-2022-kr", "안녕하세요"),
        ("안녕하세요".encode("iso2022_kr"), "euc-kr", "안녕하세요"),
        ("こんにちは".encode("iso2022_jp"), None, "こんにちは"),
        ("Größe".encode("latin-1"), "iso-8859-1", "Größe"),
        ("Größe".encode("latin-1"), None, "Größe"),
        ("“quoted”".encode("cp1252"), "iso-8859-1", "“quoted”"),
        (b"a\x00b", "utf-8", "ab"),
        (b"\xff\xfe\xfd", "utf-8", "\ufffd\ufffd\ufffd"),
    ],
)
def test_text_is_read_whatever_its_label_says(data: bytes, label: str | None, expected: str) -> None:
    assert decode(data, label) == expected


@pytest.mark.parametrize("label", ["idna", "punycode", "unicode_escape", "rot13", "base64", "zlib", "", "x" * 5000])
def test_codecs_that_are_no_charsets_are_refused(label: str) -> None:
    assert codec_for(label) is None


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        (b"x/y; name=plain.txt", "name", "plain.txt"),
        (b'x/y; name="a;b\\"c.txt"', "name", 'a;b"c.txt'),
        (b"x/y; name*=utf-8'ko'%ED%95%9C.txt", "name", "한.txt"),
        (b"x/y; name*0*=utf-8'ko'%ED%95; name*1*=%9C.txt", "name", "한.txt"),
        (b'x/y; name*0="a b"; name*1=".txt"', "name", "a b.txt"),
        (b'x/y; name="=?euc-kr?B?x9E=?=.txt"', "name", "한.txt"),
        ('x/y; name="영수증.png"'.encode("cp949"), "name", "영수증.png"),
        (b'x/y; name="never closed; charset=utf-8', "charset", "utf-8"),
    ],
)
def test_parameters(value: bytes, name: str, expected: str) -> None:
    assert read_parameters(value).parameters[name] == expected


def test_message_ids_are_taken_in_their_order() -> None:
    assert message_ids("<a@b> junk < c@d > <not closed") == ["a@b", "c@d"]


def test_ids_nobody_gave_are_left_out() -> None:
    assert message_ids(f"<{'x' * 600}@b>") == []


@pytest.mark.parametrize("value", ["", "not a date", "Fri, 99 Nov 2026 99:99:99 +9999", "1 " * 5000])
def test_a_senseless_date_is_none(value: str) -> None:
    assert read_date(value) is None


def test_a_date_is_read_in_utc() -> None:
    assert read_date("Sat, 21 Nov 2026 15:20:00 +0900") == datetime(2026, 11, 21, 6, 20, tzinfo=UTC)


def test_raw_bytes_in_subject_name_and_file_name() -> None:
    found = message(recorded("first__raw_8bit_headers.eml"))
    assert (found.subject, found.sender.name, found.text) == ("펲시 사진 보내드려요", "최유진", "사진이에요 펲")
    assert [file.name for file in found.attachments] == ["영수증.png"]


def test_characters_split_between_words_and_sections() -> None:
    found = message(recorded("first__split_characters.eml"))
    assert found.subject == "배송이 언제 되나요 궁금합니다"
    assert [file.name for file in found.attachments] == ["사업자등록증 사본.pdf"]


def test_seven_bit_korean() -> None:
    found = message(recorded("first__iso_2022_kr.eml"))
    assert (found.subject, found.text) == ("안녕", "안녕하세요 문의합니다")


def test_sender_and_recipients() -> None:
    found = message(
        mail(
            From="Mina <Mina@Customer.example>",
            To="help+x@shop.example, A <a@b.example>, broken@, a@b.example",
            Cc="CARE@shop.example, c@d.example",
            Reply_To="other@customer.example",
        )
    )
    assert (found.sender.value, found.sender.name, found.sender.kind) == ("mina@customer.example", "Mina", "email")
    assert [address.value for address in found.to] == ["a@b.example"]
    assert [address.value for address in found.cc] == ["c@d.example"]
    assert found.reply_to is not None
    assert found.reply_to.value == "other@customer.example"


def test_a_reply_address_that_is_the_sender_says_nothing() -> None:
    assert message(mail(Reply_To="MINA@customer.example")).reply_to is None


def test_mails_without_a_sender_have_different_ones() -> None:
    first, second = message(mail("a", From=None)), message(mail("b", From=None))
    assert first.sender.value.endswith("@unknown.invalid")
    assert first.sender.value != second.sender.value


def test_missing_headers_are_no_fault() -> None:
    found = message(mail("text", To=None, Subject=None, Date=None, Message_ID=None))
    assert (found.subject, found.provider_at, found.to) == ("", None, ())
    assert found.external_id.startswith("sha256:")
