"""Mails as a customer's mail program writes them, and the bounce of a server that knows nobody of that name."""

import html
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid

from msgspec import Struct

from damso.demo.mail.reading import MailView, Person, bare_subject, message_id_of, parsed
from damso.kernel.i18n import Locale

KOREA = timezone(timedelta(hours=9))
_WEEKDAYS = "월화수목금토일"


class AttachedFile(Struct, frozen=True):
    """A file to send along."""

    name: str
    content_type: str
    data: bytes


class Draft(Struct, frozen=True, kw_only=True):
    """What somebody wants to send. `html` None: a plain mail with an HTML part made from the text."""

    sender: Person
    to: str
    subject: str
    text: str
    cc: str = ""
    html: str | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[AttachedFile, ...] = ()


def write(draft: Draft, now: datetime) -> tuple[str, bytes]:
    """The Message-ID and the bytes of the mail. Raises `ValueError` for headers that are none."""
    mail = EmailMessage(policy=SMTP)
    domain = draft.sender.address.rpartition("@")[2]
    mail["From"] = _named(draft.sender)
    mail["To"] = draft.to
    if draft.cc:
        mail["Cc"] = draft.cc
    mail["Subject"] = draft.subject
    mail["Date"] = format_datetime(now.astimezone(KOREA))
    message_id = make_msgid(domain=f"mail.{domain}")
    mail["Message-ID"] = message_id
    if draft.in_reply_to:
        mail["In-Reply-To"] = draft.in_reply_to
        mail["References"] = " ".join(dict.fromkeys([*draft.references, draft.in_reply_to]))
    mail.set_content(draft.text)
    mail.add_alternative(draft.html or f'<div dir="ltr">{_as_html(draft.text)}</div>', subtype="html")
    for file in draft.files:
        main, _, sub = (file.content_type or "application/octet-stream").partition("/")
        mail.add_attachment(file.data, maintype=main, subtype=sub or "octet-stream", filename=file.name)
    return message_id, mail.as_bytes()


def reply(original: MailView, sender: Person, text: str, *, files: Sequence[AttachedFile], locale: Locale) -> Draft:
    """An answer above the quoted original, in the form Gmail gives it."""
    subject = original.summary.subject
    head = _attribution(original, locale)
    quoted = "\n".join(f"> {line}".rstrip() for line in original.text.splitlines())
    return Draft(
        sender=sender,
        to=_named(original.reply_to),
        subject=subject if bare_subject(subject) != subject.strip() else f"Re: {subject}",
        text=f"{text.rstrip()}\n\n{head}\n\n{quoted}\n",
        html=_reply_html(original, text, head),
        in_reply_to=original.message_id,
        references=original.references,
        files=tuple(files),
    )


def bounce(raw: bytes, recipient: str, reporter: str, now: datetime) -> bytes:
    """The report that an address does not exist (RFC 3464), with the headers of the mail it is about (RFC 6522)."""
    original = parsed(raw)
    boundary = f"bounce-{abs(hash((message_id_of(original), recipient))):x}"
    head, _, _ = raw.partition(b"\r\n\r\n")
    text = (
        f"From: Mail Delivery Subsystem <mailer-daemon@{reporter}>\r\n"
        f"Subject: Delivery Status Notification (Failure)\r\n"
        f"Date: {format_datetime(now)}\r\n"
        f"Message-ID: {make_msgid(domain=reporter)}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n'
        f"\r\n--{boundary}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Your message to {recipient} could not be delivered: there is no such address.\r\n"
        f"\r\n--{boundary}\r\n"
        "Content-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; {reporter}\r\n"
        f"\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n"
        f"\r\n--{boundary}\r\n"
        "Content-Type: text/rfc822-headers\r\n\r\n"
    )
    return text.encode() + head + f"\r\n\r\n--{boundary}--\r\n".encode()


def korean_moment(at: datetime) -> str:
    """`2026년 11월 21일 (토) 오후 3:20`, in Korean time."""
    at = at.astimezone(KOREA)
    half, hour = ("오전" if at.hour < 12 else "오후"), at.hour % 12 or 12
    return f"{at.year}년 {at.month}월 {at.day}일 ({_WEEKDAYS[at.weekday()]}) {half} {hour}:{at.minute:02d}"


def _named(person: Person) -> str:
    return formataddr((person.name if person.name != person.address else "", person.address))


def _attribution(original: MailView, locale: Locale) -> str:
    person, at = original.summary.sender, original.summary.date
    who = f"{person.name} <{person.address}>" if person.name != person.address else f"<{person.address}>"
    if locale == "ko":
        return f"{korean_moment(at)}, {who}님이 작성:"
    local = at.astimezone(KOREA)
    return f"On {local:%a, %b} {local.day}, {local.year} at {local.hour % 12 or 12}:{local:%M %p} {who} wrote:"


def _reply_html(original: MailView, text: str, head: str) -> str:
    quoted = _inside(original.html) if original.html else f"<div>{_as_html(original.text)}</div>"
    return (
        f'<div dir="ltr">{_as_html(text)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{html.escape(head)}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);'
        f'padding-left:1ex">{quoted}</blockquote></div>'
    )


def _inside(page: str) -> str:
    """What stands in the body of an HTML page; a page inside a page is none."""
    found = re.search(r"<body[^>]*>(.*?)</body>", page, re.DOTALL | re.IGNORECASE)
    return found[1].strip() if found else page


def _as_html(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")
