"""The record of administrative acts: who changed what about people, rights and settings."""

from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor


async def record(tx: Transaction, actor: Actor, act: str, subject: UUID | str, **details: object) -> None:
    """Write down an act, such as `key.revoked`, in the transaction that does it. `details` hold no secrets."""
    await tx.execute(
        "INSERT INTO audit (id, at, actor_kind, actor_id, act, subject, details) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new_id(),
        tx.now,
        actor.kind,
        actor.id,
        act,
        str(subject),
        details,
    )
