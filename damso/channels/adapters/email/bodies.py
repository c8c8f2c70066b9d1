"""What a mail says and carries: its text, its HTML, its files."""

import html as entities
import mimetypes
import re
from dataclasses import dataclass, field

from damso.channels import html
from damso.channels.adapters.email.charsets import decode, storable
from damso.channels.adapters.email.file_names import clean_name
from damso.channels.adapters.email.headers import Headers, decode_words
from damso.channels.adapters.email.mime import Part, read_mail
from damso.channels.adapters.email.tnef import unpack
from damso.channels.failures import Unparsable
from damso.channels.items import Attachment

MAX_TEXT = 1_000_000
"""Characters of a text part shown as the message; a longer one is a file."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_HTML_START = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<div|<p>|<table)", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"html.{0,60}(?:viewer|view|mail client|client|browser|support|compatible|format)|view (?:this|it) in (?:your"
    r"|a) browser|html\s*(?:메일|형식|을|를)|메일을 볼 수 없|브라우저에서 보기",
    re.IGNORECASE | re.DOTALL,
)
_BLANKS = re.compile(r"\s+")
_OTHER_RENDERINGS = frozenset({"text/x-amp-html", "text/watch-html"})
_NAMES = {
    "text/calendar": "invite.ics",
    "text/plain": "message.txt",
    "text/html": "message.html",
    "text/rfc822-headers": "headers.txt",
    "message/delivery-status": "delivery-status.txt",
    "image/jpg": "image.jpg",
}
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


@dataclass(frozen=True)
class Body:
    """The content of a mail. `quoted` are lines of `text` that the HTML marks as somebody else's words."""

    text: str
    html: str | None
    quoted: frozenset[int]
    attachments: tuple[Attachment, ...]


@dataclass
class _Piece:
    """One stretch of text with its renderings."""

    plain: str | None = None
    html: str | None = None


