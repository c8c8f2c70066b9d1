"""A mail taken apart into its parts, in one linear pass over the bytes.

Why not the standard library's parser: it reads line by line and asks for each line every enclosing part, so 50 MB of
empty lines take half a minute and nested parts multiply that; it also rewrites forwarded mails on the way out. Here
a part is a span of the raw bytes, boundaries are found by one search per level, and depth and number are limited.
What lies beyond a limit stays together as one unread part, so nothing is lost.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from damso.channels.adapters.email.headers import Headers, Parameters, read_parameters
from damso.channels.failures import Unparsable

MAX_PARTS = 1000
"""Parts read from one mail; what follows the last is kept as one file. No person sends that many."""

MAX_DEPTH = 24
"""Multiparts inside one another; a deeper one is kept as one file."""

MAX_HEADER_BYTES = 2 * 1024 * 1024
MAX_HEADERS = 20_000

_HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_KNOWN_HEADER = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|content-[a-z-]+|mime-version|received|return-path|reply-to|references"
    rb"|in-reply-to|sender|x-[a-z0-9-]+|dkim-signature|list-[a-z]+)[ \t]*:",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FIRST_DELIMITER = re.compile(rb"(?:^|\n)--([^\s]{1,200})[ \t]*+\r?\nContent-", re.IGNORECASE)
_MAX_PADDINGS = 1000
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE64_TEXT = _BASE64 + b"= \t\r\n"
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_BASE64)))
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ?([^\r\n]*)\r?\n", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One MIME part: its headers, and the span of its body in `source`.

    `unread` is a part whose inside was not looked at because a limit was reached.
    """

    source: bytes = field(repr=False)
    headers: Headers
    start: int
    end: int
    default_type: str = "text/plain"
    children: tuple["Part", ...] = ()
    unread: bool = False

    @cached_property
    def content_type(self) -> Parameters:
        """The Content-Type with its parameters; a missing or senseless one is the default of its place."""
        named = read_parameters(self.headers.raw("content-type"))
        value = named.value.lower()
        return Parameters(value if _is_type(value) else self.default_type, named.parameters)

    @cached_property
    def disposition(self) -> Parameters:
        """The Content-Disposition with its parameters, `value` empty where there is none."""
        named = read_parameters(self.headers.raw("content-disposition"))
        return Parameters(named.value.lower(), named.parameters)

    @property
    def type(self) -> str:
        """The MIME type in lower case, e.g. `text/html`."""
        return self.content_type.value

    @property
    def raw_body(self) -> bytes:
        """The body as transported."""
        return self.source[self.start : self.end]

    @cached_property
    def data(self) -> bytes:
        """The body with its transfer encoding undone; an unknown or broken encoding gives what can be had."""
        if self.unread:
            return self.raw_body
        encoding = self.headers.text("content-transfer-encoding").strip().strip("\"'").rstrip(";").strip().lower()
        return _untransfer(self.raw_body, encoding)

    @property
    def charset(self) -> str | None:
        """The charset its sender named, unchecked."""
        return self.content_type.parameters.get("charset")

    def walk(self) -> Iterator["Part"]:
        """This part and all inside it, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


def _is_type(value: str) -> bool:
    return len(value) <= 127 and _TYPE.fullmatch(value) is not None


def read_mail(raw: bytes) -> Part:
    """The whole mail as a tree. Raises `Unparsable` for one that is empty or is nothing but headers without end."""
    source = raw.lstrip(b"\r\n \t\x00\xef\xbb\xbf")
    if b"\n" not in source:
        source = source.replace(b"\r", b"\n")
    if source.startswith((b"From ", b">From ")):
        source = source.partition(b"\n")[2]  # the separator of an mbox
    if not source:
        raise Unparsable("the mail is empty")
    return _Reader(source).read()


class _Reader:
    """Counts what one mail may have, while its parts are read."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.left = MAX_PARTS

    def read(self) -> Part:
        headers, start = self._headers(0, len(self.source), top=True)
        return self._part(headers, start, len(self.source), "text/plain", 0)

    def _headers(self, start: int, end: int, *, top: bool) -> tuple[Headers, int]:
        """The headers that begin at `start`, and where the body begins."""
        if self.source.startswith((b"\n", b"\r\n"), start, end):
            return Headers(()), self.source.index(b"\n", start) + 1
        blank = _BLANK_LINE.search(self.source, start, end)
        block_end = blank.start() if blank else end
        if block_end - start > MAX_HEADER_BYTES:
            if top:
                raise Unparsable("the headers are larger than 2 MiB")
            return Headers(()), start
        lines = self.source[start:block_end].split(b"\n", MAX_HEADERS + 1)
        if top and len(lines) > MAX_HEADERS:
            raise Unparsable(f"the mail has more than {MAX_HEADERS} header lines")
        fields, taken = _fields(lines)
        if taken < len(lines):  # text follows the headers without an empty line between
            return Headers(tuple(fields)), start + sum(len(line) + 1 for line in lines[:taken])
        return Headers(tuple(fields)), blank.end() if blank else end

    def _part(self, headers: Headers, start: int, end: int, default_type: str, depth: int) -> Part:
        part = Part(self.source, headers, start, end, default_type)
        if not part.type.startswith("multipart/"):
            return part
        if depth >= MAX_DEPTH:
            return replace(part, unread=True)
        boundary = part.content_type.parameters.get("boundary", "").encode("utf-8", "replace")
        children = tuple(self._children(part, boundary, depth + 1)) if boundary else ()
        if not children and (found := _FIRST_DELIMITER.search(self.source, start, min(end, start + 65536))):
            children = tuple(self._children(part, found[1], depth + 1))  # the boundary named is not the one used
        return replace(part, children=children)

    def _children(self, parent: Part, boundary: bytes, depth: int) -> Iterator[Part]:
        kind = "message/rfc822" if parent.type == "multipart/digest" else "text/plain"
        for start, end in self._spans(parent, boundary.rstrip()):
            if self.left <= 0:
                yield Part(self.source, Headers(()), start, parent.end, "application/octet-stream", unread=True)
                return
            self.left -= 1
            headers, body = self._headers(start, end, top=False)
            yield self._part(headers, body, end, kind, depth)

    def _spans(self, parent: Part, boundary: bytes) -> Iterator[tuple[int, int]]:
        """Where each part inside `parent` begins and ends, delimiters left out."""
        delimiter = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?+[ \t]*+(?=\r?\n|\Z)")
        begin: int | None = None
        # The newline before the first delimiter may be the one that ended the headers.
        for found in delimiter.finditer(self.source, max(parent.start - 1, 0), parent.end):
            if begin is not None:
                yield begin, max(begin, self._before_newline(found.start()))
            if found[1]:
                return
            newline = self.source.find(b"\n", found.end(), parent.end)
            begin = newline + 1 if newline >= 0 else parent.end
        if begin is not None and begin < parent.end:
            yield begin, parent.end

    def _before_newline(self, at: int) -> int:
        return at - 1 if at and self.source[at - 1] == 0x0D else at


