"""Joining who acted before with who is known now: what a server asserts, and what a signed token proves.

It happens before the events are stored, each join in a transaction of its own; saying it again changes nothing. What
would join strangers is held for a person (`damso.customers.protection`), and the event refused where the rule says so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from asyncpg import UniqueViolationError
from msgspec import Struct
from msgspec.structs import replace

from damso.customers.bring_in import Newcomer, bring_in
from damso.customers.identify import Sighting, identify_all
from damso.customers.protection.join import join
from damso.customers.protection.rules import MOST_ALIASES, IdentityLimit, keeps_to, rules_of
from damso.customers.tracking.types import USER, Call
from damso.customers.types import ANONYMOUS, IdentityKey, Proof
from damso.kernel.database import Database, Transaction
from damso.kernel.log import Actor

NEWCOMERS = 100
"""People who are made in one transaction."""
LAST = 100
"""The place of what no rule names."""


class Wish(Struct, frozen=True):
    """That one event joins two identities."""

    call: Call
    one: IdentityKey
    other: IdentityKey


def wishes_of(call: Call) -> Iterator[Wish]:
    """What an event asks to be joined; nothing for most."""
    if not call.vouched:
        return
    if call.type == "alias" and call.user and call.previous:
        yield Wish(call, call.user, call.previous)
    if call.type == "identify":
        if call.anonymous and call.actor is call.user:
            yield Wish(call, call.actor, call.anonymous)
        yield from (Wish(call, call.actor, key) for key in addresses_of(call))


def addresses_of(call: Call) -> Iterator[IdentityKey]:
    """Addresses that are more than a claim."""
    if call.contacts.email and call.vouched:
        yield IdentityKey("email", call.contacts.email)
    if call.contacts.phone and call.source.asserts:
        yield IdentityKey("phone", call.contacts.phone)


async def stitch(database: Database, calls: Sequence[Call]) -> dict[int, str]:
    """Join what the events say; the places of those that are refused, with what there would be too many of."""
    wishes = [(place, wish) for place, call in enumerate(calls) for wish in wishes_of(call)]
    if not wishes:
        return {}
    async with database.reading() as tx:
        rules = await rules_of(tx)
    # What tells most of a person is joined first: where not all can be, it is that which is.
    wishes.sort(key=lambda one: (one[0], rules[one[1].other.kind].priority if one[1].other.kind in rules else LAST))
    await _bring_in_newcomers(database, [wish for _, wish in wishes], rules)
    refusals: dict[int, str] = {}
    async with database.reading() as tx:
        apart = await _apart(tx, [wish for _, wish in wishes])
    for (place, wish), is_apart in zip(wishes, apart, strict=True):
        if is_apart and place not in refusals:
            async with database.transaction() as tx:
                if kind := await _join(tx, wish, rules):
                    refusals[place] = kind
    return refusals


async def _bring_in_newcomers(database: Database, wishes: Sequence[Wish], rules: Mapping[str, IdentityLimit]) -> None:
    """People of whom nothing is known yet, each with all that is said of them: one customer from the start."""
    together: dict[IdentityKey, set[IdentityKey]] = {}
    for wish in wishes:
        if wish.call.type == "identify" and wish.call.source.asserts:
            together.setdefault(wish.one, {wish.one}).add(wish.other)
    shared = Counter(key for keys in together.values() for key in keys)
    names = {wish.one: wish.call.contacts.name for wish in wishes if wish.call.contacts.name}
    groups = [keys for keys in together.values() if all(shared[key] == 1 for key in keys) and keeps_to(rules, keys)]
    for start in range(0, len(groups), NEWCOMERS):
        chunk = [sorted(keys, key=_user_first) for keys in groups[start : start + NEWCOMERS]]
        # Whoever else makes one of them at the same moment wins; these are then joined one by one.
        with suppress(UniqueViolationError):
            async with database.transaction() as tx:
                known = await _customers(tx, [key for keys in chunk for key in keys])
                new = [keys for keys in chunk if known.keys().isdisjoint(keys)]
                newcomers = [Newcomer(keys=tuple(keys), name=names.get(keys[0], "")) for keys in new]
                await bring_in(tx, newcomers, source="tracking")


def _user_first(key: IdentityKey) -> tuple[bool, IdentityKey]:
    return key.kind != USER, key


async def _customers(tx: Transaction, keys: Sequence[IdentityKey]) -> dict[IdentityKey, UUID]:
    rows = await tx.rows(
        """SELECT i.kind, i.value, i.scope, i.customer_id FROM unnest($1::text[], $2::text[], $3::text[])
            AS g(kind, value, scope) JOIN identity i ON i.kind = g.kind AND i.scope = g.scope AND i.value = g.value""",
        [key.kind for key in keys],
        [key.value for key in keys],
        [key.scope for key in keys],
    )
    return {IdentityKey(row["kind"], row["value"], row["scope"]): row["customer_id"] for row in rows}


async def _apart(tx: Transaction, wishes: Sequence[Wish]) -> list[bool]:
    """For each wish whether it has yet to be fulfilled. What a token proves is said even where it was asserted."""
    customers = await _customers(tx, list({key for wish in wishes for key in (wish.one, wish.other)}))
    return [
        wish.call.proven or customers.get(wish.one) is None or customers.get(wish.one) != customers.get(wish.other)
        for wish in wishes
    ]


async def _join(tx: Transaction, wish: Wish, rules: Mapping[str, IdentityLimit]) -> str:
    """Join two, if nobody objects; else the kind of which there would be too many, where that refuses the event."""
    proof: Proof = "proven" if wish.call.proven else "asserted"
    keys = (wish.one, wish.other)
    one, other = await identify_all(
        tx,
        [
            Sighting(
                key=key,
                proof="none" if key.kind == ANONYMOUS else proof,
                source="tracking",
                name=wish.call.contacts.name if key == wish.call.user else "",
            )
            for key in keys
        ],
    )
    outcome = await join(
        tx,
        one.identity_id,
        other.identity_id,
        strength="proven" if wish.call.proven else "asserted",
        road="tracking",
        evidence={"by": "user_token" if wish.call.proven else wish.call.type, "source": str(wish.call.source.id)},
        actor=Actor("source", str(wish.call.source.id)),
        rules=_with_aliases(rules) if wish.call.type == "alias" else rules,
    )
    # A browser that somebody else used before stays with them: two people share it.
    rule = rules.get(wish.other.kind)
    return outcome.held if rule is None or rule.refuses else ""


def _with_aliases(rules: Mapping[str, IdentityLimit]) -> Mapping[str, IdentityLimit]:
    users = rules[USER]
    return {**rules, USER: replace(users, most=max(users.most, MOST_ALIASES))}
