"""Masking what channels bring, before it is stored anywhere but in its raw form, which is then kept encrypted."""

import re
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.channels.content import Content
from damso.channels.html import to_text
from damso.channels.items import InboundEcho, InboundEdit, InboundMessage, Item
from damso.kernel.sensitive import KINDS, SensitiveKind, find, mask

_TAG = re.compile(r"(<[^>]*>)")


class Number(Struct, frozen=True, kw_only=True):
    """A number that was taken out of a message: where it stood, and what it was."""

    kind: SensitiveKind
    place: str
    value: str


class SealedNumber(Struct, frozen=True, kw_only=True):
    """The same, encrypted."""

    kind: SensitiveKind
    place: str
    sealed: str


def holds_numbers(item: Item) -> bool:
    """Whether there is anything to mask at all."""
    match item:
        case InboundMessage():
            return bool(mask_message(item, KINDS)[1])
        case InboundEdit():
            return bool(find(item.text or ""))
        case InboundEcho():
            return mask_item(item, KINDS)[0] != item
    return False


def mask_item(item: Item, kinds: Collection[SensitiveKind]) -> tuple[Item, Sequence[Number]]:
    """An item without numbers. What an edit brings, and what we wrote elsewhere, is not kept."""
    match item:
        case InboundMessage():
            return mask_message(item, kinds)
        case InboundEdit(text=str() as text):
            return replace(item, text=mask(text, kinds).text), ()
        case InboundEcho():
            return replace(item, text=mask(item.text, kinds).text, content=mask_content(item.content, kinds)[0]), ()
    return item, ()


def mask_message(item: InboundMessage, kinds: Collection[SensitiveKind]) -> tuple[InboundMessage, Sequence[Number]]:
    """A message without numbers in its text, content, subject, HTML and names of files."""
    text, subject = mask(item.text, kinds), mask(item.subject, kinds)
    names = [mask(file.name, kinds) for file in item.attachments]
    content, inside = mask_content(item.content, kinds)
    html, hidden = mask_html(item.html, kinds) if item.html is not None else (None, False)
    numbers = [
        Number(kind=kind, place=place, value=value)
        for place, masked in [("text", text), ("subject", subject), *(("file", name) for name in names)]
        for kind, value in masked.numbers
    ]
    seen = {one.value for one in numbers}
    numbers += [Number(kind=kind, place="text", value=value) for kind, value in inside if value not in seen]
    if hidden:
        known = {one.value for one in numbers}
        more = mask(to_text(item.html or ""), kinds).numbers
        numbers += [Number(kind=kind, place="html", value=value) for kind, value in more if value not in known]
    if not numbers and not hidden:
        return item, ()
    files = tuple(replace(file, name=masked.text) for file, masked in zip(item.attachments, names, strict=True))
    masked = replace(item, text=text.text, subject=subject.text, html=html, attachments=files, content=content)
    return masked, numbers


def mask_content(
    content: Content | None, kinds: Collection[SensitiveKind]
) -> tuple[Content | None, Sequence[tuple[SensitiveKind, str]]]:
    """A content without numbers, and these."""
    found: list[tuple[SensitiveKind, str]] = []

    def masked(value: Any) -> Any:
        match value:
            case str():
                one = mask(value, kinds)
                found.extend(one.numbers)
                return one.text
            case list() | tuple():
                return [masked(part) for part in value]
            case dict():
                return {key: masked(part) for key, part in value.items()}
        return value

    if content is None:
        return None, ()
    plain = masked(msgspec.to_builtins(content))
    return (msgspec.convert(plain, Content) if found else content), found


def mask_html(html: str, kinds: Collection[SensitiveKind]) -> tuple[str | None, bool]:
    """HTML without numbers in its text, and whether there were any. Where one is spread over several elements, or
    written with entities, it cannot be masked in place: then only the plain text of the message is kept (None)."""
    read = to_text(html)
    if not find(read, kinds):
        return html, False
    parts = _TAG.split(html)
    masked = "".join(part if part.startswith("<") else mask(part, kinds).text for part in parts)
    return (None if find(to_text(masked), kinds) else masked), True
