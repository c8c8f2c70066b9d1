"""An export as one stream of neutral items, the same each time: who is in it first, then cases, then what was said.

A file is read in each sweep that it has something for; which that is, the first sweep finds out. What a page of an API
brings along (a ticket page its users) so comes in its own place, and whom only a case mentions before all cases.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, ClassVar, Protocol

from damso.channels.imports.csv_records import csv_records
from damso.channels.imports.errors import RecordInvalid
from damso.channels.imports.files import Export, Member
from damso.channels.imports.json_records import Record, json_records
from damso.channels.imports.types import Colleague, Item, Person, Refused, Vendor
from damso.channels.imports.xml_records import xml_records

_WORDS = re.compile(r"[a-z]+")
_PEOPLE = frozenset({"team", "colleague", "person", "company"})
_CASES = frozenset({"case"})
_SAID = frozenset({"said"})
_REST = frozenset({"article", "rating"})


class Known:
    """What an export has told so far that its later records are understood by."""

    def __init__(self) -> None:
        self.colleagues: set[str] = set()
        self.says_apart = False
        """Whether messages come as records of their own, beside their case."""


class Product(Protocol):
    """What is known of one product's exports. Its files and arrays are called `names`, each of one kind."""

    vendor: ClassVar[Vendor]
    names: ClassVar[Mapping[str, str]]

    def kind(self, record: Mapping[str, Any]) -> str:
        """The kind by its shape alone, or nothing."""

    def items(self, kind: str, record: Mapping[str, Any], place: str, known: Known) -> Iterator[Item]:
        """What a record says. Raises `RecordInvalid`."""


def read_export(product: Product, export: Export) -> Iterator[Item]:
    """Raises `ExportUnreadable`."""
    known = Known()
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for member in export.members:
        for record in _records(export, member):
            kind = kind_of(product, member, record)
            kinds[member.name].add(kind)
            known.says_apart |= kind == "said"
            if record.problem or not kind:
                yield Refused(kind="record", code=record.problem or "UNKNOWN_SHAPE", place=record.place)
            elif kind in _PEOPLE:
                yield from _items(product, kind, record, known)
    for sweep, take in ((_CASES, _mentioned), (_CASES, _told), (_SAID, _told), (_REST, _told)):
        for member in export.members:
            for record in _records(export, member) if kinds[member.name] & sweep else ():
                kind = kind_of(product, member, record)
                if kind in sweep and not record.problem:
                    yield from take(_items(product, kind, record, known))


def _mentioned(items: Iterable[Item]) -> Iterator[Item]:
    """Whom a case brings along: they stand before it. What follows is not even looked at."""
    return takewhile(lambda item: isinstance(item, Person | Colleague), items)


def _told(items: Iterable[Item]) -> Iterator[Item]:
    return (item for item in items if not isinstance(item, Person | Colleague))


def kind_of(product: Product, member: Member, record: Record) -> str:
    """By the array it stood in, its shape, or the name of its file."""
    if found := product.names.get(record.collection) or product.kind(record.value):
        return found
    words = [product.names[word] for word in _WORDS.findall(member.stem) if word in product.names]
    return words[-1] if words else ""


def _records(export: Export, member: Member) -> Iterator[Record]:
    read = {".xml": xml_records, ".csv": csv_records}.get(member.suffix, json_records)
    with export.open(member) as file:
        yield from read(member.name, file)


def _items(product: Product, kind: str, record: Record, known: Known) -> Iterator[Item]:
    try:
        for item in product.items(kind, record.value, record.place, known):
            if isinstance(item, Colleague):
                known.colleagues.add(item.external_id)
            yield item
    except RecordInvalid as error:
        external_id = str(record.value.get("id") or record.value.get("display_id") or "")[:100]
        yield Refused(kind=kind, external_id=external_id, code=error.code, place=record.place)
