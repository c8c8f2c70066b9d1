"""Storing many events in one transaction: people, keys and events, each in one statement however many they are."""

from collections.abc import Sequence

from msgspec import Struct

from damso.customers.tracking.people import Found, sight
from damso.customers.tracking.quarantine import keep_refused
from damso.customers.tracking.types import Call, Refused
from damso.customers.traits import CLAIMED, TraitsGiven, set_traits_of_many
from damso.customers.types import IdentityKey, Proof
from damso.kernel.database import Transaction


class Recorded(Struct, frozen=True):
    """Which of the calls had not come before, by their place."""

    fresh: frozenset[int]


# A key that somebody else is storing at this moment is waited for: in the order of the keys, so that two who send the
# same batch at once never wait for each other. A source that was deleted a moment ago names nobody any more.
_INSERT = """
WITH given AS (
    SELECT * FROM unnest($1::int[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[],
        $8::text[]) WITH ORDINALITY
        AS g(source, key, name, occurred_at, identity_id, subject_kind, subject_id, properties, n)
), fresh AS (
    INSERT INTO event_key (source, key, at) SELECT source, key, $9 FROM given ORDER BY key, source
    ON CONFLICT DO NOTHING RETURNING source, key
), stored AS (
    INSERT INTO tracked_event (epoch, xid, name, version, recorded_at, occurred_at, identity_id, subject_kind,
        subject_id, actor_kind, actor_id, properties)
    SELECT (SELECT max(epoch) FROM log_epoch), pg_current_xact_id()::text::bigint, g.name, 1, $9, occurred_at,
        identity_id, subject_kind, subject_id, 'source', s.id::text, properties::jsonb
    FROM given g JOIN fresh USING (source, key) LEFT JOIN source s ON s.number = g.source ORDER BY n
)
SELECT n FROM given JOIN fresh USING (source, key)
"""


async def record(tx: Transaction, calls: Sequence[Call], refused: Sequence[Refused]) -> Recorded:
    """Store calls that had not come before, and what was refused. Raises what the database says of a value that it
    cannot hold; nothing is stored then."""
    places = _first_of_each(calls)
    if not places:
        await keep_refused(tx, refused)
        return Recorded(frozenset())
    wanted = [calls[place] for place in places]
    people = await sight(tx, _anonymous(wanted), _users(wanted))
    rows = await tx.values(_INSERT, *_columns(wanted, people), tx.now)
    fresh = frozenset(places[number - 1] for number in rows)
    await _set_traits(tx, [calls[place] for place in sorted(fresh)], people)
    await keep_refused(tx, refused)
    return Recorded(fresh)


def _first_of_each(calls: Sequence[Call]) -> list[int]:
    """The places of calls without those that repeat one of the same lot."""
    first: dict[tuple[int, object], int] = {}
    for place, call in enumerate(calls):
        first.setdefault((call.source.number, call.key), place)
    return list(first.values())


def _anonymous(calls: Sequence[Call]) -> set[IdentityKey]:
    return {call.actor for call in calls if call.actor is call.anonymous}


def _users(calls: Sequence[Call]) -> dict[IdentityKey, Proof]:
    users: dict[IdentityKey, Proof] = {}
    for call in calls:
        if call.actor is call.user and users.get(call.actor) != "proven":
            users[call.actor] = "proven" if call.proven else "asserted"
    return users


def _columns(calls: Sequence[Call], people: dict[IdentityKey, Found]) -> tuple[list[object], ...]:
    return (
        [call.source.number for call in calls],
        [call.key for call in calls],
        [call.name for call in calls],
        [call.occurred_at for call in calls],
        [people[call.actor].id for call in calls],
        [call.type for call in calls],
        [call.message_id for call in calls],
        [call.stored for call in calls],
    )


async def _set_traits(tx: Transaction, calls: Sequence[Call], people: dict[IdentityKey, Found]) -> None:
    """What `identify` says of people, dated by when it was said. An address is an identity or a claim, and no trait."""
    for asserts in (True, False):
        given = [
            TraitsGiven(people[call.actor].id, _kept(call), call.occurred_at)
            for call in calls
            if call.traits and call.source.asserts is asserts
        ]
        if given:
            await set_traits_of_many(tx, given, source="tracking" if asserts else CLAIMED)


def _kept(call: Call) -> dict[str, object]:
    gone = {kind for kind in ("email", "phone", "name") if getattr(call.contacts, kind)}
    return {key: value for key, value in call.traits.items() if key not in gone}
