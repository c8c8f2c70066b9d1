"""Answers as mails: what stands in them, and that nobody can write a header into them."""

import email
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.channels.adapters.email.compose import MAX_REFERENCES, compose, envelope_address, reply_subject
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.parse import parse_mail
from damso.channels.failures import ContentRejected, RecipientUnreachable
from damso.channels.items import Address, InboundMessage
from damso.channels.types import Blob, Brand
from tests.channels.email.messages import NOW, SEND_KEY, TOKEN, make_message

HEADERS = {
    "content-type",
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "x-damso-loop",
    "mime-version",
}


def written(config: EmailConfig, **changed: Any) -> Message:
    return email.message_from_bytes(compose(make_message(**changed), config).raw)


def said(mail: Message, header: str) -> str:
    return str(make_header(decode_header(mail[header].replace("\r\n", ""))))


def read_back(config: EmailConfig, **changed: Any) -> InboundMessage:
    (item,) = parse_mail(compose(make_message(**changed), config).raw, config, NOW)
    assert isinstance(item, InboundMessage)
    return item


def test_the_same_message_is_the_same_mail_at_every_attempt(offline: EmailConfig) -> None:
    message = make_message(attachments=(Blob(name="a.pdf", content_type="application/pdf", data=b"x"),))
    assert compose(message, offline) == compose(message, offline)


def test_message_id_carries_token_and_send_key_at_our_domain(offline: EmailConfig) -> None:
    assert written(offline)["Message-ID"] == f"<{TOKEN}.{SEND_KEY}@shop.example>"


def test_a_send_key_that_no_message_id_can_hold_becomes_a_digest(offline: EmailConfig) -> None:
    first, again = (written(offline, send_key="<한글> key")["Message-ID"] for _ in range(2))
    assert first == again
    assert first.startswith(f"<{TOKEN}.")
    assert first.isascii()


def test_sender_is_the_author_with_the_company(offline: EmailConfig) -> None:
    assert said(written(offline), "From") == "이담소 (담소상점) <help@shop.example>"


def test_sender_falls_back_to_the_brand(offline: EmailConfig) -> None:
    unnamed = msgspec.structs.replace(offline, name="")
    brand = Brand(name="Damso Shop", colour="#000000")
    assert said(written(unnamed, author="", brand=brand), "From") == '"Damso Shop" <help@shop.example>'


def test_answers_go_to_the_plus_address(offline: EmailConfig) -> None:
    assert said(written(offline), "Reply-To").endswith(f"<help+{TOKEN}@shop.example>")


def test_no_plus_address_where_the_mailbox_has_none(offline: EmailConfig) -> None:
    assert written(msgspec.structs.replace(offline, plus_addressing=False))["Reply-To"] is None


def test_no_plus_address_that_servers_would_find_too_long(offline: EmailConfig) -> None:
    assert written(offline, token="dc1-" + "x" * 70)["Reply-To"] is None


def test_references_end_with_the_mail_answered(offline: EmailConfig) -> None:
    mail = written(offline, in_reply_to="b@x.example", references=("a@x.example", "b@x.example"))
    assert mail["In-Reply-To"] == "<b@x.example>"
    assert mail["References"].split() == ["<a@x.example>", "<b@x.example>"]


def test_long_references_keep_the_first_and_the_last(offline: EmailConfig) -> None:
    known = tuple(f"{number}.{'x' * 90}@mail.example" for number in range(50))
    kept = written(offline, in_reply_to=known[-1], references=known)["References"].split()
    assert kept == [f"<{known[0]}>", *(f"<{one}>" for one in known[-MAX_REFERENCES + 1 :])]


@pytest.mark.parametrize("subject", ["Re: 배송", "RE: 배송", "re : 배송", "Re[2]: 배송", "회신: 배송", "답장：배송"])
def test_reply_is_marked_once(subject: str) -> None:
    assert reply_subject(subject) == subject


def test_reply_gets_its_mark(offline: EmailConfig) -> None:
    assert said(written(offline, in_reply_to="a@x.example"), "Subject") == "Re: 배송 문의"
    assert written(offline, in_reply_to="a@x.example")["Subject"].startswith("Re: =?utf-8?")


def test_first_mail_has_no_mark(offline: EmailConfig) -> None:
    assert said(written(offline), "Subject") == "배송 문의"


def test_missing_subject_is_filled_in_the_readers_language(offline: EmailConfig) -> None:
    assert said(written(offline, subject=" \n"), "Subject") == "담소상점에서 보낸 답변"
    assert said(written(offline, subject="", locale="en-GB"), "Subject") == "Message from 담소상점"


