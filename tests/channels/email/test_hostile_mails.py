"""Any bytes give items or `Unparsable`, soon: recorded mails, mutated ones, and mails made to hurt."""

import random
from collections.abc import Callable
from pathlib import Path
from time import process_time

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damso.channels.adapters.email.parse import parse_mail
from damso.channels.failures import Unparsable
from damso.channels.items import InboundMessage, Item
from tests.channels.email.raw_mails import MAILBOX, RECEIVED, mail, message, recorded

SECONDS = 5


def read(raw: bytes) -> list[Item]:
    """The items, checked to be storable; none where the mail is unparsable."""
    try:
        found = list(parse_mail(raw, MAILBOX, RECEIVED))
    except Unparsable:
        return []
    assert found
    assert b"\x00" not in msgspec.json.encode([strings(item) for item in found])
    return found


def strings(item: Item) -> object:
    if not isinstance(item, InboundMessage):
        return item
    assert item.external_id
    assert item.fresh is not None
    assert 0 <= item.fresh <= len(item.text)
    return msgspec.structs.replace(
        item, attachments=tuple(msgspec.structs.replace(file, data=None) for file in item.attachments)
    )


def test_every_recorded_mail_is_read(outside_data: Path) -> None:
    files = [path for path in (outside_data / "email").rglob("*") if path.suffix in (".eml", ".txt")]
    assert len(files) > 350
    unread = [path.name for path in files if not read(path.read_bytes())]
    assert sorted(unread) == ["msg_19.txt", "てすと.txt"]  # two texts without any header of a mail


def mutations(seed: bytes, choose: random.Random) -> bytes:
    """The mail with a few bytes changed, cut out, doubled or put in."""
    data = bytearray(seed)
    pieces = [
        b"\r\n\r\n",
        b"\n--",
        b"=?utf-8?B?",
        b'"',
        b"(",
        b"<",
        b"*0*=utf-8'",
        b"\x00",
        b"charset=utf-7",
        b"\x1b$)C\x0e",
    ]
    for _ in range(choose.randint(1, 20)):
        at = choose.randrange(len(data) + 1)
        end = min(len(data), at + choose.randint(1, 200))
        action = choose.randrange(4)
        data[at:end] = [
            bytes(choose.randrange(256) for _ in range(3)),
            b"",
            bytes(data[at:end]) * 3,
            choose.choice(pieces),
        ][action]
    return bytes(data)


NAMES = sorted(path.name for path in (Path(__file__).parent / "mails").glob("*.eml"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(NAMES), choose=st.randoms(use_true_random=False))
def test_mutated_mails(name: str, choose: random.Random) -> None:
    read(mutations(recorded(name), choose))


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=3000))
def test_random_bytes(raw: bytes) -> None:
    read(raw)
    read(b"From: a@b.example\r\n" + raw)


@settings(max_examples=200, deadline=None)
@given(
    header=st.sampled_from(["From", "To", "Subject", "Content-Type", "Authentication-Results", "Date"]),
    value=st.binary(max_size=300),
)
def test_random_headers(header: str, value: bytes) -> None:
    read(header.encode() + b": " + value.replace(b"\n", b"") + b"\r\nMessage-ID: <a@b>\r\n\r\ntext")


HEAD = b"From: a@b.example\r\nTo: help@shop.example\r\n"
PART = b"--b\r\nContent-Type: %s\r\n\r\nhi\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
MEGA = 1_000_000


def plain(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/plain\r\n\r\n" + body


def nested() -> bytes:
    levels = (
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level - 1, level) for level in range(1, 2000)
    )
    return HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + b"".join(levels) + b"x" * 20 * MEGA


def bounce(body: bytes) -> bytes:
    return b"From: mailer-daemon@x.example\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\n" + body


