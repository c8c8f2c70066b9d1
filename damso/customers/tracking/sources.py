"""Setting up sources: what they are called, where they may send from, how much, and their write keys.

A source keeps a key until it is revoked, so a new one can be put in place before the old one goes.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from damso.customers.tracking.known import CHANNEL
from damso.customers.tracking.types import SourceKind, Unplanned
from damso.kernel.crypto import Keyring, hash_secret, new_secret
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team import audit

PREFIXES: dict[SourceKind, str] = {"browser": "wk_", "server": "sk_"}
"""How write keys begin, so that a person sees at once which one may stand in a page."""
SHOWN = 9
"""Characters of a server's key that are shown afterwards."""
MOST_KEYS, MOST_ORIGINS = 5, 50
DEFAULT_PACE = 1000
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Namespace = Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9-]*$")]
PerSecond = Annotated[int, Meta(ge=1, le=100_000)]


class OriginInvalid(AppError):
    code = "ORIGIN_INVALID"
    status = 422
    text = Text(
        "https://shop.example 처럼 사이트 주소만 적어 주세요: {origin}",
        "Write the address of a site alone, like https://shop.example: {origin}",
    )


class KeysFull(AppError):
    code = "KEYS_FULL"
    text = Text(
        "키는 {most}개까지 쓸 수 있어요. 쓰지 않는 키를 먼저 폐기해 주세요.",
        "A source has up to {most} keys. Revoke one that is not used first.",
    )


class LastKey(AppError):
    code = "LAST_KEY"
    text = Text("하나 남은 키예요. 새 키를 먼저 만들어 주세요.", "This is the last key. Make a new one first.")


class NewSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source to be made. Sources of one `namespace` share their user ids: sites of one shop do, two shops do not."""

    name: Name
    kind: SourceKind
    namespace: Namespace = ""
    origins: Annotated[list[str], Meta(max_length=MOST_ORIGINS)] = []
    events_per_second: PerSecond = DEFAULT_PACE


class SourcePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change."""

    name: Name | UnsetType = UNSET
    origins: Annotated[list[str], Meta(max_length=MOST_ORIGINS)] | UnsetType = UNSET
    events_per_second: PerSecond | UnsetType = UNSET
    unplanned: Unplanned | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class WriteKey(Struct, frozen=True, kw_only=True):
    """A key that works. `shown` is all of a browser's, and the beginning of a server's."""

    id: UUID
    shown: str
    created_at: datetime


class ListedSource(Struct, frozen=True, kw_only=True):
    """A source with its signs of life: its last event, and how much came in the last day."""

    id: UUID
    name: str
    kind: SourceKind
    namespace: str
    origins: Sequence[str]
    events_per_second: int
    unplanned: Unplanned
    enabled: bool
    has_token_secret: bool
    created_at: datetime
    last_at: datetime | None
    taken: int
    repeated: int
    refused: int
    waiting: int
    """Events in quarantine."""


_LISTED = """
SELECT s.id, s.name, s.kind, s.namespace, s.origins, s.events_per_second, s.unplanned, s.enabled,
    s.token_secret IS NOT NULL AS has_token_secret, s.created_at, l.last_at, coalesce(d.taken, 0)::bigint AS taken,
    coalesce(d.repeated, 0)::bigint AS repeated, coalesce(d.refused, 0)::bigint AS refused,
    (SELECT count(*) FROM (SELECT FROM refused_event r WHERE r.source_id = s.id LIMIT 10000) r) AS waiting
FROM source s
LEFT JOIN LATERAL (SELECT max(last_at) AS last_at FROM source_hour h WHERE h.source_id = s.id) l ON true
LEFT JOIN LATERAL (
    SELECT sum(taken) AS taken, sum(repeated) AS repeated, sum(refused) AS refused FROM source_hour h
    WHERE h.source_id = s.id AND h.hour > $1) d ON true
"""
DAY = timedelta(hours=24)


async def list_sources(tx: Transaction) -> list[ListedSource]:
    """All sources, by name."""
    return await tx.all(ListedSource, _LISTED + " ORDER BY s.name, s.id", tx.now - DAY)


async def get_source(tx: Transaction, source_id: UUID) -> ListedSource:
    """Raises `NotFound`."""
    return await tx.one(ListedSource, _LISTED + " WHERE s.id = $2", tx.now - DAY, source_id)


async def write_keys(tx: Transaction, source_id: UUID) -> list[WriteKey]:
    """The keys of a source that work, newest first."""
    return await tx.all(
        WriteKey,
        "SELECT id, shown, created_at FROM source_key WHERE source_id = $1 AND revoked_at IS NULL"
        " ORDER BY created_at DESC, id DESC",
        source_id,
    )


