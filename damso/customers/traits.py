"""Properties of a customer: dated changes kept by identity; the newest of each key over all identities holds."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM, Actor, Event
from damso.kernel.masking import holds_numbers, mask_values, masked_kinds

MAX_KEY = 100
MAX_VALUE = 8192
"""Bytes of a value as JSON."""


class TraitInvalid(AppError):
    code = "TRAIT_INVALID"
    status = 422
    text = Text(
        "속성 이름은 {key}자, 값은 {value}바이트까지 쓸 수 있어요.",
        "A trait's name has 1 to {key} characters, its value up to {value} bytes.",
    )


class Trait(Struct, frozen=True, kw_only=True):
    """A property as it holds now, and who said so when."""

    key: str
    value: Any
    source: str
    at: datetime


CLAIMED = "browser"
"""The source of what a page or an app says, as everybody who holds its key can: it gives way to all others."""
ENRICHED = "enrichment:"
"""How the sources of what was worked out or asked elsewhere begin: a guess, which gives way as well."""


def weak(column: str) -> str:
    """SQL: whether a source gives way to what the customer's own records say."""
    return f"({column} = '{CLAIMED}' OR {column} LIKE '{ENRICHED}%')"


_CURRENT = f"""
SELECT key, value, source, at FROM (
    SELECT DISTINCT ON (key) key, value, source, at FROM trait_change
    WHERE identity_id = ANY ($1) ORDER BY key, {weak("source")}, coalesce(said_at, at) DESC, id DESC
) newest WHERE value IS NOT NULL
"""


async def current_traits(tx: Transaction, identity_ids: Sequence[int]) -> list[Trait]:
    """What holds now for a customer with these identities, by key."""
    return await tx.all(Trait, _CURRENT + " ORDER BY key", list(identity_ids))


class DatedTrait(Struct, frozen=True, kw_only=True):
    """What one identity says a property is; None that it has none."""

    identity_id: int
    key: str
    value: Any
    source: str
    at: datetime


async def dated_traits(tx: Transaction, identity_ids: Sequence[int]) -> list[DatedTrait]:
    """What each of these identities said last of each key, newest first."""
    return await tx.all(
        DatedTrait,
        """SELECT identity_id, key, value, source, at FROM (
            SELECT DISTINCT ON (identity_id, key) id, identity_id, key, value, source, coalesce(said_at, at) AS at
            FROM trait_change WHERE identity_id = ANY ($1)
            ORDER BY identity_id, key, coalesce(said_at, at) DESC, id DESC
        ) newest ORDER BY at DESC, id DESC""",
        list(identity_ids),
    )


_SET = f"""
WITH given AS (
    SELECT g.id AS identity_id, e.key, nullif(e.value, 'null'::jsonb) AS value, g.at
    FROM jsonb_to_recordset($1) AS g(id bigint, "values" jsonb, at timestamptz), jsonb_each(g."values") AS e
), news AS (
    SELECT g.*, o.id, s.value IS DISTINCT FROM g.value AS shows,
        o.id IS NOT NULL AND o.at <= g.at AND o.value IS NOT DISTINCT FROM g.value
            AND {weak("o.source")} = {weak("$2::text")} AS again
    FROM given g LEFT JOIN LATERAL (
        SELECT t.id, t.value, t.source, coalesce(t.said_at, t.at) AS at FROM trait_change t
        WHERE t.identity_id = g.identity_id AND t.key = g.key ORDER BY coalesce(t.said_at, t.at) DESC, t.id DESC LIMIT 1
    ) AS o ON true LEFT JOIN LATERAL (
        SELECT t.value FROM identity own JOIN identity i ON i.customer_id = own.customer_id
        JOIN trait_change t ON t.identity_id = i.id AND t.key = g.key
        WHERE own.id = g.identity_id ORDER BY {weak("t.source")}, coalesce(t.said_at, t.at) DESC, t.id DESC LIMIT 1
    ) AS s ON true
    WHERE o.id IS NOT NULL OR g.value IS NOT NULL OR s.value IS NOT NULL
), said AS (
    UPDATE trait_change t SET said_at = n.at FROM news n
    WHERE t.id = n.id AND n.again AND coalesce(t.said_at, t.at) < n.at
), kept AS (
    INSERT INTO trait_change (identity_id, key, value, source, at)
    SELECT identity_id, key, value, $2, at FROM news WHERE NOT again
)
SELECT identity_id, key FROM news WHERE shows OR NOT again
"""


