"""One chunk of an export: brought in, or, to see what would happen, only looked at."""

from collections.abc import Sequence
from typing import TypeVar

from damso.channels.identifiers import bounded
from damso.channels.imports import types
from damso.channels.imports.types import Case, Item, Kept, Person, Refused, Said, Team
from damso.conversations.imports.cases import KIND as CONVERSATION
from damso.conversations.imports.cases import bring_cases, warn_of_colleagues
from damso.conversations.imports.chunk import (
    Colleague,
    Desk,
    Outcome,
    Problem,
    Record,
    digest_of,
    known_records,
    note_records,
    state_of,
)
from damso.conversations.imports.erased import Departed
from damso.conversations.imports.masked import masked
from damso.conversations.imports.messages import KIND as MESSAGE
from damso.conversations.imports.messages import bring_messages, message_state, places_of, stored_messages
from damso.conversations.imports.people import KIND as CUSTOMER
from damso.conversations.imports.people import bring_people
from damso.customers.addresses import email_key, phone_key
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError

T = TypeVar("T")


def meet(desk: Desk, item: Item, outcome: Outcome | None = None) -> None:
    """Get to know colleagues and teams; done again for what is skipped after a stop, as it is kept in memory only."""
    match item:
        case types.Colleague():
            agent_id = desk.agents.get(item.email.strip().casefold()) if item.email else None
            if outcome and item.external_id not in desk.colleagues:
                outcome.count("agent", "matched" if agent_id else "unmatched")
            before = desk.colleagues.get(item.external_id)
            if before is None or agent_id:
                desk.colleagues[item.external_id] = Colleague(agent_id, item.name, item.email)
        case Team():
            if outcome and item.external_id not in desk.team_names:
                outcome.count("team", "matched" if item.name.casefold() in desk.teams else "unmatched")
            desk.team_names[item.external_id] = item.name


def of_kind(items: Sequence[Item], kind: type[T]) -> list[T]:
    return [item for item in items if isinstance(item, kind)]


async def bring(tx: Transaction, desk: Desk, items: Sequence[Item]) -> Outcome:
    """Write a chunk; no id stands in it twice."""
    outcome = _refusals(items)
    items = await Departed(desk, dry=False).leave_out(tx, items, outcome)
    items = [masked(item, desk.masked) for item in items]
    cases, said = of_kind(items, Case), of_kind(items, Said)
    told: dict[str, Person] = {}
    for one in of_kind(items, Person):
        told.setdefault(one.external_id, one)
    people = list(told.values())
    people += await _unmentioned(tx, desk, people, cases, said, outcome)
    await bring_people(tx, desk, people, outcome)
    wanted = {*_mentioned(cases, said), *(one.external_id for one in people)}
    records = await known_records(tx, desk.source, CUSTOMER, wanted) if cases or said else {}
    identities = {name: record.identity_id for name, record in records.items() if record.identity_id is not None}
    await bring_cases(tx, desk, cases, identities, outcome)
    await bring_messages(tx, desk, said, identities, outcome)
    await _keep(tx, desk, of_kind(items, Kept), outcome)
    return outcome


def _refusals(items: Sequence[Item]) -> Outcome:
    outcome = Outcome()
    for item in of_kind(items, Refused):
        outcome.count(_KINDS.get(item.kind, item.kind), "refused")
        outcome.problems.append(Problem(item.place, _KINDS.get(item.kind, item.kind), item.external_id, item.code))
    return outcome


_KINDS = {"person": CUSTOMER, "case": CONVERSATION, "said": MESSAGE, "colleague": "agent"}


def _mentioned(cases: Sequence[Case], said: Sequence[Said]) -> dict[str, Case | Said]:
    """Customers whom cases and messages name, each with the first that does."""
    found: dict[str, Case | Said] = {}
    for case in cases:
        for external_id in (case.person, *case.copies):
            found.setdefault(external_id, case)
    for one in said:
        if one.author.kind == "customer" and one.author.external_id and not one.internal:
            found.setdefault(one.author.external_id, one)
    return found


async def _unmentioned(
    tx: Transaction,
    desk: Desk,
    people: Sequence[Person],
    cases: Sequence[Case],
    said: Sequence[Said],
    outcome: Outcome,
) -> list[Person]:
    """Customers that are named and were never told of: made with what there is, so that nothing said is lost."""
    mentioned = _mentioned(cases, said)
    if not mentioned:
        return []
    known = await known_records(tx, desk.source, CUSTOMER, mentioned)
    there = {one.external_id for one in people} | known.keys()
    return [_stranger(desk, name, item, outcome) for name, item in mentioned.items() if name not in there]


