"""Sets a transcript as a PDF: A4, Pretendard embedded, page numbers, nothing that a black and white printer loses."""

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from damso.conversations.exports.transcript import Transcript
from damso.conversations.types import Entry
from damso.kernel.i18n import Locale, Text

FONTS = Path(__file__).parents[2] / "static" / "fonts"
"""Laid there when the web apps are built."""

_STATUS = {
    "open": Text("진행 중", "Open"),
    "pending": Text("답변 대기", "Pending"),
    "snoozed": Text("보류", "Snoozed"),
    "resolved": Text("해결", "Resolved"),
}
_CUSTOMER = Text("고객", "Customer")
_NO_SUBJECT = Text("제목 없음", "No subject")
_OPENED = Text("시작", "Opened")
_STATE = Text("상태", "Status")
_ADDRESSES = Text("연락처", "Addresses")
_NOTE = Text("내부 메모", "Internal note")
_ATTACHED = Text("첨부", "Attached")
_DELETED = Text("삭제된 메시지", "Message taken back")
_FOOT = Text("{at} · {by} 출력 · 시간대 {zone}", "Printed {at} by {by} · time zone {zone}")
_NOTES_IN = Text("내부 메모 포함", "With internal notes")

INSET = 6
"""Points that reportlab leaves free inside of its frame."""
_GREY, _LINE = HexColor("#5b5f66"), HexColor("#d5d8dc")


def _styles() -> dict[str, ParagraphStyle]:
    _load_fonts()
    body = ParagraphStyle("body", fontName="Pretendard", fontSize=10, leading=15.5)
    small = ParagraphStyle("small", parent=body, fontSize=8.5, leading=13, textColor=_GREY)
    return {
        "title": ParagraphStyle("title", parent=body, fontName="Pretendard-Bold", fontSize=16, leading=22),
        "body": body,
        "small": small,
        "who": ParagraphStyle("who", parent=body, fontName="Pretendard-Bold", spaceAfter=1),
        "note": ParagraphStyle("note", parent=body, leftIndent=8, borderColor=_LINE, borderWidth=0.6, borderPadding=5),
    }


def _load_fonts() -> None:
    if "Pretendard" not in pdfmetrics.getRegisteredFontNames():
        for name, file in (("Pretendard", "Pretendard-Regular.ttf"), ("Pretendard-Bold", "Pretendard-Bold.ttf")):
            pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))


def transcript_pdf(transcript: Transcript) -> bytes:
    """The bytes of the file; takes a while for a long case, so not on the event loop."""
    styles = _styles()
    out = io.BytesIO()
    say = _Say(transcript.locale, transcript)
    title = transcript.subject or say(_NO_SUBJECT)
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=22 * mm,
        title=title,
        author=transcript.brand,
        lang=transcript.locale,
    )
    foot = say(_FOOT, at=say.moment(transcript.printed_at), by=transcript.printed_by, zone=transcript.zone.key)

    def page(canvas: Any, _document: Any) -> None:
        canvas.setFont("Pretendard", 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(22 * mm + INSET, 12 * mm, foot)
        canvas.drawRightString(A4[0] - 22 * mm - INSET, 12 * mm, str(canvas.getPageNumber()))

    story = [*_head(transcript, title, styles, say)]
    for line in transcript.lines:
        story += _line(line, transcript.channels, styles, say)
    document.build(story, onFirstPage=page, onLaterPages=page)
    return out.getvalue()


class _Say:
    """Words and times in the reader's language and zone."""

    def __init__(self, locale: Locale, transcript: Transcript) -> None:
        self._locale = locale
        self._zone = transcript.zone

    def __call__(self, text: Text, **fields: object) -> str:
        return text.say(self._locale, **fields)

    def moment(self, at: datetime) -> str:
        here = at.astimezone(self._zone)
        if self._locale == "ko":
            half = "오전" if here.hour < 12 else "오후"
            day = "월화수목금토일"[here.weekday()]
            return f"{here.year}년 {here.month}월 {here.day}일 ({day}) {half} {here.hour % 12 or 12}:{here:%M}"
        return f"{here.day} {here:%b %Y, %H:%M}"


def _head(transcript: Transcript, title: str, styles: dict[str, ParagraphStyle], say: _Say) -> list[Any]:
    facts = [
        (_CUSTOMER, transcript.customer or "–"),
        (_ADDRESSES, ", ".join(transcript.addresses) or "–"),
        (_OPENED, say.moment(transcript.opened_at)),
        (_STATE, say(_STATUS[transcript.status])),
    ]
    lines = " &nbsp;·&nbsp; ".join(f"{say(name)} {escape(value)}" for name, value in facts)
    notes = f" &nbsp;·&nbsp; {say(_NOTES_IN)}" if transcript.with_notes else ""
    return [
        Paragraph(escape(transcript.brand), styles["small"]),
        Paragraph(escape(title), styles["title"]),
        Spacer(1, 2 * mm),
        Paragraph(lines + notes, styles["small"]),
        Spacer(1, 3 * mm),
        HRFlowable(width="100%", thickness=0.6, color=_LINE),
        Spacer(1, 4 * mm),
    ]


def _line(line: Entry, channels: Mapping[str, str], styles: dict[str, ParagraphStyle], say: _Say) -> list[Any]:
    note = line.kind == "note"
    who = line.author.name or say(_CUSTOMER)
    marks = [
        say.moment(line.at),
        *([say(_NOTE)] if note else [channels.get(line.channel, line.channel)] if line.channel else []),
    ]
    head = Paragraph(
        f'{escape(who)} <font name="Pretendard" size="8.5" color="#5b5f66">&nbsp;{escape(" · ".join(marks))}</font>',
        styles["who"],
    )
    text = say(_DELETED) if line.deleted_at else line.text.strip()
    paragraphs = [
        Paragraph(escape(part).replace("\n", "<br/>") or "&nbsp;", styles["note" if note else "body"])
        for part in (text.split("\n\n") if text else ())
    ]
    files = [f"{say(_ATTACHED)}: {escape(file.name)}" for file in line.attachments]
    attached = [Paragraph(" &nbsp; ".join(files), styles["small"])] if files else []
    rest = [*paragraphs, *attached, Spacer(1, 4.5 * mm)]
    return [KeepTogether([head, *rest[:1]]), *rest[1:]]
