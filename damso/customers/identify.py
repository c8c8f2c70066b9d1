"""Whose address is this? Every channel asks here; an address seen for the first time makes a customer.

Locks are taken in one order: customers by id, then identities. `identify` waits for no customer that somebody else is
changing, unless there is a proof to note; when it was last seen and what it is called can wait for the next message.
`identify_all` waits, in order: a transaction that needs several identities asks it for all at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import force_setattr

from damso.customers.companies.domains import join_by_domain
from damso.customers.lock import lock_customers, lock_free_customers
from damso.customers.shown import refresh, searchable, searched_by
from damso.customers.types import INTERNAL, NAME_SOURCES, PROOFS, IdentityKey, NameSource, Proof, stronger
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Event
from damso.kernel.masking import mask_name

REFRESH = timedelta(minutes=1)
"""`last_seen_at` is at most this much behind, so that a busy customer does not cost a write per message."""


class Sighting(Struct, frozen=True, kw_only=True):
    """An address that acted, with what came along. `seen_at` None means now (old mail is imported with its date)."""

    key: IdentityKey
    proof: Proof
    source: str
    name: str = ""
    locale: str | None = None
    timezone: str | None = None
    seen_at: datetime | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "name", mask_name(self.name))


class Identified(Struct, frozen=True):
    """`created` tells that the customer was made just now."""

    identity_id: int
    customer_id: UUID
    created: bool


async def identify(
    tx: Transaction,
    key: IdentityKey,
    *,
    proof: Proof,
    source: str,
    name: str = "",
    locale: str | None = None,
    timezone: str | None = None,
    seen_at: datetime | None = None,
) -> Identified:
    """Find or make the identity and its customer. One round trip where nothing is new."""
    sighting = Sighting(
        key=key, proof=proof, source=source, name=name, locale=locale, timezone=timezone, seen_at=seen_at
    )
    return (await identify_all(tx, [sighting]))[0]


async def identify_all(tx: Transaction, sightings: Sequence[Sighting]) -> list[Identified]:
    """The same for many, in a handful of statements however many they are; answers in the order asked."""
    wanted = _by_key(sightings)
    wait = len(wanted) > 1
    found: dict[IdentityKey, Identified] = {}
    while missing := [sighting for key, sighting in wanted.items() if key not in found]:
        known = await _known(tx, missing, wait=wait)
        await _learn(tx, known, wanted, wait=wait)
        found |= {row.key: Identified(row.id, row.customer_id, False) for row in known}
        unknown = [sighting for sighting in missing if sighting.key not in found]
        # Whoever else makes one of them first wins; it is then known in the next turn.
        found |= await _make(tx, unknown) if unknown else {}
    return [found[sighting.key] for sighting in sightings]


def _by_key(sightings: Iterable[Sighting]) -> dict[IdentityKey, Sighting]:
    """Each address once, in the order of their keys, which every transaction inserts them in."""
    merged: dict[IdentityKey, Sighting] = {}
    for one in sorted(sightings, key=lambda sighting: sighting.key):
        other = merged.setdefault(one.key, one)
        if other is not one:
            merged[one.key] = _together(other, one)
    return merged


def _together(one: Sighting, other: Sighting) -> Sighting:
    times = [time for time in (one.seen_at, other.seen_at) if time]
    return Sighting(
        key=one.key,
        proof=stronger(one.proof, other.proof),
        source=one.source,
        name=one.name or other.name,
        locale=one.locale or other.locale,
        timezone=one.timezone or other.timezone,
        seen_at=max(times) if len(times) == 2 else None,
    )


class _Known(Struct, frozen=True):
    kind: str
    scope: str
    value: str
    id: int
    customer_id: UUID
    home_id: UUID
    name: str
    proof: Proof
    own_name_source: NameSource
    locale: str | None
    timezone: str | None

    @property
    def key(self) -> IdentityKey:
        return IdentityKey(self.kind, self.value, self.scope)


_KNOWN = """
WITH known AS MATERIALIZED (
    SELECT s.at, i.id, i.kind, i.scope, i.value, i.customer_id, i.home_id, i.name, i.proof,
        h.own_name_source, h.locale, h.timezone,
        i.last_seen_at < s.at - $2::interval OR c.last_seen_at < s.at - $2::interval OR i.first_seen_at > s.at
            OR (s.acts AND i.bounced_at < s.at) AS stale, s.acts
    FROM jsonb_to_recordset($1) AS s(kind text, scope text, value text, at timestamptz, acts boolean)
    JOIN identity i ON i.kind = s.kind AND i.scope = s.scope AND i.value = s.value
    JOIN customer c ON c.id = i.customer_id JOIN customer h ON h.id = i.home_id
), held AS MATERIALIZED (
    SELECT c.id FROM customer c WHERE c.id IN (SELECT customer_id FROM known WHERE stale)
    ORDER BY c.id FOR NO KEY UPDATE {wait}
), seen AS (
    UPDATE customer c SET last_seen_at = greatest(c.last_seen_at, k.at)
    FROM (SELECT customer_id, max(at) AS at FROM known JOIN held ON held.id = customer_id GROUP BY customer_id) k
    WHERE c.id = k.customer_id
), used AS (
    UPDATE identity i SET last_seen_at = greatest(i.last_seen_at, k.at), first_seen_at = least(i.first_seen_at, k.at),
        bounced_at = CASE WHEN NOT k.acts OR i.bounced_at >= k.at THEN i.bounced_at END
    FROM known k JOIN held ON held.id = k.customer_id WHERE i.id = k.id AND k.stale
)
SELECT kind, scope, value, id, customer_id, home_id, name, proof, own_name_source, locale, timezone FROM known
"""


async def mark_bounced(tx: Transaction, key: IdentityKey) -> None:
    """Note that nothing reaches this address any more; it counts as reachable again once its owner acts."""
    identity_id = await tx.value(
        """UPDATE identity SET bounced_at = $4 WHERE kind = $1 AND scope = $2 AND value = $3 AND bounced_at IS NULL
        RETURNING id""",
        key.kind,
        key.scope,
        key.value,
        tx.now,
    )
    if identity_id is not None:
        await log.append(
            tx,
            Event(
                name="identity.bounced", subject_kind="identity", subject_id=str(identity_id), identity_id=identity_id
            ),
        )


async def _known(tx: Transaction, sightings: Sequence[Sighting], *, wait: bool) -> list[_Known]:
    """Those we know, marked as seen; a single one somebody else is changing is left to them."""
    rows = [
        {
            "kind": one.key.kind,
            "scope": one.key.scope,
            "value": one.key.value,
            "at": one.seen_at or tx.now,
            "acts": one.proof != "none",
        }
        for one in sightings
    ]
    return await tx.all(_Known, _KNOWN.format(wait="" if wait else "SKIP LOCKED"), rows, REFRESH)


def _name_source(proof: Proof) -> NameSource:
    """A shop's own systems (a server key, a signed token) know names better than the channel does."""
    return "asserted" if proof in ("asserted", "proven") else "channel"


