"""API keys: how a program proves that it was let in. Only the hash is kept; the secret is shown once."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from damso.kernel.crypto import hash_secret, new_secret
from damso.kernel.database import Transaction
from damso.kernel.errors import Forbidden, NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.access import Caller, Permission
from damso.team.authenticate import KEY_PREFIX
from damso.team.types import ApiKey, Name

PREFIX_LENGTH = len(KEY_PREFIX) + 6
"""Characters of a secret that may be shown: of 256 random bits, 220 stay unknown."""


class KeyRequest(Struct, frozen=True, kw_only=True):
    name: Name
    scopes: Annotated[list[Permission], Meta(min_length=1)]


def check_scopes(caller: Caller, scopes: Collection[Permission]) -> None:
    """Nobody gives more than they have. Raises `Forbidden`."""
    if not caller.permissions.issuperset(scopes):
        raise Forbidden(field="scopes")


async def create_key(tx: Transaction, name: str, scopes: Collection[Permission], actor: Actor) -> tuple[ApiKey, str]:
    """The key and its secret, which cannot be had again. `check_scopes` first, where a caller asks for it."""
    secret = new_secret(KEY_PREFIX)
    key = await tx.one(
        ApiKey,
        """INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, name, scopes, prefix, created_at, used_at""",
        new_id(),
        name.strip(),
        secret[:PREFIX_LENGTH],
        hash_secret(secret),
        sorted(set(scopes)),
        UUID(actor.id) if actor.kind == "agent" and actor.id else None,
        tx.now,
    )
    await audit.record(tx, actor, "key.created", key.id, name=key.name, scopes=key.scopes)
    return key, secret


async def revoke_key(tx: Transaction, key_id: UUID, actor: Actor) -> None:
    """From now on the key opens nothing. Raises `NotFound` where it did not work any more."""
    if not await tx.execute("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", key_id, tx.now):
        raise NotFound
    await audit.record(tx, actor, "key.revoked", key_id)
