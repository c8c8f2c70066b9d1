"""Mails as bytes, and what is read from them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.parse import parse_mail
from damso.channels.items import InboundMessage, InboundReceipt, Item, Unsupported

RECEIVED = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
MAILBOX = EmailConfig(
    address="help@shop.example",
    aliases=("Care@Shop.example",),
    imap_host="127.0.0.1",
    smtp_host="127.0.0.1",
    authserv_ids=("mx.shop.example",),
)
_RECORDED = Path(__file__).parent / "mails"


def recorded(name: str) -> bytes:
    """A mail from the folder `mails`."""
    return (_RECORDED / name).read_bytes()


def mail(
    body: str | bytes = "안녕하세요", /, *, above: str = "", charset: str = "utf-8", **headers: str | None
) -> bytes:
    """A simple mail. `above` are whole header lines on top; a header given as None is left out."""
    usual: Mapping[str, str | None] = {
        "From": "Mina <mina@customer.example>",
        "To": "help@shop.example",
        "Subject": "Hello",
        "Date": "Sat, 21 Nov 2026 15:20:00 +0900",
        "Message-ID": "<first@customer.example>",
        "MIME-Version": "1.0",
        "Content-Type": f"text/plain; charset={charset}",
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lower = {name.lower() for name in given}
    fields = {name: value for name, value in usual.items() if name.lower() not in lower} | given
    head = above + "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    content = body if isinstance(body, bytes) else body.replace("\r\n", "\n").replace("\n", "\r\n").encode(charset)
    return head.encode("utf-8") + b"\r\n" + content


def multipart(kind: str, *parts: str | bytes) -> tuple[bytes, str]:
    """The body made of `parts` (each with its own headers), and its Content-Type."""
    pieces = [part if isinstance(part, bytes) else part.replace("\n", "\r\n").encode() for part in parts]
    body = b"".join(b"--=b\r\n" + piece + b"\r\n" for piece in pieces) + b"--=b--\r\n"
    return body, f'multipart/{kind}; boundary="=b"'


def parts_mail(kind: str, *parts: str | bytes) -> bytes:
    """A mail of one multipart."""
    body, content_type = multipart(kind, *parts)
    return mail(body, Content_Type=content_type)


def items(raw: bytes, config: EmailConfig = MAILBOX) -> list[Item]:
    return list(parse_mail(raw, config, RECEIVED))


def message(raw: bytes, config: EmailConfig = MAILBOX) -> InboundMessage:
    """The one message a mail is read as."""
    (item,) = items(raw, config)
    assert isinstance(item, InboundMessage), item
    return item


def receipt(raw: bytes, config: EmailConfig = MAILBOX) -> InboundReceipt:
    """The one receipt a report is read as."""
    (item,) = items(raw, config)
    assert isinstance(item, InboundReceipt), item
    return item


def unsupported(raw: bytes, config: EmailConfig = MAILBOX) -> Unsupported:
    (item,) = items(raw, config)
    assert isinstance(item, Unsupported), item
    return item


def fresh(raw: bytes) -> str:
    """The new part of a mail's text."""
    found = message(raw)
    return found.text[: found.fresh]