async def _learn(tx: Transaction, known: Sequence[_Known], wanted: dict[IdentityKey, Sighting], *, wait: bool) -> None:
    """What the sightings say more than we knew: a stronger proof, a name, a language. Seldom anything."""
    news = [(row, new) for row in known if _is_news(row, new := wanted[row.key])]
    if not news:
        return
    if wait or any(_raises(row, new) for row, new in news):
        await lock_customers(tx, {row.customer_id for row, _ in news})
    elif not await lock_free_customers(tx, {row.customer_id for row, _ in news}):
        return
    await _change_identities(tx, news)
    await _change_customers(tx, news)
    await join_by_domain(tx, [row.id for row, new in news if row.kind == "email" and _raises(row, new)])
    if renamed := {row.customer_id for row, new in news if _names(row, new) or _names_customer(row, new)}:
        await refresh(tx, renamed)
    await log.append(tx, *(_proven(row, new) for row, new in news if _raises(row, new)))


def _is_news(row: _Known, new: Sighting) -> bool:
    return bool(
        _raises(row, new)
        or _names(row, new)
        or _names_customer(row, new)
        or (new.locale and not row.locale)
        or (new.timezone and not row.timezone)
    )


def _raises(row: _Known, new: Sighting) -> bool:
    return PROOFS.index(new.proof) > PROOFS.index(row.proof)


def _names(row: _Known, new: Sighting) -> bool:
    """The name is the latest its channel gave; one that nothing vouches for only fills a gap."""
    return bool(new.name) and new.name != row.name and (new.proof != "none" or not row.name)


def _names_customer(row: _Known, new: Sighting) -> bool:
    """Only a better source changes what a customer is called."""
    return bool(new.name) and NAME_SOURCES.index(_name_source(new.proof)) > NAME_SOURCES.index(row.own_name_source)


def _proven(row: _Known, new: Sighting) -> Event:
    return Event(
        name="identity.proven",
        subject_kind="identity",
        subject_id=str(row.id),
        identity_id=row.id,
        properties={"proof": new.proof, "source": new.source},
    )


async def _change_identities(tx: Transaction, news: Sequence[tuple[_Known, Sighting]]) -> None:
    await tx.execute(
        """UPDATE identity i SET name = n.name,
            proof = CASE WHEN array_position($2::text[], n.proof) > array_position($2::text[], i.proof)
                THEN n.proof ELSE i.proof END
        FROM jsonb_to_recordset($1) AS n(id bigint, name text, proof text) WHERE i.id = n.id""",
        [{"id": row.id, "proof": new.proof, "name": new.name if _names(row, new) else row.name} for row, new in news],
        list(PROOFS),
    )


