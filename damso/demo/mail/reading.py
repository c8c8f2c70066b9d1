"""A stored mail as a mail program shows it: who, what, which thread, and what hangs on it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime

from msgspec import Struct

_ID = re.compile(r"<[^<>\s]+>")
_CODE = re.compile(r"(?<![\d-])(\d{6})(?![\d-])")
_CODE_WORDS = re.compile(r"인증|코드|번호|code|verif|one-time|passcode", re.IGNORECASE)
_QUOTE_LINE = re.compile(r"^(?:>.*|.*님이 작성:|On .* wrote:)$", re.MULTILINE)
_REPLY = re.compile(r"^\s*(?:(?:re|회신|답장|fwd?|전달)\s*:\s*)+", re.IGNORECASE)


class Person(Struct, frozen=True):
    """A name and an address; the name is the address where there is none."""

    name: str
    address: str


class FileInfo(Struct, frozen=True):
    """A file that hangs on a mail; `number` is its place there."""

    number: int
    name: str
    content_type: str
    size: int


class MailSummary(Struct, frozen=True, kw_only=True):
    """A line of the list. `uid` names the mail within its mailbox, `code` is a one-time code found in it."""

    uid: str
    folder: str
    thread: str
    sender: Person
    to: tuple[Person, ...]
    subject: str
    snippet: str
    date: datetime
    unread: bool
    files: int
    code: str | None


class MailView(Struct, frozen=True, kw_only=True):
    """A mail opened. `quote_from` is where the quoted rest of the text begins."""

    summary: MailSummary
    headers: tuple[tuple[str, str], ...]
    reply_to: Person
    cc: tuple[Person, ...]
    message_id: str
    references: tuple[str, ...]
    text: str
    quote_from: int
    html: str | None
    files: tuple[FileInfo, ...]


class StoredMail(Struct, frozen=True, kw_only=True):
    """What is known of a mail from where it lies."""

    uid: str
    folder: str
    unread: bool
    arrived: datetime
    mail: EmailMessage


def parsed(raw: bytes) -> EmailMessage:
    """The mail taken apart by the standard library, which is good enough for mails of our own making."""
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def summaries(stored: Iterable[StoredMail]) -> list[MailSummary]:
    """Every mail of a mailbox, newest first, with the thread it belongs to."""
    oldest_first = sorted(stored, key=lambda one: one.arrived)
    roots: dict[str, str] = {}
    lines = []
    for one in oldest_first:
        known = [*references_of(one.mail), message_id_of(one.mail)]
        root = next((roots[name] for name in known if name in roots), known[0] or one.uid)
        roots.update({name: root for name in known if name})
        lines.append(_summary(one, root))
    return lines[::-1]


def view(one: StoredMail, thread: str) -> MailView:
    """Everything about one mail."""
    mail = one.mail
    text = text_of(mail)
    quote = _QUOTE_LINE.search(text)
    return MailView(
        summary=_summary(one, thread),
        headers=tuple((name, str(value)) for name, value in mail.items()),
        reply_to=(_people(mail, "reply-to") or (_sender(mail),))[0],
        cc=_people(mail, "cc"),
        message_id=message_id_of(mail),
        references=tuple(references_of(mail)),
        text=text,
        quote_from=quote.start() if quote else len(text),
        html=html_of(mail),
        files=tuple(
            FileInfo(number, part.get_filename() or "file", part.get_content_type(), len(file_bytes(part)))
            for number, part in enumerate(files_of(mail))
        ),
    )


def message_id_of(mail: EmailMessage) -> str:
    """The Message-ID with its angle brackets, or nothing."""
    found = _ID.search(str(mail.get("message-id", "")))
    return found.group() if found else ""


def references_of(mail: EmailMessage) -> list[str]:
    """The ids of the mails before this one, oldest first."""
    ids = _ID.findall(str(mail.get("references", ""))) + _ID.findall(str(mail.get("in-reply-to", "")))
    return list(dict.fromkeys(ids))


def text_of(mail: EmailMessage) -> str:
    """The plain text."""
    part = mail.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n").strip("\n") if part is not None else ""


def html_of(mail: EmailMessage) -> str | None:
    """The HTML part as it came; it is shown in a sandbox only."""
    part = mail.get_body(("html",))
    return str(part.get_content()) if part is not None else None


def files_of(mail: EmailMessage) -> list[EmailMessage]:
    """The attachments in their order."""
    return [part for part in mail.iter_attachments() if isinstance(part, EmailMessage)]


def file_bytes(part: EmailMessage) -> bytes:
    """What an attachment holds."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()


def bare_subject(subject: str) -> str:
    """The subject without Re: and its like."""
    return _REPLY.sub("", subject).strip()


def _summary(one: StoredMail, thread: str) -> MailSummary:
    mail = one.mail
    text = text_of(mail)
    fresh = text[: quote.start()] if (quote := _QUOTE_LINE.search(text)) else text
    return MailSummary(
        uid=one.uid,
        folder=one.folder,
        thread=thread,
        sender=_sender(mail),
        to=_people(mail, "to"),
        subject=str(mail.get("subject", "")).strip(),
        snippet=" ".join(fresh.split())[:140],
        date=_date(mail, one.arrived),
        unread=one.unread,
        files=len(files_of(mail)),
        code=_code(fresh) if one.folder == "inbox" else None,
    )


def _sender(mail: EmailMessage) -> Person:
    return (_people(mail, "from") or (Person("", ""),))[0]


def _people(mail: EmailMessage, header: str) -> tuple[Person, ...]:
    values = [str(value) for value in mail.get_all(header, [])]
    return tuple(Person(name or address, address) for name, address in getaddresses(values) if address)


def _date(mail: EmailMessage, arrived: datetime) -> datetime:
    try:
        return parsedate_to_datetime(str(mail["date"])).astimezone(UTC)
    except (TypeError, ValueError):
        return arrived


def _code(text: str) -> str | None:
    """A one-time code: six digits in a short mail that speaks of one."""
    if len(text) > 1500 or not _CODE_WORDS.search(text):
        return None
    found = _CODE.search(text)
    return found.group(1) if found else None


def addresses_of(*values: str) -> list[str]:
    """The bare addresses."""
    return [address for _, address in getaddresses(list(values)) if address]
