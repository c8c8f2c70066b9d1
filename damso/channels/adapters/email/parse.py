"""A mail, raw as it came, in the words of the channel contract."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from damso.channels.adapters.email import authentication, automation, bounces
from damso.channels.adapters.email.addresses import (
    Mailbox,
    normal,
    read_mailboxes,
    to_address,
    to_addresses,
)
from damso.channels.adapters.email.bodies import Body, read_body
from damso.channels.adapters.email.charsets import storable
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.headers import Headers, message_ids, read_date
from damso.channels.adapters.email.mime import Part, read_mail
from damso.channels.adapters.email.quotes import fresh_length
from damso.channels.adapters.email.tokens import find_references, find_tokens
from damso.channels.failures import Unparsable
from damso.channels.items import Address, InboundMessage, Item

MAX_SUBJECT = 1000

_BLANKS = re.compile(r"\s+")
_MAIL_HEADERS = ("from", "to", "subject", "date", "message-id", "received", "return-path", "sender", "content-type")


def parse_mail(raw: bytes, config: EmailConfig, received_at: datetime) -> Sequence[Item]:
    """Every item of one mail. Raises `Unparsable` for what no mail program could read.

    `received_at` stands in for a missing or senseless date where an order is needed.
    """
    try:
        return _parse(raw, config)
    except RecursionError as error:
        raise Unparsable("the mail is nested too deeply") from error


def _parse(raw: bytes, config: EmailConfig) -> Sequence[Item]:
    mail = read_mail(raw)
    if not any(name in mail.headers for name in _MAIL_HEADERS):
        raise Unparsable("it has no header of a mail")
    mail.headers.hint = _charset_of(mail)
    own = own_addresses(config)
    if (report := bounces.read_report(mail)) is not None:
        return report
    return [_message(mail, config, own)]


def own_addresses(config: EmailConfig) -> frozenset[str]:
    """Every address of this mailbox, in the form in which addresses are compared."""
    return frozenset(filter(None, (normal(address) for address in (config.address, *config.aliases))))


def _charset_of(mail: Part) -> str | None:
    return next((part.charset for part in mail.walk() if part.type.startswith("text/") and part.charset), None)


def _message(mail: Part, config: EmailConfig, own: frozenset[str]) -> InboundMessage:
    headers = mail.headers
    body = read_body(mail)
    senders = _mailboxes(headers, "from")
    sender = _sender(headers, senders) or _nobody(headers, senders, body)
    authenticated, evidence = authentication.judge(headers, senders, config.authserv_ids)
    subject = _line(headers.text("subject"))[:MAX_SUBJECT]
    digest = _content_digest(sender, subject, body)
    return InboundMessage(
        external_id=_external_id(headers, digest),
        dedupe_scope=f"mail:{digest[:32]}",
        sender=sender,
        text=body.text,
        html=body.html,
        fresh=fresh_length(body.text, body.quoted),
        subject=subject,
        provider_at=read_date(headers.text("date")),
        authenticated=authenticated,
        evidence=evidence,
        reply_to=_reply_to(headers, sender),
        to=to_addresses(_mailboxes(headers, "to"), own),
        cc=to_addresses(_mailboxes(headers, "cc"), own),
        tokens=find_tokens(headers),
        references=find_references(headers),
        automation=automation.judge(headers, sender.value, own, subject),
        attachments=body.attachments,
    )


def _line(text: str) -> str:
    return _BLANKS.sub(" ", storable(text)).strip()


# --- Who -----------------------------------------------------------------------------------------------------------


def _mailboxes(headers: Headers, name: str) -> list[Mailbox]:
    return [box for value in headers.all_raw(name) for box in read_mailboxes(value, headers.hint)]


def _sender(headers: Headers, senders: list[Mailbox]) -> Address | None:
    """The first address of From; without one, of Sender, Reply-To or the envelope, in this order."""
    name = next((storable(box.name) for box in senders if box.name), "")
    for boxes in (senders, *(_mailboxes(headers, other) for other in ("sender", "reply-to", "return-path"))):
        if (found := next(filter(None, map(to_address, boxes)), None)) is not None:
            return found if found.name else Address(kind="email", value=found.value, name=name)
    return None


def _nobody(headers: Headers, senders: list[Mailbox], body: Body) -> Address:
    """Stands for a sender without an address: another one for each mail, so that strangers are not taken for one."""
    told = f"{headers.text('date')}\n{headers.text('message-id')}\n{headers.text('subject')}\n{body.text}"
    name = next((storable(box.name) for box in senders if box.name), "")
    mark = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]
    return Address(kind="email", value=f"{mark}@unknown.invalid", name=name)


def _reply_to(headers: Headers, sender: Address) -> Address | None:
    found = next(filter(None, map(to_address, _mailboxes(headers, "reply-to"))), None)
    return found if found is not None and found.value != sender.value else None


# --- Which mail, and what it answers -------------------------------------------------------------------------------


def _content_digest(sender: Address, subject: str, body: Body) -> str:
    """The same for every copy of one mail, whichever way it came; another for any other sender or content.

    Blanks do not count: servers on the way re-encode and re-fold.
    """
    digest = hashlib.sha256()
    files = sorted(hashlib.sha256(file.data or b"").hexdigest() + file.name for file in body.attachments)
    for piece in (sender.value, subject, body.text, body.html or "", *files):
        squeezed = _BLANKS.sub("", piece).encode()
        digest.update(len(squeezed).to_bytes(8, "big") + squeezed)
    return digest.hexdigest()


def _external_id(headers: Headers, digest: str) -> str:
    """The Message-ID; without one, a digest of the content and the date it bears."""
    found = message_ids(headers.text("message-id"))
    if found:
        return storable(found[0])
    dated = f"{headers.text('date').strip()}\n{_line(headers.text('message-id'))}\n{digest}"
    return "sha256:" + hashlib.sha256(dated.encode("utf-8", "replace")).hexdigest()