HURTFUL: dict[str, Callable[[], bytes]] = {
    "50 MB file": lambda: (
        MIXED + PART % b"text/plain" + b"--b\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Type: application/pdf\r\n\r\n" + (b"QUJD" * 19 + b"\r\n") * 640_000 + b"--b--"
    ),
    "50 MB text": lambda: plain(b"hello, this is a line of text\r\n" * 1_600_000),
    "50 MB empty lines": lambda: plain(b"\n" * 50 * MEGA),
    "50 MB Korean": lambda: (
        HEAD + b"Content-Type: text/plain; charset=euc-kr\r\n\r\n" + "안녕하세요\r\n".encode("cp949") * 4 * MEGA
    ),
    "10,000 parts": lambda: MIXED + PART % b"text/plain" * 10_000 + b"--b--",
    "10,000 files": lambda: MIXED + PART % b"image/png" * 10_000 + b"--b--",
    "10 million empty parts": lambda: MIXED + b"\n--b" * 10 * MEGA,
    "false boundaries": lambda: MIXED + b"\n--bx" * 5 * MEGA,
    "deep parts": nested,
    "forward in forward": lambda: (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * 5000,
    "10,000 headers": lambda: b"".join(b"X-H%d: y\r\n" % number for number in range(10_000)) + plain(b"x"),
    "headers without end": lambda: HEAD + b"a:\n" * 10 * MEGA,
    "one folded header": lambda: HEAD + b"X: y" + b"\r\n y" * 500_000 + b"\r\n\r\nx",
    "quote signs": lambda: plain(b"> " * 500_000),
    "quoted lines": lambda: plain(b"> \n" * 300_000),
    "angle brackets": lambda: plain(b"<" * MEGA),
    "attributions": lambda: plain(b"On 2026-01-01 a@b wrote:\n" * 15_000),
    "halves of attributions": lambda: plain(b"On 1/1 a@b wrote" * 60_000),
    "signatures": lambda: plain(b"-- \nx\n" * 9_000),
    "sender lines": lambda: plain(b"From: \n" * 19_000),
    "recipients": lambda: b"To: " + b"<" * 250_000 + b"\r\n" + plain(b"x"),
    "quotes in recipients": lambda: b'To: "' + b'"' * 250_000 + b"\r\n" + plain(b"x"),
    "at signs": lambda: b"To: " + b"@:" * 120_000 + b"\r\n" + plain(b"x"),
    "encoded words": lambda: b"Subject: " + b"=?a?b?" * 40_000 + b"\r\n" + plain(b"x"),
    "references": lambda: b"References: " + b"a" * 250_000 + b"\r\n" + plain(b"x"),
    "results": lambda: b"Authentication-Results: mx.shop.example; " + b"a.b" * 80_000 + b"\r\n" + plain(b"x"),
    "parameters": lambda: HEAD + b"Content-Type: text/plain; " + b"a*1=b;" * 40_000 + b"\r\n\r\nx",
    "base64 paddings": lambda: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=a" * 10 * MEGA,
    "TNEF attributes": lambda: (
        HEAD + b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x00\x00" + b"\x01" + b"\x00" * 10 * MEGA
    ),
    "bounced addresses": lambda: bounce(b"<a@b.example>: 550 5.1.1 user unknown\n" * 20_000),
    "bounced words": lambda: bounce(b"account user mailbox " * 50_000),
    "bounced headers": lambda: bounce(b"From: x\nTo: y\n" * 50_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HURTFUL)
def test_mails_made_to_hurt_are_read_soon(name: str) -> None:
    raw = HURTFUL[name]()
    begun = process_time()
    read(raw)
    assert process_time() - begun < SECONDS


def test_parts_beyond_the_limit_are_kept_together() -> None:
    found = message(MIXED + PART % b"image/png" * 1_200 + b"--b--")
    assert len(found.attachments) == 1_001
    last = found.attachments[-1]
    assert last.name == "further-parts.eml"
    assert last.data is not None
    assert last.data.count(b"image/png") == 200


def test_a_text_that_is_too_long_to_show_is_a_file() -> None:
    found = message(mail("가" * 1_000_001))
    assert (found.text, [file.name for file in found.attachments]) == ("", ["message.txt"])


@pytest.mark.parametrize("name", ["headers without end", "one folded header"])
def test_headers_beyond_the_limit_are_refused_with_a_reason(name: str) -> None:
    with pytest.raises(Unparsable, match="header"):
        message(HURTFUL[name]())