async def create_source(tx: Transaction, wanted: NewSource, actor: Actor) -> tuple[UUID, str]:
    """Make a source with its first key; the source's id and the key. Raises `OriginInvalid`."""
    source_id = new_id()
    await tx.execute(
        """INSERT INTO source (id, name, kind, namespace, origins, events_per_second, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        source_id,
        wanted.name.strip(),
        wanted.kind,
        wanted.namespace,
        canonical_origins(wanted.origins),
        wanted.events_per_second,
        actor.id,
        tx.now,
    )
    secret = await _add_key(tx, source_id, wanted.kind)
    await audit.record(tx, actor, "source.created", source_id, name=wanted.name, kind=wanted.kind)
    tx.wake(CHANNEL)
    return source_id, secret


async def change_source(tx: Transaction, source_id: UUID, patch: SourcePatch, actor: Actor) -> None:
    """Raises `NotFound`, `OriginInvalid`."""
    changes: dict[str, Any] = {
        field: value for field in SourcePatch.__struct_fields__ if (value := getattr(patch, field)) is not UNSET
    }
    if "origins" in changes:
        changes["origins"] = canonical_origins(changes["origins"])
    sets = ", ".join(f"{field} = ${place}" for place, field in enumerate(changes, start=2))
    if not sets:
        return
    if not await tx.execute(f"UPDATE source SET {sets} WHERE id = $1", source_id, *changes.values()):
        raise NotFound
    await audit.record(tx, actor, "source.changed", source_id, **changes)
    tx.wake(CHANNEL)


async def delete_source(tx: Transaction, source_id: UUID, actor: Actor) -> None:
    """Delete a source with its plan and its quarantine; what it sent stays. Raises `NotFound`."""
    name = await tx.value("DELETE FROM source WHERE id = $1 RETURNING name", source_id)
    if name is None:
        raise NotFound
    await audit.record(tx, actor, "source.deleted", source_id, name=name)
    tx.wake(CHANNEL)


async def add_key(tx: Transaction, source_id: UUID, actor: Actor) -> str:
    """One more key; the key itself, which of a server cannot be had again. Raises `NotFound`, `KeysFull`."""
    kind: SourceKind | None = await tx.value("SELECT kind FROM source WHERE id = $1 FOR UPDATE", source_id)
    if kind is None:
        raise NotFound
    if len(await write_keys(tx, source_id)) >= MOST_KEYS:
        raise KeysFull(most=MOST_KEYS)
    secret = await _add_key(tx, source_id, kind)
    await audit.record(tx, actor, "source.key_created", source_id)
    return secret


async def revoke_key(tx: Transaction, source_id: UUID, key_id: UUID, actor: Actor) -> None:
    """From now on nothing comes in with this key. Raises `NotFound`, `LastKey`."""
    await tx.execute("SELECT FROM source WHERE id = $1 FOR UPDATE", source_id)
    working = {key.id for key in await write_keys(tx, source_id)}
    if key_id not in working:
        raise NotFound
    if len(working) == 1:
        raise LastKey
    await tx.execute("UPDATE source_key SET revoked_at = $2 WHERE id = $1", key_id, tx.now)
    await audit.record(tx, actor, "source.key_revoked", source_id, key=str(key_id))
    tx.wake(CHANNEL)


async def renew_token_secret(tx: Transaction, keyring: Keyring, source_id: UUID, actor: Actor) -> str:
    """A new secret for user tokens; those signed under the old one prove nothing any more. Raises `NotFound`."""
    secret = new_secret()
    if not await tx.execute("UPDATE source SET token_secret = $2 WHERE id = $1", source_id, keyring.encrypt(secret)):
        raise NotFound
    await audit.record(tx, actor, "source.token_secret_renewed", source_id)
    tx.wake(CHANNEL)
    return secret


async def _add_key(tx: Transaction, source_id: UUID, kind: SourceKind) -> str:
    secret = new_secret(PREFIXES[kind])
    await tx.execute(
        "INSERT INTO source_key (id, source_id, secret_hash, shown, created_at) VALUES ($1, $2, $3, $4, $5)",
        new_id(),
        source_id,
        hash_secret(secret),
        secret if kind == "browser" else secret[:SHOWN],
        tx.now,
    )
    return secret


_HOST = re.compile(r"[a-z0-9.\-\[\]:]+")


def canonical_origins(typed: Sequence[str]) -> list[str]:
    """Origins as browsers send them. Raises `OriginInvalid`."""
    found: dict[str, None] = {}
    for one in typed:
        parts = urlsplit(one.strip().rstrip("/").lower())
        if (
            parts.scheme not in ("http", "https", "capacitor", "ionic")
            or not _HOST.fullmatch(parts.netloc)
            or parts.path
        ):
            raise OriginInvalid(field="origins", origin=one[:200])
        found[f"{parts.scheme}://{parts.netloc}"] = None
    return list(found)
