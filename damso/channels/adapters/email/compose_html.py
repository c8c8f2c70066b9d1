"""The HTML part of an answer: quiet, one column, readable in every mail program and in dark mode.

Styles are inline and the layout is a table, because Outlook renders with Word and Gmail drops style sheets; nothing
is loaded from anywhere, so no reader is tracked and no picture is missing.
"""

import html
import re

from damso.channels.types import OutboundMessage

_URL = re.compile(r"https?://[^\s<>\"']+")
_TRAILING = ".,;:!?)]}'\"’”」』》…"
_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FALLBACK_COLOUR = "#3b5bdb"

_FONT = (
    "font-family:Pretendard,-apple-system,BlinkMacSystemFont,'Apple SD Gothic Neo','Malgun Gothic','맑은 고딕',"
    "'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
)
_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td style="padding:4px 0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
<tr><td style="{font};font-size:15px;line-height:1.65;word-break:keep-all;overflow-wrap:anywhere">
{paragraphs}
</td></tr>
{signature}</table>
</td></tr>
</table>
</body>
</html>
"""
_SIGNATURE = """<tr><td style="padding-top:20px">
<table role="presentation" cellpadding="0" cellspacing="0" border="0">
<tr><td style="border-left:3px solid {colour};padding:2px 0 2px 12px;{font};font-size:13px;line-height:1.6;opacity:.75">
{lines}
</td></tr>
</table>
</td></tr>
"""


def html_body(message: OutboundMessage) -> str:
    """The text in paragraphs, then who wrote it and the brand's signature beside a line in the brand's colour."""
    paragraphs = "\n".join(
        f'<p style="margin:0 0 1em">{_inline(paragraph)}</p>'
        for paragraph in _PARAGRAPHS.split(_newlines(message.text).strip("\n"))
    )
    return _PAGE.format(
        lang=_lang(message.locale),
        title=html.escape(message.brand.name),
        font=_FONT,
        paragraphs=paragraphs,
        signature=_signature(message),
    )


def _signature(message: OutboundMessage) -> str:
    brand = message.brand
    colour = brand.colour if _COLOUR.fullmatch(brand.colour) else _FALLBACK_COLOUR
    signature = _newlines(brand.signature).strip()
    lines = [_inline(signature)] if signature else []
    if brand.name and not signature.startswith(brand.name):
        lines.insert(0, f"<strong>{html.escape(brand.name)}</strong>")
    return _SIGNATURE.format(colour=colour, font=_FONT, lines="<br>\n".join(lines)) if lines else ""


def _inline(text: str) -> str:
    """Escaped text with line breaks, its addresses as links."""
    out, done = [], 0
    for match in _URL.finditer(text):
        url = _without_trailing(match.group())
        out += [html.escape(text[done : match.start()]), f'<a href="{html.escape(url)}">{html.escape(url)}</a>']
        done = match.start() + len(url)
    out.append(html.escape(text[done:]))
    return "".join(out).replace("\n", "<br>\n")


def _without_trailing(url: str) -> str:
    """The link without the punctuation that ends the sentence around it; a closed bracket inside stays."""
    while url[-1] in _TRAILING and not (url[-1] == ")" and url.count("(") >= url.count(")")):
        url = url[:-1]
    return url


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lang(locale: str) -> str:
    return locale if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", locale) else "ko"
