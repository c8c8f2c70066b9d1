"""API keys: how a program proves that it was let in. Only the hash is kept; the secret is shown once."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from damso.kernel.crypto import hash_secret, new_secret
from damso.kernel.database import Transaction
from damso.kernel.errors import Forbidden, NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.access import UNLIMITED, Caller, Limits, Permission
from damso.team.authenticate import KEY_PREFIX
from damso.team.queries import KEY_COLUMNS, key_of, keys
from damso.team.types import ApiKey, Name

PREFIX_LENGTH = len(KEY_PREFIX) + 6
"""Characters of a secret that may be shown: of 256 random bits, 220 stay unknown."""


class KeyRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    scopes: Annotated[list[Permission], Meta(min_length=1)]
    limits: Limits | None = None


def check_request(caller: Caller, request: KeyRequest) -> None:
    """Nobody gives more than they have. Raises `Forbidden`."""
    if not caller.permissions.issuperset(request.scopes):
        raise Forbidden(field="scopes")
    if not caller.limits.covers(request.limits or UNLIMITED):
        raise Forbidden(field="limits")


async def create_key(
    tx: Transaction, name: str, scopes: Collection[Permission], actor: Actor, limits: Limits = UNLIMITED
) -> tuple[ApiKey, str]:
    """The key and its secret, which cannot be had again. `check_request` first, where a caller asks for it."""
    secret = new_secret(KEY_PREFIX)
    row = await tx.row(
        f"""INSERT INTO api_key (id, name, prefix, secret_hash, scopes, limits, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {KEY_COLUMNS}""",
        new_id(),
        name.strip(),
        secret[:PREFIX_LENGTH],
        hash_secret(secret),
        sorted(set(scopes)),
        msgspec.to_builtins(limits),
        UUID(actor.id) if actor.kind == "agent" and actor.id else None,
        tx.now,
    )
    assert row is not None
    key = key_of(row)
    await audit.record(tx, actor, "key.created", key.id, name=key.name, scopes=key.scopes, limits=key.limits)
    return key, secret


async def revoke_key(tx: Transaction, key_id: UUID, caller: Caller) -> None:
    """From now on the key opens nothing. Raises `NotFound` where it did not work any more, or reaches further than
    who wants it revoked."""
    if all(key.id != key_id for key in await keys_within(tx, caller)):
        raise NotFound
    if not await tx.execute("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", key_id, tx.now):
        raise NotFound
    await audit.record(tx, caller.actor, "key.revoked", key_id)


async def keys_within(tx: Transaction, caller: Caller) -> list[ApiKey]:
    """The keys that work and reach no further than the caller, newest first."""
    return [key for key in await keys(tx) if caller.limits.covers(key.limits)]