@dataclass
class _Found:
    pieces: list[_Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def read_body(mail: Part) -> Body:
    """Everything a person should see of the mail."""
    found = _Found()
    _collect(mail, found, related=False)
    pieces = found.pieces
    text, quoted = _text(pieces)
    return Body(text, _html(pieces), quoted, tuple(found.attachments))


def _text(pieces: list[_Piece]) -> tuple[str, frozenset[int]]:
    texts: list[str] = []
    quoted: set[int] = set()
    lines = 0
    for piece in pieces:
        rendered = html.render(piece.html) if piece.html is not None else html.Rendered("")
        if piece.plain is not None and _is_real(piece.plain, rendered.text):
            rendered = html.Rendered(piece.plain.strip("\n").rstrip())
        if not rendered.text.strip():
            continue
        lines += 1 if texts else 0  # the empty line between two pieces
        quoted.update(lines + number for number in rendered.quoted)
        lines += rendered.text.count("\n") + 1
        texts.append(rendered.text)
    return "\n\n".join(texts), frozenset(quoted)


def _is_real(plain: str, rendered: str) -> bool:
    """Whether a plain part is the message, not a line that asks for a better mail program."""
    if not rendered.strip():
        return True
    words = plain.strip()
    if not words:
        return False
    return not (len(words) < 300 and len(rendered) > len(words) and _PLACEHOLDER.search(words))


def _html(pieces: list[_Piece]) -> str | None:
    if not any(piece.html is not None for piece in pieces):
        return None
    if len(pieces) == 1:
        return pieces[0].html
    return "\n".join(
        piece.html if piece.html is not None else f"<pre>{entities.escape(piece.plain or '')}</pre>" for piece in pieces
    )


# --- Going through the parts ---------------------------------------------------------------------------------------


def _collect(part: Part, found: _Found, *, related: bool) -> None:
    if part.unread:
        found.attachments.append(Attachment(name="further-parts.eml", content_type="text/plain", data=part.raw_body))
    elif part.type == "multipart/alternative" and part.children:
        _collect_alternative(part, found)
    elif part.children:
        for child in part.children:
            _collect(child, found, related=part.type == "multipart/related")
    elif part.type.startswith("multipart/"):
        _collect_broken(part, found)
    elif (piece := _piece(part, found)) is not None:
        found.pieces.append(piece)
    elif part.type in _TNEF or _name(part).lower() == "winmail.dat":
        _collect_tnef(part, found)
    elif part.type not in _OTHER_RENDERINGS:
        found.attachments.append(_attachment(part, related=related))


def _collect_broken(part: Part, found: _Found) -> None:
    """A multipart in which no part can be found is shown as it stands."""
    text = decode(part.raw_body).strip() if len(part.raw_body) <= MAX_TEXT else ""
    if text:
        found.pieces.append(_Piece(plain=text))
    elif part.raw_body.strip():
        found.attachments.append(Attachment(name="message.txt", content_type="text/plain", data=part.raw_body))


def _collect_alternative(part: Part, found: _Found) -> None:
    """The renderings of one text; whatever else stands among them (calendar, pictures) is kept as files."""
    inner = _Found()
    for child in part.children:
        _collect(child, inner, related=False)
    plain = [piece.plain for piece in inner.pieces if piece.plain is not None]
    rich = [piece.html for piece in inner.pieces if piece.html is not None]
    if plain or rich:
        found.pieces.append(_Piece("\n\n".join(plain) if plain else None, "\n".join(rich) if rich else None))
    found.attachments += inner.attachments


def _piece(part: Part, found: _Found) -> _Piece | None:
    """The part as shown text, or None where it is a file."""
    if part.type not in ("text/plain", "text/html"):
        return None
    name = _name(part)
    if part.disposition.value == "attachment" or (name and (found.pieces or part.disposition.value == "inline")):
        return None
    text = part_text(part)
    if len(text) > MAX_TEXT:
        return None
    if part.type == "text/html" or (part.type == "text/plain" and _HTML_START.match(text) and "</" in text):
        return _Piece(html=text)
    return _Piece(plain=text)


def part_text(part: Part) -> str:
    """The text of a text part, lines ended by `\\n`, soft line breaks of `format=flowed` undone."""
    data, charset = part.data, part.charset
    if charset is None and part.type == "text/html" and (meta := _META_CHARSET.search(data, 0, 4096)):
        charset = meta[1].decode("ascii")
    text = decode(data, charset).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    parameters = part.content_type.parameters
    if part.type == "text/plain" and parameters.get("format", "").lower() == "flowed":
        return _unflowed(text, delete_space=parameters.get("delsp", "").lower() == "yes")
    return text


def _unflowed(text: str, *, delete_space: bool) -> str:
    """RFC 3676: a line that ends in a blank goes on in the next one of the same quote depth."""
    lines: list[str] = []
    flowing: str | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        marks = line[: len(line) - len(content)]
        content = content.removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        kept = content[:-1] if soft and delete_space else content
        if flowing == marks and content != "-- ":
            lines.append(kept)
        else:
            lines.append(("\n" if lines else "") + (f"{marks} {kept}" if marks else kept))
        flowing = marks if soft else None
    return "".join(lines)


# --- Files ---------------------------------------------------------------------------------------------------------


def _name(part: Part) -> str:
    name = part.disposition.parameters.get("filename") or part.content_type.parameters.get("name") or ""
    return clean_name(name)


def _attachment(part: Part, *, related: bool) -> Attachment:
    if part.type in ("message/rfc822", "message/global"):
        return _forwarded(part)
    content_id = decode_words(part.headers.raw("content-id")).strip().strip("<>").strip() or None
    return Attachment(
        name=_name(part) or _made_up_name(part.type),
        content_type=part.type,
        data=part.data,
        content_id=storable(content_id)[:500] if content_id else None,
        inline=part.disposition.value == "inline" or bool(related and content_id),
    )


def _made_up_name(content_type: str) -> str:
    if content_type in _NAMES:
        return _NAMES[content_type]
    main = content_type.partition("/")[0]
    return (
        f"{main if main in ('image', 'audio', 'video') else 'file'}{mimetypes.guess_extension(content_type) or '.bin'}"
    )


def _forwarded(part: Part) -> Attachment:
    """A mail within the mail, byte for byte, named by its subject."""
    name = _name(part)
    if not name:
        try:
            subject = clean_name(inner_headers(part).text("subject"))[:120].strip()
        except Unparsable:
            subject = ""
        name = f"{subject or 'message'}.eml"
    return Attachment(name=name, content_type=part.type, data=part.data)


def inner_headers(part: Part) -> Headers:
    """The headers of a mail within a mail. Raises `Unparsable` where there are none."""
    return read_mail(part.data).headers


def _collect_tnef(part: Part, found: _Found) -> None:
    """Outlook's own container: its files become files, its text the text where the mail has none."""
    unpacked = unpack(part.data)
    if unpacked is None or not (unpacked.attachments or unpacked.text or unpacked.html):
        found.attachments.append(_attachment(part, related=False))
        return
    found.attachments += unpacked.attachments
    if not any((piece.plain or piece.html or "").strip() for piece in found.pieces) and (
        unpacked.text or unpacked.html
    ):
        found.pieces = [_Piece(unpacked.text, unpacked.html)]