def _stranger(desk: Desk, external_id: str, item: Case | Said, outcome: Outcome) -> Person:
    """A colleague who asked for help is a customer with their own address; of others only the id is known."""
    if colleague := desk.colleagues.get(external_id):
        emails = (colleague.email,) if colleague.email else ()
        return Person(external_id=external_id, name=colleague.name, emails=emails, bare=True, place=item.place)
    person = Person(external_id=external_id, bare=True, place=item.place)
    outcome.warn(person, CUSTOMER, "PERSON_NOT_IN_EXPORT")
    return person


async def _keep(tx: Transaction, desk: Desk, kept: Sequence[Kept], outcome: Outcome) -> None:
    for kind in sorted({one.kind for one in kept}):
        of_it = [one for one in kept if one.kind == kind]
        known = await known_records(tx, desk.source, kind, (one.external_id for one in of_it))
        places = await places_of(tx, desk, {one.case for one in of_it if one.case})
        news = []
        for one in of_it:
            outcome.count(kind, state := state_of(known.get(one.external_id), digest_of(one)))
            if state != "same":
                place = places.get(one.case)
                news.append(
                    Record(one.external_id, digest_of(one), None, place.id if place else None, dict(one.content))
                )
        await note_records(tx, desk.source, kind, news)


class Foreseen:
    """What a dry run has seen so far, as numbers: about 100 bytes for each record."""

    def __init__(self, desk: Desk) -> None:
        self._seen: set[int] = set()
        self.departed = Departed(desk, dry=True)

    def add(self, kind: str, external_id: str) -> bool:
        """Whether it is the first time."""
        number = hash((kind, external_id))
        first = number not in self._seen
        self._seen.add(number)
        return first

    def has(self, kind: str, external_id: str) -> bool:
        return hash((kind, external_id)) in self._seen


async def foresee(tx: Transaction, desk: Desk, items: Sequence[Item], seen: Foreseen) -> Outcome:
    """What `bring` would do with a chunk, by reading alone."""
    outcome = _refusals(items)
    items = await seen.departed.leave_out(tx, items, outcome)
    items = [masked(item, desk.masked) for item in items]
    cases, said, people = of_kind(items, Case), of_kind(items, Said), of_kind(items, Person)
    mentioned = _mentioned(cases, said)
    known = await known_records(tx, desk.source, CUSTOMER, {*mentioned, *(one.external_id for one in people)})
    told = {one.external_id for one in people}
    for external_id, item in mentioned.items():
        if external_id not in known and external_id not in told and not seen.has(CUSTOMER, external_id):
            people.append(_stranger(desk, external_id, item, outcome))
    for one in people:
        first = seen.add(CUSTOMER, one.external_id)
        if one.bare and (one.external_id in known or not first):
            continue
        if not first:
            outcome.count(CUSTOMER, "same")
            continue
        outcome.count(CUSTOMER, state_of(known.get(one.external_id), digest_of(one)))
        _check_addresses(one, outcome)
    records = await known_records(tx, desk.source, CONVERSATION, {*(one.external_id for one in cases), *_cases(said)})
    for case in cases:
        first = seen.add(CONVERSATION, case.external_id)
        outcome.count(CONVERSATION, state_of(records.get(case.external_id), digest_of(case)) if first else "same")
        warn_of_colleagues(desk, case, outcome)
    stored = await stored_messages(tx, desk, said)
    for line in said:
        if line.case not in records and not seen.has(CONVERSATION, line.case):
            outcome.refuse(line, MESSAGE, "NO_CASE")
        elif not seen.add(MESSAGE, line.external_id):
            outcome.count(MESSAGE, "same")
        else:
            outcome.count(MESSAGE, message_state(stored.get(bounded(line.external_id)), line))
    for kind in ("company", "article", "rating"):
        of_it = [item for item in of_kind(items, Kept) if item.kind == kind]
        before = await known_records(tx, desk.source, kind, (one.external_id for one in of_it)) if of_it else {}
        for kept in of_it:
            outcome.count(kind, state_of(before.get(kept.external_id), digest_of(kept)))
    return outcome


def _cases(said: Sequence[Said]) -> set[str]:
    return {one.case for one in said}


def _check_addresses(one: Person, outcome: Outcome) -> None:
    for read, values, code in ((email_key, one.emails, "EMAIL_INVALID"), (phone_key, one.phones, "PHONE_INVALID")):
        for value in values:
            try:
                read(value)
            except AppError:
                outcome.warn(one, CUSTOMER, code)
