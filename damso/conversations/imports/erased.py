"""Whoever was erased on request does not come back with an old export: known by keyed hashes alone.

An export names people by addresses in one place and by the other product's ids in all others, and it is read a chunk
at a time. So the hash of the id of somebody who is left out is kept beside the hashes of their addresses, and that of
each case of theirs.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from damso.channels.imports.types import Case, Item, Kept, Person, Said
from damso.conversations.imports.chunk import Desk, Outcome
from damso.customers.addresses import email_key, phone_key
from damso.customers.erasing.suppressed import suppress, suppressed
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError

ERASED = "ERASED"
PERSON, CASE = "customer", "conversation"

Name = tuple[str, str]
"""A kind and a value, as the list of suppressed addresses keeps them."""


def name_of(source: str, kind: str, external_id: str) -> Name:
    """What a record of another product is suppressed by."""
    return f"{source}/{kind}", external_id


class Departed:
    """Who and what of an export is left out. In a dry run nothing is kept but in memory."""

    def __init__(self, desk: Desk, *, dry: bool) -> None:
        self._desk = desk
        self._dry = dry
        self._names: set[Name] = set()

    async def leave_out(self, tx: Transaction, items: Sequence[Item], outcome: Outcome) -> list[Item]:
        """The items of everybody else; what is left out is told with its place and its id there."""
        gone = await self._known(tx, {name for item in items for name in self._asked(item)})
        fresh: set[Name] = set()
        for item in items:
            if isinstance(item, Person) and _is_gone(item, gone):
                fresh.add(self._person(item.external_id))
        for item in items:
            if isinstance(item, Case) and self._person(item.person) in gone | fresh:
                fresh.add(self._case(item.external_id))
        await self._note(tx, fresh - gone)
        gone |= fresh
        return [kept for item in items for kept in self._without(item, gone, outcome)]

    def _asked(self, item: Item) -> Iterable[Name]:
        match item:
            case Person():
                yield self._person(item.external_id)
                yield from _addresses(item)
            case Case():
                yield self._case(item.external_id)
                yield from map(self._person, (item.person, *item.copies))
            case Said():
                yield self._case(item.case)
                yield self._person(item.author.external_id)
            case Kept() if item.case:
                yield self._case(item.case)

    def _without(self, item: Item, gone: set[Name], outcome: Outcome) -> Iterable[Item]:
        match item:
            case Person() if self._person(item.external_id) in gone:
                outcome.refuse(item, PERSON, ERASED)
            case Case() if self._case(item.external_id) in gone:
                outcome.refuse(item, CASE, ERASED)
            case Said() if self._case(item.case) in gone or self._person(item.author.external_id) in gone:
                outcome.refuse(item, "message", ERASED)
            case Kept() if item.case and self._case(item.case) in gone:
                outcome.refuse(item, item.kind, ERASED)
            case Person():
                yield _without_numbers_of_others(item, gone)
            case Case():
                yield replace(item, copies=tuple(one for one in item.copies if self._person(one) not in gone))
            case _:
                yield item

    async def _known(self, tx: Transaction, names: set[Name]) -> set[Name]:
        return await suppressed(tx, self._desk.keyring, names) | (names & self._names)

    async def _note(self, tx: Transaction, names: set[Name]) -> None:
        if self._dry:
            self._names |= names
        elif names:
            await suppress(tx, self._desk.keyring, names)

    def _person(self, external_id: str) -> Name:
        return name_of(self._desk.source.name, PERSON, external_id)

    def _case(self, external_id: str) -> Name:
        return name_of(self._desk.source.name, CASE, external_id)


def _addresses(one: Person) -> Iterable[Name]:
    for read, values in ((email_key, one.emails), (phone_key, one.phones)):
        for value in values:
            try:
                key = read(value)
            except AppError:
                continue
            yield key.kind, key.value


def _is_gone(one: Person, gone: set[Name]) -> bool:
    """An e-mail address is one person's. A phone number may be a family's: it decides where there is nothing else."""
    found = set(_addresses(one)) & gone
    return any(kind == "email" for kind, _ in found) or (bool(found) and not one.emails)


def _without_numbers_of_others(one: Person, gone: set[Name]) -> Person:
    """A number that somebody had who was erased is not noted down with another."""
    kept = tuple(phone for phone in one.phones if not gone & set(_addresses(replace(one, emails=(), phones=(phone,)))))
    return one if kept == one.phones else replace(one, phones=kept)