def test_answers_of_people_are_not_marked_automatic_but_carry_our_loop_mark(offline: EmailConfig) -> None:
    assert written(offline)["Auto-Submitted"] is None
    assert written(offline)["X-Damso-Loop"] == TOKEN


def test_text_comes_back_as_written(offline: EmailConfig) -> None:
    text = "첫 줄\n.점으로 시작\nFrom 으로 시작\n\n" + "긴 줄 " * 400
    assert read_back(offline, text=text, brand=Brand(name="담소", colour="#123456")).text.strip() == text.strip()


def test_html_is_escaped_and_links_are_links(offline: EmailConfig) -> None:
    html = read_back(offline, text="<script>x</script>\n(https://shop.example/a?b=1&c=(2)). 끝").html or ""
    assert "<script>" not in html
    assert '<a href="https://shop.example/a?b=1&amp;c=(2)">https://shop.example/a?b=1&amp;c=(2)</a>). 끝' in html


def test_html_tells_its_language_and_wears_the_brands_colour(offline: EmailConfig) -> None:
    html = read_back(offline, locale="ko-KR").html or ""
    assert '<html lang="ko-KR">' in html
    assert "border-left:3px solid #1f6feb" in html


def test_colour_and_language_cannot_carry_markup(offline: EmailConfig) -> None:
    evil = '"><script>'
    html = read_back(offline, locale=evil, brand=Brand(name=evil, colour=evil, signature=evil)).html or ""
    assert "<script>" not in html


def test_korean_file_names_and_contents_survive(offline: EmailConfig) -> None:
    sent = Blob(name="견적서 최종(수정).pdf", content_type="application/pdf", data=bytes(range(256)))
    (got,) = read_back(offline, attachments=(sent,)).attachments
    assert (got.name, got.content_type, got.data) == (sent.name, sent.content_type, sent.data)


def test_a_forwarded_mail_travels_as_a_file(offline: EmailConfig) -> None:
    (got,) = read_back(
        offline, attachments=(Blob(name="원본.eml", content_type="message/rfc822", data=b"Subject: x\r\n\r\nhi"),)
    ).attachments
    assert got.content_type == "application/octet-stream"
    assert got.data == b"Subject: x\r\n\r\nhi"


def test_file_name_loses_folders_and_direction_tricks(offline: EmailConfig) -> None:
    (got,) = read_back(
        offline, attachments=(Blob(name="..\\a/b\u202egnp.exe", content_type="text/html", data=b"x"),)
    ).attachments
    assert got.name == "bgnp.exe"


def test_international_domains_leave_in_punycode(offline: EmailConfig) -> None:
    mail = compose(make_message(to=Address(kind="email", value="mina@shop.한국")), offline)
    assert mail.recipients == ("mina@shop.xn--3e0b707e",)


@pytest.mark.parametrize("address", ["", "미나@naver.example", "a b@naver.example", "a@", "a@-", "a@b\r\nBcc: x@y.z"])
def test_an_address_that_no_mail_can_carry_is_unreachable(offline: EmailConfig, address: str) -> None:
    assert envelope_address(address) is None
    with pytest.raises(RecipientUnreachable):
        compose(make_message(to=Address(kind="email", value=address)), offline)


def test_a_senseless_copy_stops_the_mail(offline: EmailConfig) -> None:
    with pytest.raises(ContentRejected, match="copy 1 of 1"):
        compose(make_message(cc=(Address(kind="email", value="nobody"),)), offline)


def test_a_copy_to_the_recipient_goes_out_once(offline: EmailConfig) -> None:
    copies = tuple(Address(kind="email", value=value) for value in ("MINA@naver.example", "a@b.example", "a@b.example"))
    assert compose(make_message(cc=copies), offline).recipients == ("mina@naver.example", "a@b.example")


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=[]), max_size=200)


@given(one=ANY_TEXT, two=ANY_TEXT, three=ANY_TEXT)
def test_nothing_typed_can_become_a_header(one: str, two: str, three: str) -> None:
    config = EmailConfig(address="help@shop.example", name=two, imap_host="h", smtp_host="h")
    raw = compose(
        make_message(
            subject=one,
            author=three,
            to=Address(kind="email", value="mina@naver.example", name=three),
            cc=(Address(kind="email", value="jiho@daum.example", name=one),),
            text=two,
            brand=Brand(name=one, colour=two, signature=three),
            in_reply_to=two,
            references=(one, three),
            attachments=(Blob(name=one, content_type=two, data=three.encode("utf-8", "replace")),),
        ),
        config,
    ).raw
    assert max(raw) < 128
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = email.message_from_bytes(raw)
    assert {name.lower() for name in mail.keys()} <= HEADERS  # noqa: SIM118 -- iterating a message gives its lines
    assert [part.get_content_type() for part in mail.walk()][:4] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