def _fields(lines: list[bytes]) -> tuple[list[tuple[str, bytes]], int]:
    """Name and raw value of each header, and how many lines were headers.

    A line that is none ends them, unless a well-known header follows: then it is dirt between headers.
    """
    fields: list[tuple[str, list[bytes]]] = []
    taken = 0
    for number, line in enumerate(lines):
        if fields and line[:1] in (b" ", b"\t"):
            fields[-1][1].append(line)
        elif _HEADER_LINE.match(line):
            name, _, value = line.partition(b":")
            fields.append((name.strip().decode("ascii").lower(), [value]))
        elif _known_later(lines, number + 1):
            continue
        else:
            break
        taken = number + 1
    return [(name, b"\n".join(value)) for name, value in fields], taken


def _known_later(lines: list[bytes], after: int) -> bool:
    return any(_KNOWN_HEADER.match(line) for line in lines[after : after + 5])


def _untransfer(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return _from_base64(body)
    if encoding in ("quoted-printable", "quoted printable", "qp"):
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue") and (found := _UU_BEGIN.search(body)):
        return b"".join(_uu_lines(body[found.end() :]))
    return body


def _from_base64(body: bytes) -> bytes:
    """Base64 without asking for good form: dirt is left out, what is missing at the end is filled.

    After the padding either more base64 follows (pieces put together), or a footer that somebody added in plain text.
    """
    first, _, after = body.partition(b"=")
    if not after.strip(b"=\r\n \t") or after.translate(None, _BASE64_TEXT):
        return _digits(first)
    if body.count(b"=") > _MAX_PADDINGS:
        return _digits(body)
    return b"".join(_digits(piece) for piece in re.split(rb"=+", body))


def _digits(body: bytes) -> bytes:
    digits = body.translate(None, _NOT_BASE64)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _uu_lines(body: bytes) -> Iterator[bytes]:
    for line in body.split(b"\n"):
        if line.strip() in (b"end", b"`", b""):
            return
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders write too many characters
            try:
                yield binascii.a2b_uu(line[:wanted])
            except binascii.Error:
                return
