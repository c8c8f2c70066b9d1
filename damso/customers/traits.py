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
    WHERE identity_id = ANY ($1) ORDER BY key, at DESC, id DESC
) newest WHERE value IS NOT NULL
"""


async def current_traits(tx: Transaction, identity_ids: Sequence[int]) -> list[Trait]:
    """What holds now for a customer with these identities, by key."""
    return await tx.all(Trait, _CURRENT + " ORDER BY key", list(identity_ids))


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
    """
    for key, value in values.items():
        _require_fit(key, value)
    changed: list[str] = await tx.values(
        """WITH given AS (
            SELECT key, nullif(value, 'null'::jsonb) AS value FROM jsonb_each($2::jsonb)
        ), newest AS (
            SELECT DISTINCT ON (t.key) t.key, t.value, t.at FROM trait_change t
            JOIN identity i ON i.id = t.identity_id JOIN identity own ON own.customer_id = i.customer_id
            WHERE own.id = $1 AND t.key IN (SELECT key FROM given) ORDER BY t.key, t.at DESC, t.id DESC
        )
        INSERT INTO trait_change (identity_id, key, value, source, at)
        SELECT $1, g.key, g.value, $3, $4 FROM given g LEFT JOIN newest n ON n.key = g.key
        WHERE n.value IS DISTINCT FROM g.value OR n.at > $4 RETURNING key""",
        identity_id,
        dict(values),
        source,
        at or tx.now,
    )
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


def _require_fit(key: str, value: object) -> None:
    if not 0 < len(key.strip()) <= MAX_KEY or not key.isprintable() or len(msgspec.json.encode(value)) > MAX_VALUE:
        raise TraitInvalid(field=f"traits.{key[:MAX_KEY]}", key=MAX_KEY, value=MAX_VALUE)
