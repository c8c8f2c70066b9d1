"""Header values as text: folding, encoded words (RFC 2047), parameters (RFC 2231), dates, message ids.

Values are kept as the bytes that came, because Korean programs write raw 8-bit text where the rules want ASCII, and
split encoded words, and even RFC 2231 pieces, inside a character: bytes are joined first and decoded then.
"""

import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from damso.channels.adapters.email.charsets import codec_for, decode

MAX_VALUE = 256 * 1024
"""Bytes read of one header value."""

MAX_ID = 500
"""Characters of a message id we keep; a longer one is no program's and would not fit an index."""

_FOLD = re.compile(rb"\r?\n(?=[ \t])")
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_ID = re.compile(r"<\s*([^<>\s\x00-\x20]{1,998})\s*>")
_BARE_ID = re.compile(r"[^\s<>,;\"()]{1,200}@[^\s<>,;\"()]{1,255}")
_SECTION = re.compile(r"^(.*?)\*(?:(\d{1,4})(\*)?)?$")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


class Parameters(NamedTuple):
    """A value such as `text/plain; charset=utf-8` taken apart; names are lower case."""

    value: str
    parameters: Mapping[str, str]


class Headers:
    """The headers of one part, in their order; names are lower case, values raw and still folded."""

    def __init__(self, fields: Sequence[tuple[str, bytes]]) -> None:
        self.fields = fields
        self._by_name: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._by_name.setdefault(name, []).append(value[:MAX_VALUE])
        self.hint: str | None = None
        """The charset of the body, as a hint for raw 8-bit text in the headers."""

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def raw(self, name: str) -> bytes:
        """The first header of that name as it came, unfolded; empty where there is none."""
        values = self._by_name.get(name)
        return unfold(values[0]) if values else b""

    def all_raw(self, name: str) -> list[bytes]:
        """Every header of that name, unfolded."""
        return [unfold(value) for value in self._by_name.get(name, ())]

    def text(self, name: str) -> str:
        """The first header of that name, decoded for reading."""
        return decode_words(self.raw(name), self.hint)

    def all_text(self, name: str) -> list[str]:
        """Every header of that name, decoded for reading."""
        return [decode_words(value, self.hint) for value in self.all_raw(name)]


def unfold(value: bytes) -> bytes:
    """The value on one line. A fold between two encoded words keeps its blank, which their decoding removes."""
    return _FOLD.sub(b"", value).strip(b" \t\r\n").replace(b"\n", b" ").replace(b"\r", b"")


def decode_words(value: bytes | str, hint: str | None = None) -> str:
    """Text with its encoded words decoded; whatever is not one stays. `hint` is for raw 8-bit text."""
    text = value if isinstance(value, str) else decode(value, hint)
    if "=?" not in text:
        return text
    pieces: list[str] = []
    pending: list[tuple[str, str, str]] = []
    position = 0
    for word in ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        if between.strip() or not pending:
            pieces.append(_decode_run(pending))
            pieces.append(between)
            pending = []
        pending.append((word[1], word[2].upper(), word[3]))
        position = word.end()
    pieces.append(_decode_run(pending))
    pieces.append(text[position:])
    return "".join(pieces)


def _decode_run(words: list[tuple[str, str, str]]) -> str:
    """Neighbouring encoded words; those of one charset are joined as bytes, as a character may be split."""
    decoded: list[str] = []
    index = 0
    while index < len(words):
        charset = words[index][0]
        data, digits = b"", ""
        while index < len(words) and words[index][0].lower() == charset.lower():
            _, encoding, payload = words[index]
            index += 1
            if encoding == "B":
                digits += payload
                following = words[index][:2] if index < len(words) else None
                unfinished = "=" not in payload and len(_NOT_BASE64.sub("", digits)) % 4 != 0
                if unfinished and following == (charset, "B"):
                    continue  # base64 itself was cut between the words
                data, digits = data + _b(digits), ""
            else:
                data += binascii.a2b_qp(payload.encode("utf-8", "surrogateescape"), header=True)
        decoded.append(decode(data, charset if codec_for(charset) else None))
    return "".join(decoded)


def _b(payload: str) -> bytes:
    digits = _NOT_BASE64.sub("", payload)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))


def read_parameters(value: bytes) -> Parameters:
    """`value; name=text; name*=utf-8'ko'%ED…; name*0*=…` as a value and its parameters.

    Quoted or not, raw 8-bit, with encoded words where RFC 2231 forbids them: all are read.
    """
    first, *rest = _split_outside_quotes(value.decode("latin-1"))
    plain: dict[str, bytes] = {}
    extended: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for piece in rest:
        name, _, text = piece.partition("=")
        name, data = name.strip().lower(), _unquoted(text.strip()).encode("latin-1")
        section = _SECTION.match(name)
        if section is None:
            plain.setdefault(name, data)
        elif section[2] is None:
            extended.setdefault(section[1], {}).setdefault(0, (data, True))
        else:
            extended.setdefault(section[1], {}).setdefault(int(section[2]), (data, section[3] is not None))
    parameters = {name: decode_words(data).strip() for name, data in plain.items() if name}
    parameters.update({name: _join_sections(sections) for name, sections in extended.items() if name})
    return Parameters(first.strip(), parameters)


def _split_outside_quotes(text: str) -> list[str]:
    if '"' not in text:
        return text.split(";")
    pieces: list[str] = []
    begin, quoted, escaped = 0, False, False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append(text[begin:at])
            begin = at + 1
    if quoted:
        return [*pieces, *text[begin:].split(";")]  # a quote that never closes must not swallow everything
    return [*pieces, text[begin:]]


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    inner = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return re.sub(r"\\([\"\\])", r"\1", inner)


def _join_sections(sections: dict[int, tuple[bytes, bool]]) -> str:
    charset: str | None = None
    data = b""
    for number, (piece, encoded) in sorted(sections.items()):
        body = piece
        if encoded and number == 0 and piece.count(b"'") >= 2:
            label, _, body = piece.split(b"'", 2)
            charset = label.decode("latin-1")
        data += unquote_to_bytes(body) if encoded else body
    return decode_words(decode(data, charset)).strip()


def message_ids(value: str) -> list[str]:
    """The message ids of a header in their order, without angle brackets; other words are passed over."""
    found = _ID.findall(value)
    if not found and "<" not in value:
        found = _BARE_ID.findall(value)
    return [name for name in found if len(name) <= MAX_ID]


def read_date(value: str) -> datetime | None:
    """The moment a Date header names, in UTC; None for one that names none. Without a zone it is taken as UTC."""
    try:
        moment = parsedate_to_datetime(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
