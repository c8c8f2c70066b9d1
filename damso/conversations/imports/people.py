"""Customers of an export: each becomes a customer here, or is recognised as one by an e-mail address.

The company's own system vouches for the addresses (`asserted`), so they join customers here and disclose nothing
outward. An e-mail address is one person's. A phone number may be a family's or an office's: where another customer has
it already, it joins nobody and is only noted down as a claim.
"""

from collections.abc import Iterable, Sequence

from damso.channels.cleaning import storable
from damso.channels.imports.types import Person
from damso.conversations.imports.chunk import (
    Desk,
    Outcome,
    Record,
    digest_of,
    known_records,
    note_records,
    state_of,
)
from damso.customers.addresses import MAX_NAME, canonical_name, email_key, phone_key
from damso.customers.bring_in import Newcomer, bring_in
from damso.customers.claim import claim
from damso.customers.identify import Sighting, identify_all
from damso.customers.protection.blocked import Blocked, blocked_of
from damso.customers.protection.join import join
from damso.customers.protection.rules import keeps_to, rules_of
from damso.customers.traits import TraitsGiven, set_traits_of_many
from damso.customers.types import IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError

KIND = "customer"
PLACEHOLDER = ""
"""The digest of somebody of whom only the id was known: whoever tells more is news."""


async def bring_people(tx: Transaction, desk: Desk, people: Sequence[Person], outcome: Outcome) -> None:
    """Write those that are new or changed."""
    known = await known_records(tx, desk.source, KIND, (one.external_id for one in people))
    rules, blocked = await rules_of(tx), await blocked_of(tx)
    states = [(one, _state(known.get(one.external_id), one)) for one in people]
    for one, state in states:
        if state != "same" or not one.bare:
            outcome.count(KIND, state)
    news = [(one, _keys(desk, one, blocked, outcome)) for one, state in states if state != "same"]
    taken = await _taken(tx, {key for _, keys in news for key in keys})
    first: list[tuple[Person, tuple[IdentityKey, ...]]] = []
    rest: list[tuple[Person, tuple[IdentityKey, ...]]] = []
    for one, keys in news:
        is_first = one.external_id not in known and not taken & keys.keys() and keeps_to(rules, keys)
        (first if is_first else rest).append((one, tuple(keys)))
        taken |= keys.keys()
    ids = await bring_in(tx, [_newcomer(one, keys) for one, keys in first], source=desk.source.vendor)
    identity_of = {one.external_id: number for (one, _), number in zip(first, ids, strict=True)}
    for one, addresses in rest:
        record = known.get(one.external_id)
        identity_of[one.external_id] = await _join(
            tx, desk, one, addresses, record.identity_id if record else None, outcome
        )
    await set_traits_of_many(
        tx,
        [TraitsGiven(identity_of[one.external_id], one.traits, one.seen_at) for one, _ in news if one.traits],
        source=desk.source.vendor,
    )
    records = [Record(one.external_id, _digest(one), identity_of[one.external_id], None, {}) for one, _ in news]
    await note_records(tx, desk.source, KIND, records)


def _digest(one: Person) -> str:
    return PLACEHOLDER if one.bare else digest_of(one)


def _state(record: Record | None, one: Person) -> str:
    """Whom a case only mentions tells nothing of somebody who is known."""
    if record is not None and one.bare:
        return "same"
    return state_of(record, digest_of(one))


def _keys(desk: Desk, one: Person, blocked: Blocked, outcome: Outcome) -> dict[IdentityKey, None]:
    """The addresses, the main one first; an id of the other help desk where there is none."""
    keys: dict[IdentityKey, None] = {}
    for read, values, code in (
        (email_key, one.emails, "EMAIL_INVALID"),
        (phone_key, one.phones, "PHONE_INVALID"),
    ):
        for value in values:
            try:
                key = read(value)
            except AppError:
                outcome.warn(one, KIND, code)
                continue
            if blocked.names_nobody(key.kind, key.value):
                outcome.warn(one, KIND, "ADDRESS_BLOCKED")
            else:
                keys[key] = None
    return keys or {own_key(desk, one.external_id): None}


def own_key(desk: Desk, external_id: str) -> IdentityKey:
    return IdentityKey(desk.source.vendor, external_id, desk.source.account)


async def _taken(tx: Transaction, keys: Iterable[IdentityKey]) -> set[IdentityKey]:
    rows = await tx.rows(
        """SELECT i.kind, i.value, i.scope FROM jsonb_to_recordset($1) AS k(kind text, value text, scope text)
        JOIN identity i ON i.kind = k.kind AND i.scope = k.scope AND i.value = k.value""",
        [{"kind": key.kind, "value": key.value, "scope": key.scope} for key in keys],
    )
    return {IdentityKey(row["kind"], row["value"], row["scope"]) for row in rows}


def _name(one: Person) -> str:
    try:
        return canonical_name(storable(one.name)[:MAX_NAME])
    except AppError:
        return ""


def _newcomer(one: Person, keys: tuple[IdentityKey, ...]) -> Newcomer:
    return Newcomer(keys=keys, name=_name(one), locale=one.locale, timezone=one.timezone, seen_at=one.seen_at)


async def _join(
    tx: Transaction, desk: Desk, one: Person, keys: tuple[IdentityKey, ...], main: int | None, outcome: Outcome
) -> int:
    """Somebody of whom something is known here already: what is new of them is added. The main identity."""
    taken = await _taken(tx, keys)
    emails = [key for key in keys if key.kind != "phone"]
    phones = [key for key in keys if key.kind == "phone"]
    # Without an e-mail address it is the phone number that says who it is.
    own = emails or phones[:1]
    own += [key for key in phones if key not in taken and key not in own]
    sightings = [_sighting(desk, one, key) for key in own]
    found = [identified.identity_id for identified in await identify_all(tx, sightings)]
    main = main or found[0]
    for other in found:
        if other != main:
            evidence = {"rule": "import", "source": desk.source.vendor}
            made = await join(tx, main, other, strength="asserted", road="import", evidence=evidence)
            if made.held:
                outcome.warn(one, KIND, "JOIN_HELD")
    for key in phones:
        if key not in own and not await _is_theirs(tx, main, key):
            outcome.warn(one, KIND, "PHONE_SHARED")
            await claim(tx, main, "phone", key.value, source=desk.source.vendor)
    return main


def _sighting(desk: Desk, one: Person, key: IdentityKey) -> Sighting:
    return Sighting(
        key=key,
        proof="asserted",
        source=desk.source.vendor,
        name=_name(one),
        locale=one.locale,
        timezone=one.timezone,
        seen_at=one.seen_at,
    )


async def _is_theirs(tx: Transaction, identity_id: int, key: IdentityKey) -> bool:
    found: bool = await tx.value(
        """SELECT EXISTS (SELECT FROM identity i JOIN identity own ON own.customer_id = i.customer_id
            WHERE own.id = $1 AND i.kind = $2 AND i.scope = $3 AND i.value = $4)""",
        identity_id,
        key.kind,
        key.scope,
        key.value,
    )
    return found
