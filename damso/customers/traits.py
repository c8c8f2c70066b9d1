"""Properties of a customer: dated changes kept by identity; the newest of each key over all identities holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM, Actor, Event

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


_CURRENT = """
SELECT key, value, source, at FROM (
    SELECT DISTINCT ON (key) key, value, source, at FROM trait_change
    WHERE identity_id = ANY ($1) ORDER BY key, coalesce(said_at, at) DESC, id DESC
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


_SET = """
WITH given AS (
    SELECT key, nullif(value, 'null'::jsonb) AS value FROM jsonb_each($2::jsonb)
), shown AS (
    SELECT DISTINCT ON (t.key) t.key, t.value FROM trait_change t
    JOIN identity i ON i.id = t.identity_id JOIN identity own ON own.customer_id = i.customer_id
    WHERE own.id = $1 AND t.key IN (SELECT key FROM given) ORDER BY t.key, coalesce(t.said_at, t.at) DESC, t.id DESC
), own AS (
    SELECT DISTINCT ON (key) id, key, value, coalesce(said_at, at) AS at FROM trait_change
    WHERE identity_id = $1 AND key IN (SELECT key FROM given) ORDER BY key, coalesce(said_at, at) DESC, id DESC
), news AS (
    SELECT g.key, g.value, o.id, s.value IS DISTINCT FROM g.value AS shows,
        o.id IS NOT NULL AND o.at <= $4 AND o.value IS NOT DISTINCT FROM g.value AS again
    FROM given g LEFT JOIN own o ON o.key = g.key LEFT JOIN shown s ON s.key = g.key
    WHERE o.id IS NOT NULL OR g.value IS NOT NULL OR s.value IS NOT NULL
), said AS (
    UPDATE trait_change t SET said_at = $4 FROM news n WHERE t.id = n.id AND n.again AND coalesce(t.said_at, t.at) < $4
), kept AS (
    INSERT INTO trait_change (identity_id, key, value, source, at)
    SELECT $1, key, value, $3, $4 FROM news WHERE NOT again
)
SELECT key FROM news WHERE shows OR NOT again
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
    for key, value in values.items():
        require_fit(key, value)
    changed: list[str] = await tx.values(_SET, identity_id, dict(values), source, at or tx.now)
    if changed:
        await log.append(tx, _changed(identity_id, sorted(changed), source, actor))
    return sorted(changed)


def _changed(identity_id: int, keys: list[str], source: str, actor: Actor) -> Event:
    return Event(
        name="trait.changed",
        subject_kind="identity",
        subject_id=str(identity_id),
        actor=actor,
        identity_id=identity_id,
        properties={"keys": keys, "source": source},
    )


def require_fit(key: str, value: object) -> None:
    """Raises `TraitInvalid`."""
    if not 0 < len(key.strip()) <= MAX_KEY or not key.isprintable() or len(msgspec.json.encode(value)) > MAX_VALUE:
        raise TraitInvalid(field=f"traits.{key[:MAX_KEY]}", key=MAX_KEY, value=MAX_VALUE)
