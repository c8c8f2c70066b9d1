"""Reports of mail programs about a mail we sent: not delivered, delayed, delivered, complained about.

Two kinds are read: the standard form (RFC 3464, RFC 5965), and the free text that many servers still send. A report
is recognised by several signs together, since a person may well write "배송 실패" or quote a bounce.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from damso.channels import html
from damso.channels.adapters.email.addresses import normal, read_mailboxes
from damso.channels.adapters.email.bodies import part_text
from damso.channels.adapters.email.bounce_reasons import UNKNOWN, understand
from damso.channels.adapters.email.charsets import decode, storable
from damso.channels.adapters.email.headers import Headers, message_ids, read_date
from damso.channels.adapters.email.mime import Part, read_mail
from damso.channels.adapters.email.tokens import find_tokens, tokens_in_ids
from damso.channels.failures import Unparsable
from damso.channels.items import Address, InboundReceipt, Item, Unsupported

MAX_RECIPIENTS = 100
MAX_REASON = 400
MAX_TEXT = 200_000
"""Characters of a report's text that are read."""

_ORIGINALS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"})
_STATUSES = frozenset({"message/delivery-status", "message/global-delivery-status"})

_DAEMON = re.compile(
    r"^(?:mailer[-_.]?daemon|poo?st[-_.]?master|mail[-_.]?daemon|mdaemon|mail[-_.]delivery[-_.]\w*|mail[-_.]?system"
    r"|bounces?|smtpd?)(?:[+@]|$)|mail(?:er)? (?:delivery|administrator|system|daemon)|delivery (?:sub)?system",
    re.IGNORECASE,
)
_REPORT_SUBJECT = re.compile(
    r"undeliver|non[- ]?deliver|not (?:be )?delivered|delivery (?:status|failure|failed|report|notification|has"
    r"|problem|delayed)|fail\w* deliver|returned mail|returned to sender|returning (?:message|to)|failure notice"
    r"|mail(?:er)? (?:system )?(?:error|fail)|mail status|could not (?:be )?(?:send|deliver)|error sending your mail"
    r"|message you sent blocked|message delayed|could not send message|전송\s*(?:실패|되지)|발송\s*(?:실패|되지)"
    r"|배달\s*(?:실패|되지|불가|할 수)|전송할 수 없|보내지 못|수신\s*불가|配信(?:不能|できま|エラー)|送信できま"
    r"|エラー.{0,8}メール|メール.{0,8}エラー|unzustellbar|zustellung|recapitabile|mancat[ao] consegna|non remis"
    r"|échec de|no se (?:ha )?p(?:uede|udo)|devuelto|недоставлен|не доставлено|退信|无法投递|onbestelbaar"
    r"|niet bezorgd",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:could|can|was|were|is|has)(?: ?not|n'?t)(?: be| been)? (?:able to )?deliver|cannot be delivered|undeliver"
    r"|unable to deliver|failed to deliver|deliver\w* (?:to \S+ )?(?:has |have )?(?:failed|failure|error|aborted)"
    r"|returned (?:permanent|the following)|permanent (?:fatal )?error|fatal error|failure reasons?|rejected (?:by"
    r"|recipient)|invalid (?:user|final|address)|did not reach|mail delivery|delevery|mailbox is full"
    r"|exceeds allowed|delivery failed|전송되지|전송하지 못|배달되지|배달하지 못|보내지 못|(?:配信|送信)(?:できま"
    r"|に失敗)|가 존재하지|не может быть доставлено|存在しない",
    re.IGNORECASE,
)
_REPLY_CODE = re.compile(r"(?<![\d.])[45]\d\d[ -](?:#?[45]\.\d{1,3}\.\d{1,3}|[<\w'\"])|\(?#[45]\.\d\.\d{1,3}")
_DELAYED = re.compile(
    r"\bdelay|still being retried|(?:will|is going to) (?:be |continue|keep|retry|try)|not yet been"
    r"|warning message only|do not need to resend|warning: (?:message|could not)|notification: warning|지연",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(r"giv(?:e|en|ing) up|expired|permanent|has failed|undeliverable|fatal", re.IGNORECASE)
_FEEDBACK = re.compile(r"^\s*(?:complaint about message from|abuse report|spam (?:complaint|report))", re.IGNORECASE)
_UNSUBSCRIBED = re.compile(r"^\s*(?:unsubscribe|수신\s*거부)\b", re.IGNORECASE)
_FIELD = re.compile(
    r"^[ \t>]{0,4}(final-recipient|original-recipient|x-actual-recipient|action|status"
    r"|diagnostic[- ]code)[ \t]*:[ \t]*(.*)$",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(
    r"^(?:return-path|received|from|to|date|subject|message-id|mime-version|content-type|reply-to|sender)[ \t]*:", re.I
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"'`,;:=|]{1,128}@[A-Za-z0-9\u0080-\uffff][A-Za-z0-9.\-\u0080-\uffff]{1,252}")
_RECIPIENT_LINE = re.compile(
    r"^[ \t>]{0,8}(?:(?:rcpt )?to: ?|recipient: |unable to deliver to |[45]\d\d )?<?"
    r"([^\s<>@\"'():;,]{1,128}@[^\s<>@\"'():;,]{1,253})(?=[>\s:,;]|$)",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^\W{0,30}(?:(?:this is|below|included is|here is|the following is) .{0,40}(?:copy|header)|(?:the )?(?:header"
    r"|body|text) of (?:the|your)|(?:original|unsent|returned|undelivered|your) (?:message|mail)(?: (?:follows|info"
    r"|header|text))?\W*$)",
    re.IGNORECASE,
)


@dataclass
class _Recipient:
    """What a report says of one address."""

    address: str = ""
    action: str = ""
    status: str = ""
    words: str = ""


@dataclass
class _Report:
    """A report taken apart: its text for people, its fields for programs, the headers of the mail it is about."""

    text: str = ""
    recipients: list[_Recipient] = field(default_factory=list)
    original: Headers | None = None
    inner: Part | None = None
    standard: bool = False
    feedback: bool = False


def read_report(mail: Part) -> Sequence[Item] | None:
    """The items of a report, or None where the mail is none: then it is read as a message."""
    if not _may_be_report(mail):
        return None
    report = _take_apart(mail)
    if report.inner is not None and (items := read_report(report.inner)) is not None:
        return items  # a gateway wrapped the report into one of its own
    if report.feedback:
        return [Unsupported(kind="feedback", why="a complaint or an unsubscription sent by a mail provider")]
    if not report.standard and not _is_free_report(mail, report):
        return None
    if not report.recipients:
        report.recipients = list(_recipients_in_text(mail, report)) or [_Recipient(words="")]
    return list(_items(mail, report))


# --- Is it one? ----------------------------------------------------------------------------------------------------


def _sender(mail: Part) -> str:
    boxes = read_mailboxes(mail.headers.raw("from"))
    return f"{boxes[0].address} {boxes[0].name}".strip() if boxes else ""


def _is_daemon(mail: Part) -> bool:
    sender = _sender(mail)
    return not sender or bool(_DAEMON.search(sender))


def _may_be_report(mail: Part) -> bool:
    """A cheap look, so that ordinary mail is not taken apart twice."""
    headers = mail.headers
    return (
        mail.type == "multipart/report"
        or _is_daemon(mail)
        or "x-failed-recipients" in headers
        or headers.text("return-path").strip() in ("<>", "<MAILER-DAEMON>")
        or any(part.type in _STATUSES for part in mail.walk())
        or bool(_FEEDBACK.search(headers.text("subject")) or _UNSUBSCRIBED.search(headers.text("subject")))
        or bool(_REPORT_SUBJECT.search(headers.text("subject")))
    )


def _is_free_report(mail: Part, report: _Report) -> bool:
    """Whether enough signs come together; a person's mail has two of them at most."""
    headers = mail.headers
    if "x-failed-recipients" in headers:
        return True
    opening = report.text[:6000]
    signs = (
        (2 if _is_daemon(mail) else 0)
        + ("return-path" in headers and headers.text("return-path").strip() in ("<>", "<MAILER-DAEMON>"))
        + bool(_REPORT_SUBJECT.search(headers.text("subject")))
        + bool(_OPENING.search(opening))
        + bool(_REPLY_CODE.search(opening))
        + (report.original is not None)
    )
    understood = understand(opening) is not UNKNOWN
    return signs >= 3 and (_is_daemon(mail) or (understood and not _is_person(headers)))


def _is_person(headers: Headers) -> bool:
    """A forwarded or answered report: somebody wants to talk about it."""
    return bool(re.match(r"\s*(?:fwd?|re|전달|회신)\s*[:：]", headers.text("subject"), re.IGNORECASE))


# --- Taking it apart -----------------------------------------------------------------------------------------------


def _take_apart(mail: Part) -> _Report:
    report = _Report()
    texts: list[str] = []
    for part in mail.walk():
        if part.children:
            continue
        if part.type == "message/feedback-report":
            report.feedback = True
        elif part.type in _STATUSES:
            report.standard = True
            report.recipients += islice(_fields(decode(part.data[:MAX_TEXT])), MAX_RECIPIENTS)
        elif part.type in _ORIGINALS:
            original = _mail_in(part.data)
            if report.original is None and original is not None:
                report.original = original.headers
            if original is not None and original.type == "multipart/report" and not report.standard:
                report.inner = original
        elif _is_shown(part) and len(texts) < 5:
            text = part_text(part)[:MAX_TEXT]
            texts.append(html.to_text(text) if part.type == "text/html" else text)
    whole = "\n".join(texts)
    report.text, embedded = _cut_original(whole)
    report.original = report.original or embedded
    if not report.recipients:
        report.recipients = list(islice(_fields(report.text), MAX_RECIPIENTS))
    subject = mail.headers.text("subject")
    asked_by_program = "auto-submitted" in mail.headers
    report.feedback |= bool(_FEEDBACK.search(subject)) and report.original is not None
    report.feedback |= bool(_UNSUBSCRIBED.search(subject)) and asked_by_program and report.original is None
    return report


def _is_shown(part: Part) -> bool:
    """Text, or a multipart without parts, which holds its text itself."""
    return part.type.startswith(("text/", "multipart/")) and part.disposition.value != "attachment"


def _mail_in(data: bytes) -> Part | None:
    try:
        return read_mail(data)
    except Unparsable:
        return None


def _cut_original(text: str) -> tuple[str, Headers | None]:
    """The text before the copy of the original mail, and that copy's headers: the first run of header lines."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        if not _HEADER_LINE.match(lines[number]):
            number += 1
            continue
        end = next((at for at in range(number, len(lines)) if not lines[at].strip()), len(lines))
        found = (_HEADER_LINE.match(line) for line in lines[number:end])
        names = {match[0].rstrip(" \t:").lower() for match in found if match}
        if len(names) >= 3 and names & {"message-id", "received", "from", "return-path"}:
            original = _mail_in("\n".join(lines[number:]).encode("utf-8", "replace"))
            return _before_copy(lines[:number]), original.headers if original is not None else None
        number = end
    return _before_copy(lines), None


def _before_copy(lines: list[str]) -> str:
    """The lines up to the one that announces the copy, if something is said before it."""
    for number, line in enumerate(lines):
        if number > 2 and _COPY.match(line[:200]) and any(_ADDRESS.search(said) for said in lines[:number]):
            return "\n".join(lines[:number])
    return "\n".join(lines)


def _fields(text: str) -> Iterator[_Recipient]:
    """The groups of a delivery status, as far as they name an address, an action or a code."""
    for block in re.split(r"\n[ \t]*\r?\n", text):
        found: dict[str, str] = {}
        name = ""
        for line in block.split("\n"):
            if matched := _FIELD.match(line.rstrip("\r")):
                name = matched[1].lower().replace(" ", "-")
                found.setdefault(name, matched[2].strip())
            elif name and line[:1] in (" ", "\t"):
                found[name] = f"{found[name]} {line.strip()}"
            else:
                name = ""
        if found.keys() & {"final-recipient", "original-recipient", "action"}:
            yield _Recipient(
                address=_typed_address(found),
                action=found.get("action", "").split()[0].lower() if found.get("action") else "",
                status=found.get("status", ""),
                words=re.sub(r"^smtp\s*;\s*", "", found.get("diagnostic-code", ""), flags=re.IGNORECASE),
            )


def _typed_address(found: dict[str, str]) -> str:
    """The address we wrote to, where the report tells it apart from the one it was forwarded to."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        if address := _ADDRESS.search(found.get(name, "")):
            return normal(address[0])
    return ""


def _recipients_in_text(mail: Part, report: _Report) -> Iterator[_Recipient]:
    """Each address that begins a line of the text, with the lines up to the next one."""
    ours = {normal(box.address) for box in read_mailboxes(mail.headers.raw("to"))}
    failed = [normal(address) for address in _ADDRESS.findall(mail.headers.text("x-failed-recipients"))]
    current: _Recipient | None = None
    found: dict[str, _Recipient] = {}
    for line in report.text.split("\n"):
        matched = _RECIPIENT_LINE.match(line[:600])
        address = normal(matched[1].rstrip(".")) if matched else ""
        if address and address not in ours and len(found) < MAX_RECIPIENTS:
            current = found.setdefault(address, _Recipient(address))
        if current is not None and len(current.words) < 4000:
            current.words += line.strip() + "\n"
    for address in map(normal, _ADDRESS.findall(report.text) if not found and not failed else ()):
        if address and address not in ours:
            found[address] = _Recipient(address)
            break
    for address in failed:
        found.setdefault(address, _Recipient(address))
    yield from list(found.values())[:MAX_RECIPIENTS]


# --- What it means -------------------------------------------------------------------------------------------------


def _items(mail: Part, report: _Report) -> Iterator[Item]:
    external_id, token = _names_original(mail, report)
    when = read_date(mail.headers.text("date"))
    free = not report.standard and not any(recipient.action for recipient in report.recipients)
    if free and _is_delay(mail, report):
        yield Unsupported(kind="delay", why="a server is still trying to deliver")
        return
    alone = len(report.recipients) == 1
    for recipient in report.recipients[:MAX_RECIPIENTS]:
        if recipient.action == "delayed":
            yield Unsupported(kind="delay", why="a server is still trying to deliver")
            continue
        if recipient.action == "delivered":
            yield InboundReceipt(
                status="delivered", external_id=external_id, token=token, recipient=_to(recipient), provider_at=when
            )
            continue
        if recipient.action in ("relayed", "expanded", "deliverable"):
            yield Unsupported(kind="delivery_report", why=f"action {recipient.action}")
            continue
        reason = understand(recipient.words, recipient.status, more=_around(report, recipient, alone=alone))
        said = " ".join((recipient.words or _first_words(report)).split())
        yield InboundReceipt(
            status="failed",
            external_id=external_id,
            token=token,
            reason=storable(f"{reason.word}: {said}".rstrip(": "))[:MAX_REASON],
            permanent=reason.permanent,
            recipient=_to(recipient),
            provider_at=when,
        )


def _to(recipient: _Recipient) -> Address | None:
    return Address(kind="email", value=recipient.address) if recipient.address else None


def _is_delay(mail: Part, report: _Report) -> bool:
    said = f"{mail.headers.text('subject')}\n{report.text[:3000]}"
    return bool(_DELAYED.search(said)) and not _GAVE_UP.search(said)


def _around(report: _Report, recipient: _Recipient, *, alone: bool) -> str:
    """The text about this address, for where its own fields say nothing."""
    if alone:
        return report.text
    lines = report.text.split("\n")
    others = [other.address for other in report.recipients if other.address and other.address != recipient.address]
    near = [number for number, line in enumerate(lines) if recipient.address and recipient.address in line.lower()]
    return "\n".join(line for number in near[:5] for line in _until_other(lines[number : number + 4], others))


def _until_other(lines: list[str], others: list[str]) -> Iterator[str]:
    for line in lines:
        if any(other in line.lower() for other in others):
            return
        yield line


def _first_words(report: _Report) -> str:
    return next((line for line in report.text.split("\n") if _REPLY_CODE.search(line)), report.text.strip()[:200])


def _names_original(mail: Part, report: _Report) -> tuple[str | None, str | None]:
    """Message-ID of the mail the report is about, and our token: from its copy, else from the report's headers."""
    original = report.original
    ids: list[str] = []
    tokens: list[str] = []
    if original is not None:
        ids += message_ids(original.text("message-id"))
        tokens += tokens_in_ids(ids) + list(find_tokens(original, senders=True))
    for name in ("in-reply-to", "references"):
        ids += message_ids(mail.headers.text(name))
    tokens += find_tokens(mail.headers)
    return (storable(ids[0]) if ids else None), (tokens[0] if tokens else None)
