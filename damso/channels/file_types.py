"""What a file really is, so that what somebody uploads can never act as a page of ours.

What the bytes say wins over what the sender said. Types a browser would run are kept as plain bytes.
"""

import re

INERT = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
)
_SHOWABLE = frozenset(kind for _, _, kind in _MAGIC)
_ACTIVE = re.compile(r"html|xml|svg|javascript|ecmascript|x-shockwave|vbscript|wasm|multipart/|message/http", re.I)
_WELL_FORMED = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,127}\Z")
_OFFICE = re.compile(r"application/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument)\.[a-z.]+\Z")
"""Documents whose type has "xml" in its name but which are archives no browser runs."""


def sniffed_type(data: bytes) -> str | None:
    """The type the first bytes give away, or None."""
    return next((kind for magic, at, kind in _MAGIC if data[at : at + len(magic)] == magic), None)


def real_type(said: str, data: bytes) -> str:
    """The type to keep a file under: lower case, without parameters. No bytes: as far as it can be believed."""
    if kind := sniffed_type(data):
        return kind
    claimed = said.partition(";")[0].strip().lower()
    if not _WELL_FORMED.match(claimed) or (_ACTIVE.search(claimed) and not _OFFICE.match(claimed)):
        return INERT
    return INERT if data and claimed in _SHOWABLE else claimed


def matches(content_type: str, patterns: tuple[str, ...]) -> bool:
    """Whether a type is one of `image/*`, `*/*`, `application/pdf` …"""
    family = content_type.partition("/")[0]
    return any(pattern in ("*/*", f"{family}/*", content_type) for pattern in patterns)