# Language and zone belong to the customer that the identity came with; whom they were joined to has them lent.
_SPEAK = """
WITH given AS (SELECT * FROM jsonb_to_recordset($1) AS g(id uuid, shown_id uuid, locale text, timezone text)),
own AS (
    SELECT c.id, coalesce(c.locale, max(g.locale)) AS locale, coalesce(c.timezone, max(g.timezone)) AS timezone
    FROM given g JOIN customer c ON c.id = g.id GROUP BY c.id
), lent AS (
    SELECT g.shown_id AS id, max(o.locale) AS locale, max(o.timezone) AS timezone
    FROM given g JOIN own o ON o.id = g.id WHERE g.shown_id <> g.id GROUP BY g.shown_id
)
UPDATE customer c SET locale = coalesce(o.locale, c.locale), timezone = coalesce(o.timezone, c.timezone),
    lent_locale = greatest(c.lent_locale, l.locale), lent_timezone = greatest(c.lent_timezone, l.timezone)
FROM customer k LEFT JOIN own o ON o.id = k.id LEFT JOIN lent l ON l.id = k.id
WHERE c.id = k.id AND (o.id IS NOT NULL OR l.id IS NOT NULL)
    AND k.id IN (SELECT id FROM own UNION SELECT id FROM lent)
"""


async def _change_customers(tx: Transaction, news: Sequence[tuple[_Known, Sighting]]) -> None:
    await tx.execute(
        _SPEAK,
        [
            {"id": row.home_id, "shown_id": row.customer_id, "locale": new.locale, "timezone": new.timezone}
            for row, new in news
            if new.locale or new.timezone
        ],
    )
    await tx.execute(
        """UPDATE customer c SET own_name = n.name, own_name_source = n.source
        FROM (SELECT DISTINCT ON (id) * FROM jsonb_to_recordset($1) AS r(id uuid, name text, source text)
            ORDER BY id, array_position($2::text[], source) DESC) n
        WHERE c.id = n.id AND array_position($2::text[], n.source) > array_position($2::text[], c.own_name_source)""",
        [{"id": row.home_id, "name": new.name, "source": _name_source(new.proof)} for row, new in news if new.name],
        list(NAME_SOURCES),
    )


class _Made(Struct, frozen=True):
    id: int
    customer_id: UUID
    kind: str
    scope: str
    value: str


# The foreign keys are checked at the end of the statement, when customers and identities are both there.
_MAKE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset($1) AS g(kind text, scope text, value text, name text, name_source text,
        proof text, source text, at timestamptz, customer_id uuid, locale text, timezone text, grams integer[])
), made AS (
    INSERT INTO identity (kind, scope, value, name, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
    SELECT kind, scope, value, name, customer_id, customer_id, proof, source, at, at FROM given
    ORDER BY kind, value, scope
    ON CONFLICT (kind, scope, value) DO NOTHING RETURNING id, customer_id, kind, scope, value
), person AS (
    INSERT INTO customer (id, own_name, own_name_source, name, name_source, locale, timezone, created_at, last_seen_at)
    SELECT customer_id, name, name_source, name, name_source, locale, timezone, $2, at
    FROM given WHERE customer_id IN (SELECT customer_id FROM made)
), searched AS (
    INSERT INTO customer_search (customer_id, grams) SELECT customer_id, grams FROM given
    WHERE customer_id IN (SELECT customer_id FROM made)
), inner_self AS (
    INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
    SELECT $3, '', customer_id::text, customer_id, customer_id, 'none', 'system', $2, $2 FROM made
)
SELECT id, customer_id, kind, scope, value FROM made
"""


async def _make(tx: Transaction, sightings: Sequence[Sighting]) -> dict[IdentityKey, Identified]:
    """New identities, each with a customer and its internal identity; those somebody else just made are left out."""
    rows = [
        {
            "kind": one.key.kind,
            "scope": one.key.scope,
            "value": one.key.value,
            "name": one.name,
            "name_source": _name_source(one.proof) if one.name else "none",
            "proof": one.proof,
            "source": one.source,
            "at": one.seen_at or tx.now,
            "customer_id": new_id(),
            "locale": one.locale,
            "timezone": one.timezone,
            "grams": searched_by([searchable(one.key.kind, one.key.value, one.name)]),
        }
        for one in sightings
    ]
    made = await tx.all(_Made, _MAKE, rows, tx.now, INTERNAL)
    by_key = {one.key: one for one in sightings}
    events = [event for row in made for event in _created(row, by_key[IdentityKey(row.kind, row.value, row.scope)])]
    if events:
        await log.append(tx, *events)
    await join_by_domain(tx, [row.id for row in made if row.kind == "email"])
    return {IdentityKey(row.kind, row.value, row.scope): Identified(row.id, row.customer_id, True) for row in made}


def _created(row: _Made, sighting: Sighting) -> tuple[Event, Event]:
    return (
        Event(
            name="customer.created",
            subject_kind="customer",
            subject_id=str(row.customer_id),
            identity_id=row.id,
            properties={"source": sighting.source},
        ),
        added(row.id, row.kind, sighting.proof, sighting.source),
    )


def added(identity_id: int, kind: str, proof: Proof, source: str) -> Event:
    """The fact that a customer has one more identity."""
    return Event(
        name="identity.added",
        subject_kind="identity",
        subject_id=str(identity_id),
        identity_id=identity_id,
        properties={"kind": kind, "proof": proof, "source": source},
    )
