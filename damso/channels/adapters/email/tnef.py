"""Outlook's `winmail.dat` (TNEF, [MS-OXTNEF]) unpacked: its files, and its text.

Read here and not by the package `tnefparse`, which copies the rest of the file for every attribute (quadratic on a
hostile one), descends into embedded mails without limit and gives up the whole file for one badly encoded name.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from damso.channels.adapters.email.charsets import decode, storable
from damso.channels.adapters.email.file_names import clean_name
from damso.channels.items import Attachment

MAX_ATTRIBUTES = 50_000
MAX_PROPERTIES = 5_000

_SIGNATURE = 0x223E9F78
_BODY, _ATTACH_TITLE, _ATTACH_DATA, _ATTACH_START = 0x800C, 0x8010, 0x800F, 0x9002
_MESSAGE_PROPERTIES, _ATTACH_PROPERTIES, _CODEPAGE = 0x9003, 0x9005, 0x9007

_PLAIN, _HTML, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x3FDE
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME = 0x3707, 0x3704, 0x3001
_MIME_TYPE, _CONTENT_ID, _DATA_OBJECT = 0x370E, 0x3712, 0x3701

_FIXED_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+_-]{1,60}")
_STRING8, _UNICODE = 0x1E, 0x1F
_VARIABLE = frozenset({_STRING8, _UNICODE, 0x0D, 0x102})


@dataclass
class Unpacked:
    """What a TNEF file held; `text` and `html` are the message where it carries one."""

    text: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()


class _Property(NamedTuple):
    kind: int
    data: bytes


@dataclass
class _File:
    title: bytes = b""
    data: bytes = b""
    properties: dict[int, _Property] | None = None


def unpack(data: bytes) -> Unpacked | None:
    """The contents, as far as they can be read; None for bytes that are no TNEF."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    codepage = "cp1252"
    body = b""
    message: dict[int, _Property] = {}
    files: list[_File] = []
    for name, value in _attributes(memoryview(data)[6:]):
        if name == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _BODY:
            body = bytes(value)
        elif name == _MESSAGE_PROPERTIES:
            message = dict(_properties(value))
        elif name == _ATTACH_START:
            files.append(_File())
        elif files and name == _ATTACH_TITLE:
            files[-1].title = bytes(value)
        elif files and name == _ATTACH_DATA:
            files[-1].data = bytes(value)
        elif files and name == _ATTACH_PROPERTIES:
            files[-1].properties = dict(_properties(value))
    attachments = tuple(_attachment(file, codepage) for file in files)
    return Unpacked(_plain(message, body, codepage), _rich(message, codepage), attachments)


def _attributes(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Id and value of each attribute: level (1), id (2), type (2), length (4), value, checksum (2)."""
    at = 0
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > len(data):
            return
        _, name, _, length = struct.unpack_from("<BHHI", data, at)
        yield name, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _properties(data: memoryview) -> Iterator[tuple[int, _Property]]:
    """Id, type and first value of each MAPI property; stops at the first that makes no sense."""
    try:
        yield from _checked_properties(data)
    except struct.error:
        return  # cut short: what was read counts


def _checked_properties(data: memoryview) -> Iterator[tuple[int, _Property]]:
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, MAX_PROPERTIES)):
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= 0x8000:
            at = _after_name(data, at)
        several, kind = kind & 0x1000, kind & 0x0FFF
        if kind not in _VARIABLE and kind not in _FIXED_SIZES:
            return
        values = 1
        if several or kind in _VARIABLE:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        for number in range(values):
            value, at = _value(data, at, kind)
            if number == 0:
                yield name, _Property(kind, value)


def _after_name(data: memoryview, at: int) -> int:
    """Where the value of a named property begins: behind a GUID and a number or a string."""
    (by_string,) = struct.unpack_from("<I", data, at + 16)
    if not by_string:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + _padded(length)


def _value(data: memoryview, at: int, kind: int) -> tuple[bytes, int]:
    length = _FIXED_SIZES.get(kind)
    if length is None:
        (length,) = struct.unpack_from("<I", data, at)
        at += 4
    if at + length > len(data):
        raise struct.error
    return bytes(data[at : at + length]), at + _padded(length)


def _padded(length: int) -> int:
    return length + (-length % 4)


# --- In our words --------------------------------------------------------------------------------------------------


def _string(found: _Property | None, codepage: str) -> str:
    if found is None:
        return ""
    if found.kind == _UNICODE:
        return storable(found.data.decode("utf-16-le", "replace").rstrip("\x00"))
    return decode(found.data.rstrip(b"\x00"), codepage)


def _attachment(file: _File, codepage: str) -> Attachment:
    from_properties = file.properties or {}
    names = (_string(from_properties.get(key), codepage) for key in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
    name = next(filter(None, names), "") or decode(file.title.rstrip(b"\x00"), codepage)
    content_type = _string(from_properties.get(_MIME_TYPE), codepage).lower()
    content_id = _string(from_properties.get(_CONTENT_ID), codepage).strip("<>")
    embedded = from_properties.get(_DATA_OBJECT)
    return Attachment(
        name=clean_name(name) or "file.bin",
        content_type=content_type if _TYPE.fullmatch(content_type) else "application/octet-stream",
        data=file.data or (embedded.data[16:] if embedded else b""),  # 16 bytes name the interface
        content_id=content_id or None,
        inline=bool(content_id),
    )


def _plain(message: dict[int, _Property], body: bytes, codepage: str) -> str | None:
    text = _string(message.get(_PLAIN), codepage) or decode(body.rstrip(b"\x00"), codepage)
    return text.replace("\r\n", "\n") or None


def _rich(message: dict[int, _Property], codepage: str) -> str | None:
    found = message.get(_HTML)
    if found is None or found.kind == _UNICODE:
        return _string(found, codepage) or None
    chosen = message.get(_INTERNET_CODEPAGE)
    label = codepage
    if chosen is not None and len(chosen.data) >= 4:
        number = struct.unpack_from("<I", chosen.data)[0]
        label = "utf-8" if number == 65001 else f"cp{number}"
    return decode(found.data.rstrip(b"\x00"), label) or None
