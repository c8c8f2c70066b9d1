"""Making strings from outside storable: PostgreSQL takes no NUL, and UTF-8 knows no lone surrogates."""

import re
from typing import Any, TypeVar

import msgspec

from damso.channels.identifiers import bounded
from damso.channels.items import (
    Address,
    InboundEcho,
    InboundEdit,
    InboundMessage,
    InboundReaction,
    InboundReceipt,
    Item,
)

T = TypeVar("T")

LONGEST_TEXT = 1_000_000
"""Characters of a message that are shown and searched; the raw delivery keeps all."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """One replacement character for each that cannot be stored, so that counts of characters stay true."""
    return _UNSTORABLE.sub("\ufffd", text)


def clean(item: Item) -> Item:
    """The item with storable strings, identifiers that fit an index, and a text of bearable length."""
    item = _clean(item)
    match item:
        case InboundMessage():
            return msgspec.structs.replace(
                item,
                text=item.text[:LONGEST_TEXT],
                fresh=None if item.fresh is None else max(0, min(item.fresh, LONGEST_TEXT, len(item.text))),
                external_id=bounded(item.external_id),
                dedupe_scope=bounded(item.dedupe_scope),
                references=tuple(map(bounded, item.references)),
                thread=bounded(item.thread) if item.thread else item.thread,
                quotes=bounded(item.quotes) if item.quotes else item.quotes,
            )
        case InboundEcho():
            return msgspec.structs.replace(
                item,
                text=item.text[:LONGEST_TEXT],
                external_id=bounded(item.external_id) if item.external_id else None,
                dedupe_scope=bounded(item.dedupe_scope),
            )
        case InboundReceipt():
            return msgspec.structs.replace(item, external_id=bounded(item.external_id) if item.external_id else None)
        case InboundEdit() | InboundReaction():
            return msgspec.structs.replace(
                item, external_id=bounded(item.external_id), dedupe_scope=bounded(item.dedupe_scope)
            )
        case _:
            return item


def _clean(value: T) -> T:
    cleaned: Any = value
    if isinstance(value, str) and type(value) is str:
        cleaned = storable(value)
    elif isinstance(value, Address):
        cleaned = Address(
            kind=value.kind, scope=value.scope, value=bounded(storable(value.value)), name=storable(value.name)
        )
    elif isinstance(value, msgspec.Struct):
        cleaned = type(value)(**{name: _clean(getattr(value, name)) for name in value.__struct_fields__})
    elif isinstance(value, tuple):
        cleaned = tuple(_clean(part) for part in value)
    elif isinstance(value, dict):
        cleaned = {_clean(key): _clean(part) for key, part in value.items()}
    result: T = cleaned
    return result
