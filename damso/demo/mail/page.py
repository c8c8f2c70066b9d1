"""The customer's webmail as HTML, made on the server; the script only refreshes it and copies codes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from damso.demo.mail import words
from damso.demo.mail.reading import FileInfo, MailSummary, MailView, Person, bare_subject
from damso.demo.mail.writing import KOREA, korean_moment
from damso.kernel.i18n import Locale, Text

ROOT = "/demo/mail"
_HUES = 8


class Page:
    """One mailbox in one language."""

    def __init__(
        self, locale: Locale, box: Person, boxes: Sequence[Person], mails: Sequence[MailSummary], now: datetime
    ) -> None:
        self._locale = locale
        self._now = now
        self._box = box
        self._boxes = boxes
        self._mails = mails

    def render(self, main: str, *, opened: str = "", version: str = "") -> str:
        """The whole page around what is open; `opened` is the thread it belongs to, or `compose`."""
        return (
            f'<!doctype html><html lang="{self._locale}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{self._say(words.TITLE)} · {escape(self._box.name)}</title>"
            f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{ROOT}/assets/mail.css">'
            f'<script src="{ROOT}/assets/mail.js" defer></script>'
            f'</head><body data-box="{escape(self._box.address)}" data-version="{escape(version)}"'
            f' class="{"reading" if opened else "listing"}">'
            f"{self._sidebar()}{self._list(opened)}<main>{main}</main></body></html>"
        )

    def nothing_open(self) -> str:
        """The right side before a mail is chosen."""
        title, hint = (words.CHOOSE, words.CHOOSE_HINT) if self._mails else (words.EMPTY, words.EMPTY_HINT)
        return (
            f'<div class="blank"><div class="blank-mark" aria-hidden="true"></div><h2>{self._say(title)}</h2>'
            f"<p>{self._say(hint)}</p>{self._compose_link()}</div>"
        )

    def thread(self, views: Sequence[MailView]) -> str:
        """A conversation, oldest first, the last mail open and a reply below."""
        last = views[-1]
        subject = bare_subject(views[0].summary.subject) or self._say(words.NO_SUBJECT)
        answered = next((view for view in reversed(views) if view.summary.folder == "inbox"), last)
        mails = "".join(self._mail(view, opened=view in (last, answered)) for view in views)
        return (
            f'<header class="thread-head">{self._back()}<h2>{escape(subject)}</h2></header>'
            f'<div id="mails">{mails}</div>{self._reply(answered)}'
        )

    def compose(self, to: str, problem: Text | None = None) -> str:
        """An empty sheet."""
        warned = f'<p class="problem" role="alert">{self._say(problem)}</p>' if problem else ""
        return (
            f'<header class="thread-head">{self._back()}<h2>{self._say(words.COMPOSE)}</h2></header>'
            f'<form class="sheet" method="post" action="{self._path("send")}" enctype="multipart/form-data">{warned}'
            f"{self._line('to', words.TO, to, 'email')}{self._line('subject', words.SUBJECT, '', 'text')}"
            f"{self._text_area(words.BODY, 12)}"
            f'<label class="check"><input type="checkbox" name="forged" value="1">'
            f"<span>{self._say(words.FORGED)}<small>{self._say(words.FORGED_HINT)}</small></span></label>"
            f"{self._form_foot()}</form>"
        )

    # --- Left and middle

    def _sidebar(self) -> str:
        rows = "".join(
            f'<a class="box{" here" if box.address == self._box.address else ""}" href="{_at(box=box.address)}"'
            f"{' aria-current=page' if box.address == self._box.address else ''}>{_face(box)}"
            f"<span><b>{escape(box.name)}</b><small>{escape(box.address)}</small></span></a>"
            for box in self._boxes
        )
        return (
            f'<nav aria-label="{self._say(words.MAILBOXES)}"><h1>{self._say(words.TITLE)}</h1>'
            f'<p class="explain">{self._say(words.EXPLAIN)}</p>{self._compose_link()}'
            f'<div class="boxes" id="boxes">{rows}</div></nav>'
        )

    def _list(self, opened: str) -> str:
        threads: dict[str, list[MailSummary]] = {}
        for mail in self._mails:
            threads.setdefault(mail.thread, []).append(mail)
        rows = "".join(self._row(mails, here=thread == opened) for thread, mails in threads.items())
        empty = f'<p class="none">{self._say(words.EMPTY)}</p>'
        return f'<section class="list" id="list" aria-label="{self._say(words.MAILS)}">{rows or empty}</section>'

    def _row(self, mails: Sequence[MailSummary], *, here: bool) -> str:
        newest = mails[0]
        unread = any(mail.unread for mail in mails)
        other = newest.sender if newest.folder == "inbox" else (*newest.to, newest.sender)[0]
        who = escape(other.name)
        if newest.folder == "sent":
            who = escape(self._say(words.ME_TO, name=other.name))
        count = f'<span class="count" title="{self._say(words.COUNT, count=len(mails))}">{len(mails)}</span>'
        dot = f'<span class="dot"><span class="hidden">{self._say(words.UNREAD)}</span></span>'
        subject = bare_subject(mails[-1].subject) or self._say(words.NO_SUBJECT)
        code = next((mail.code for mail in mails if mail.code), None)
        return (
            f'<div class="row{" here" if here else ""}{" unread" if unread else ""}">'
            f'<a href="{_at(box=self._box.address, open=newest.uid)}">{_face(other)}<span class="row-text">'
            f'<span class="row-who">{dot if unread else ""}<b>{who}</b>{count if len(mails) > 1 else ""}'
            f"<time>{self._short(newest.date)}</time></span>"
            f'<span class="row-subject">{escape(subject)}</span>'
            f'<span class="row-snippet">{escape(newest.snippet)}</span></span></a>{self._code(code)}</div>'
        )

    def _code(self, code: str | None) -> str:
        if not code:
            return ""
        return (
            f'<button type="button" class="code" data-copy="{code}" data-done="{self._say(words.COPIED)}"'
            f' title="{self._say(words.COPY_CODE)}"><span>{code}</span><small>{self._say(words.COPY_CODE)}</small>'
            "</button>"
        )

    # --- Right

    def _mail(self, view: MailView, *, opened: bool) -> str:
        one = view.summary
        to = ", ".join(person.name for person in (*one.to, *view.cc))
        return (
            f'<details class="mail {one.folder}" id="{one.uid}"{" open" if opened else ""}>'
            f'<summary>{_face(one.sender)}<span class="mail-who"><b>{escape(one.sender.name)}</b>'
            f"<small>{escape(one.sender.address)} → {escape(to)}</small>"
            f'<span class="mail-snippet">{escape(one.snippet)}</span></span>'
            f'<time title="{one.date.isoformat()}">{self._long(one.date)}</time></summary>'
            f"{self._code(one.code)}{self._body(view)}{self._files(one.uid, view.files)}{self._headers(view)}</details>"
        )

    def _body(self, view: MailView) -> str:
        if view.html and view.summary.folder == "inbox":
            # No scripts run inside; the same origin lets the page measure how tall the mail is.
            return (
                f'<iframe class="html" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"'
                f' title="{escape(view.summary.subject)}" src="{self._path(view.summary.uid, "html")}"></iframe>'
            )
        fresh, quoted = view.text[: view.quote_from].rstrip(), view.text[view.quote_from :].strip()
        more = (
            f'<details class="quote"><summary title="{self._say(words.QUOTE)}"><span>···</span>'
            f'<span class="hidden">{self._say(words.QUOTE)}</span></summary><div>{escape(quoted)}</div></details>'
        )
        return f'<div class="text">{escape(fresh)}{more if quoted else ""}</div>'

    def _files(self, uid: str, files: Iterable[FileInfo]) -> str:
        chips = "".join(
            f'<a class="file" href="{self._path(uid, "files", str(file.number))}" download>'
            f"<b>{escape(file.name)}</b><small>{_size(file.size)}</small></a>"
            for file in files
        )
        return f'<div class="files">{chips}</div>' if chips else ""

    def _headers(self, view: MailView) -> str:
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in view.headers)
        return f'<details class="headers"><summary>{self._say(words.HEADERS)}</summary><dl>{rows}</dl></details>'

    def _reply(self, answered: MailView) -> str:
        label = Text(
            ko=words.REPLY_TO.say("ko", name=answered.reply_to.name),
            en=words.REPLY_TO.say("en", name=answered.reply_to.name),
        )
        return (
            f'<form class="sheet reply" method="post" action="{self._path("send")}" enctype="multipart/form-data">'
            f'<input type="hidden" name="answers" value="{answered.summary.uid}">'
            f"{self._text_area(label, 4)}{self._form_foot()}</form>"
        )

    def _line(self, name: str, label: Text, value: str, kind: str) -> str:
        needed = " required" if kind == "email" else ""
        return (
            f'<label class="line"><span>{self._say(label)}</span>'
            f'<input name="{name}" type="{kind}" value="{escape(value)}"{needed}></label>'
        )

    def _text_area(self, label: Text, rows: int) -> str:
        said = escape(label.ko if self._locale == "ko" else label.en)
        return f'<textarea name="text" rows="{rows}" required aria-label="{said}" placeholder="{said}"></textarea>'

    def _form_foot(self) -> str:
        return (
            '<footer><label class="attach"><input type="file" name="files" multiple>'
            f"<span>{self._say(words.FILES)}</span><output></output></label>"
            f'<button class="primary">{self._say(words.SEND)}</button></footer>'
        )

    def _compose_link(self) -> str:
        return f'<a class="primary" href="{_at(box=self._box.address, compose="1")}">{self._say(words.COMPOSE)}</a>'

    def _back(self) -> str:
        return f'<a class="back" href="{_at(box=self._box.address)}">‹ {self._say(words.BACK)}</a>'

    def _path(self, *parts: str) -> str:
        return "/".join([ROOT, "box", self._box.address, *parts])

    def _say(self, text: Text, **fields: object) -> str:
        return text.say(self._locale, **fields)

    def _short(self, at: datetime) -> str:
        local, today = at.astimezone(KOREA), self._now.astimezone(KOREA).date()
        if local.date() != today:
            return f"{local.month}월 {local.day}일" if self._locale == "ko" else f"{local:%b} {local.day}"
        return korean_moment(at).rpartition(") ")[2] if self._locale == "ko" else f"{local:%H:%M}"

    def _long(self, at: datetime) -> str:
        local = at.astimezone(KOREA)
        return (
            korean_moment(at).partition("년 ")[2]
            if self._locale == "ko"
            else f"{local:%a, %b} {local.day}, {local:%H:%M}"
        )


def _at(**query: str) -> str:
    return escape(f"{ROOT}?{urlencode(query)}")


def _face(person: Person) -> str:
    """Initials on a colour that stays with the address. Of a Korean name the given name says more."""
    name = person.name.strip()
    letters = name[1:3] if len(name) in (2, 3) and not name.isascii() else name[:1].upper()
    hue = sum(person.address.encode()) % _HUES
    return f'<span class="face hue{hue}" aria-hidden="true">{escape(letters)}</span>'


def _size(count: int) -> str:
    return f"{count / 1048576:.1f} MB" if count >= 1048576 else f"{max(1, round(count / 1024))} KB"
