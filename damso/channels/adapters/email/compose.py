"""An answer as a mail: headers that thread everywhere, a plain and an HTML part, only 7-bit bytes.

The same message gives the same bytes however often it is composed, so a repeated attempt is the same mail. Nothing a
person typed can start a new header line: names, subject and file names lose every control character, and ids that
are no well-formed Message-IDs are left out.
"""

import hashlib
import re
from collections.abc import Sequence
from email.charset import BASE64, QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import encode_rfc2231, format_datetime

from msgspec import Struct

from damso.channels.adapters.email.compose_html import html_body
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.failures import ContentRejected, RecipientUnreachable
from damso.channels.types import Blob, OutboundMessage
from damso.kernel.i18n import Text, as_locale

MAX_REFERENCES = 20
"""Ids kept in References; RFC 5322 sets no limit, but header lines past 998 bytes break relays (section 2.1.1)."""

MAX_LOCAL_PART = 64
"""Bytes of an address before the @ (RFC 5321 section 4.5.3.1.1)."""

_REPLY = re.compile(r"\s*(?:re(?:\s*\[\d+\])?|회신|답장)\s*[:：]", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BARE_NEWLINE = re.compile(r"\r\n?|\n")

# The modern policies of `email` break a Message-ID past 78 characters into encoded words, and compat32 at its default
# width leaves a header's first line empty, which some readers take for an empty header. Folds are made here instead.
_AS_WRITTEN = Compat32(max_line_length=None, linesep="\r\n")
_NO_SUBJECT = Text(ko="{brand}에서 보낸 답변", en="Message from {brand}")


class ComposedMail(Struct, frozen=True, kw_only=True):
    """A mail ready to leave: its bytes, its id without angle brackets, and the envelope, main recipient first."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


def compose(message: OutboundMessage, config: EmailConfig) -> ComposedMail:
    """Write the mail. Raises `RecipientUnreachable` or `ContentRejected` for addresses that no mail can carry."""
    sender = envelope_address(config.address)
    if sender is None:
        raise ContentRejected("the mailbox's own address is not a mail address")
    to, copies = _recipients(message)
    message_id = f"{_id_left(message)}@{sender.rpartition('@')[2]}"

    mail = _body(message)
    mail["From"] = _mailbox("From", _sender_name(message, config), sender)
    mail["To"] = _mailbox("To", message.to.name, to)
    if copies:
        mail["Cc"] = ",\n ".join(_mailbox("Cc", name, address) for name, address in copies)
    if config.plus_addressing and (plus := _plus_address(sender, message.token)):
        mail["Reply-To"] = _mailbox("Reply-To", config.name or message.brand.name, plus)
    mail["Subject"] = _subject_words(_subject(message))
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message_id}>"
    _add_references(mail, message)
    mail["X-Damso-Loop"] = _one_line(message.token)
    mail["MIME-Version"] = "1.0"
    return ComposedMail(
        message_id=message_id,
        sender=sender,
        recipients=(to, *(address for _, address in copies)),
        raw=mail.as_bytes(policy=_AS_WRITTEN),
    )


def envelope_address(value: str) -> str | None:
    """The address as every server takes it, its domain in punycode, or None where it cannot be written that way."""
    local, at, domain = value.strip().rpartition("@")
    if not at or not _DOT_ATOM.fullmatch(local) or len(local) > MAX_LOCAL_PART:
        return None
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return f"{local}@{domain}" if _DOMAIN.fullmatch(domain) and ".." not in domain else None


def reply_subject(subject: str) -> str:
    """The subject with one "Re: " before it; Korean mail programs write 회신: or 답장: instead."""
    return subject if _REPLY.match(subject) else f"Re: {subject}"


# --- Addresses and headers -----------------------------------------------------------------------------------------


def _recipients(message: OutboundMessage) -> tuple[str, list[tuple[str, str]]]:
    to = envelope_address(message.to.value)
    if to is None:
        raise RecipientUnreachable("not an address that mail servers take")
    copies: dict[str, str] = {}
    for number, copy in enumerate(message.cc, start=1):
        address = envelope_address(copy.value)
        if address is None:
            raise ContentRejected(f"copy {number} of {len(message.cc)}: not an address that mail servers take")
        if address.lower() != to.lower():
            copies.setdefault(address, copy.name)
    return to, [(name, address) for address, name in copies.items()]


def _sender_name(message: OutboundMessage, config: EmailConfig) -> str:
    company = config.name or message.brand.name
    if not message.author or message.author == company:
        return company
    return f"{message.author} ({company})" if company else message.author


def _mailbox(header: str, name: str, address: str) -> str:
    """`"Name" <address>`: quoted where it is ASCII, encoded words otherwise (RFC 2047 section 5 rule 3)."""
    name = _one_line(name)
    if not name:
        return address
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\n <{address}>' if len(quoted) > 40 else f'"{quoted}" <{address}>'
    return f"{_words(header, name)}\n <{address}>"


def _plus_address(address: str, token: str) -> str | None:
    local, _, domain = address.rpartition("@")
    return envelope_address(f"{local}+{token}@{domain}")


def _subject(message: OutboundMessage) -> str:
    subject = _one_line(message.subject)
    if not subject:
        subject = _NO_SUBJECT.say(as_locale(message.locale) or "ko", brand=message.brand.name)
    return reply_subject(subject) if message.in_reply_to else subject


def _subject_words(subject: str) -> str:
    """A leading "Re: " stays readable: servers and filters look for those four bytes."""
    if subject.startswith("Re: "):
        return "Re: " + _words("Subject: Re", subject[4:])
    return _words("Subject", subject)


def _id_left(message: OutboundMessage) -> str:
    """`token.send_key`, or a digest of the key where it holds what a Message-ID cannot."""
    left = f"{message.token}.{message.send_key}"
    if _DOT_ATOM.fullmatch(left):
        return left
    digest = hashlib.sha256(message.send_key.encode()).hexdigest()[:32]
    return f"{message.token}.{digest}" if _DOT_ATOM.fullmatch(message.token) else digest


def _add_references(mail: MIMEBase, message: OutboundMessage) -> None:
    parent = _well_formed([message.in_reply_to or ""])
    ids = [known for known in _well_formed(message.references) if known not in parent] + parent
    if len(ids) > MAX_REFERENCES:
        ids = [ids[0], *ids[1 - MAX_REFERENCES :]]
    if parent:
        mail["In-Reply-To"] = parent[0]
    if ids:
        mail["References"] = "\n ".join(ids)


def _well_formed(ids: Sequence[str]) -> list[str]:
    bare = (value.strip().removeprefix("<").removesuffix(">") for value in ids)
    return list(dict.fromkeys(f"<{value}>" for value in bare if len(value) < 900 and _MESSAGE_ID.fullmatch(value)))


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _words(header: str, text: str) -> str:
    """Text folded for its header: as it is where it is ASCII, else encoded words of up to 75 characters (RFC 2047)."""
    text = text.encode("utf-8", "replace").decode()
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name=header).encode()


# --- Parts ---------------------------------------------------------------------------------------------------------


def _body(message: OutboundMessage) -> MIMEBase:
    alternative = MIMEMultipart("alternative", boundary=_boundary(message, "body"))
    alternative.attach(_text_part(_plain_body(message), "plain"))
    alternative.attach(_text_part(html_body(message), "html"))
    del alternative["MIME-Version"]
    if not message.attachments:
        return alternative
    mixed = MIMEMultipart("mixed", boundary=_boundary(message, "files"))
    del mixed["MIME-Version"]
    mixed.attach(alternative)
    for blob in message.attachments:
        mixed.attach(_file_part(blob))
    return mixed


def _plain_body(message: OutboundMessage) -> str:
    signature = message.brand.signature.strip()
    return f"{message.text.rstrip()}\n" + (f"\n-- \n{signature}\n" if signature else "")


def _text_part(text: str, subtype: str) -> MIMEText:
    text = _BARE_NEWLINE.sub("\n", text).encode("utf-8", "replace").decode()
    charset = Charset("utf-8")
    charset.body_encoding = QP if _mostly_ascii(text) else BASE64
    part = MIMEText(text, subtype, charset)  # type: ignore[arg-type]  # takes a Charset since Python 3.5
    del part["MIME-Version"]
    return part


def _mostly_ascii(text: str) -> bool:
    """Quoted-printable stays readable and short while fewer than one character in six is not ASCII."""
    return sum(not character.isascii() for character in text) * 6 < len(text)


def _file_part(blob: Blob) -> MIMEBase:
    kind = blob.content_type.strip().lower()
    if not _CONTENT_TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"  # RFC 2046 section 5.2.1 forbids base64 for message/rfc822
    name = _file_name(blob.name)
    main, _, sub = kind.partition("/")
    part = MIMEBase(main, sub)
    part.set_payload(blob.data)
    encode_base64(part)
    del part["MIME-Version"]
    part.replace_header("Content-Type", f'{kind};\n name="{_words("name", name)}"')
    part["Content-Disposition"] = f"attachment;\n {_file_name_parameter(name)}"
    return part


def _file_name_parameter(name: str) -> str:
    """RFC 2231; the `name` of Content-Type beside it carries encoded words for programs that know only those."""
    return f'filename="{name}"' if name.isascii() else f"filename*={encode_rfc2231(name, 'utf-8')}"


def _file_name(name: str) -> str:
    name = _DIRECTION.sub("", _one_line(name)).replace("\\", "/").rpartition("/")[2]
    name = name.replace('"', "'").encode("utf-8", "replace").decode().strip(". ")
    return name[-150:] or "file"


def _boundary(message: OutboundMessage, level: str) -> str:
    seed = f"{message.send_key}\0{message.created_at.isoformat()}\0{level}"
    return f"=_{hashlib.sha256(seed.encode()).hexdigest()[:40]}"