async def set_traits(
    tx: Transaction,
    identity_id: int,
    values: Mapping[str, Any],
    *,
    source: str,
    actor: Actor = SYSTEM,
    at: datetime | None = None,
) -> list[str]:
    """Give properties values, or take them away with None; the keys that changed. Raises `TraitInvalid`.

    `at` is when it became true, which may lie in the past: a change older than what holds is kept all the same.
    What an identity says again is noted with its time, even where the customer has that value from another identity:
    so each keeps what is its own, should the two turn out to be two people.
    """
    changed = await set_traits_of_many(tx, [TraitsGiven(identity_id, values, at)], source=source, actor=actor)
    return changed.get(identity_id, [])


class TraitsGiven(Struct, frozen=True):
    """Properties of one identity; `at` is when they became true, None for now."""

    identity_id: int
    values: Mapping[str, Any]
    at: datetime | None = None


async def set_traits_of_many(
    tx: Transaction, given: Sequence[TraitsGiven], *, source: str, actor: Actor = SYSTEM
) -> Mapping[int, list[str]]:
    """The same for many identities in two statements; the keys that changed, by identity. Raises `TraitInvalid`."""
    for one in given:
        for key, value in one.values.items():
            require_fit(key, value)
    if any(holds_numbers(one.values) for one in given):
        kinds = await masked_kinds(tx)
        given = [replace(one, values=mask_values(one.values, kinds)) for one in given]
    rows = await tx.rows(
        _SET,
        [{"id": one.identity_id, "values": dict(one.values), "at": one.at or tx.now} for one in given if one.values],
        source,
    )
    changed: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row["identity_id"], row["key"])):
        changed.setdefault(row["identity_id"], []).append(row["key"])
    if changed:
        await log.append(tx, *(_changed(identity_id, keys, source, actor) for identity_id, keys in changed.items()))
    return changed


_DELETE_GUESSES = f"""
DELETE FROM trait_change t USING jsonb_to_recordset($1) AS g(customer uuid, stay text[])
JOIN identity i ON i.customer_id = g.customer
WHERE t.identity_id = i.id AND t.source LIKE '{ENRICHED}%' AND t.source <> ALL (g.stay)
RETURNING t.identity_id, t.key, t.source
"""


async def delete_guesses(tx: Transaction, stay: Mapping[UUID, Collection[str]]) -> None:
    """Delete what was worked out or asked elsewhere about these customers, past values included, but for what the
    sources say that may `stay`."""
    rows = await tx.rows(
        _DELETE_GUESSES, [{"customer": customer, "stay": sorted(sources)} for customer, sources in stay.items()]
    )
    gone: dict[tuple[int, str], set[str]] = {}
    for row in rows:
        gone.setdefault((row["identity_id"], row["source"]), set()).add(row["key"])
    if gone:
        facts = (_changed(one, sorted(keys), source, SYSTEM) for (one, source), keys in sorted(gone.items()))
        await log.append(tx, *facts)


def _changed(identity_id: int, keys: list[str], source: str, actor: Actor) -> Event:
    return Event(
        name="trait.changed",
        subject_kind="identity",
        subject_id=str(identity_id),
        actor=actor,
        identity_id=identity_id,
        properties={"keys": keys, "source": source},
    )


def fits(key: str, value: object) -> bool:
    """Whether it can be kept as a property."""
    return 0 < len(key.strip()) <= MAX_KEY and key.isprintable() and len(msgspec.json.encode(value)) <= MAX_VALUE


def require_fit(key: str, value: object) -> None:
    """Raises `TraitInvalid`."""
    if not fits(key, value):
        raise TraitInvalid(field=f"traits.{key[:MAX_KEY]}", key=MAX_KEY, value=MAX_VALUE)
