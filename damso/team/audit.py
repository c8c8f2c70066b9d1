"""The record of administrative acts: who changed what about people, rights and settings, and who came in."""

from uuid import UUID

from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team.records.origin import present_origin


async def record(tx: Transaction, actor: Actor, act: str, subject: UUID | str, **details: object) -> None:
    """Write down an act, such as `key.revoked`, in the transaction that does it. `details` hold no secrets.

    It is sealed within seconds (`damso.team.records.chain`), so the row never changes afterwards.
    """
    await tx.execute(
        "INSERT INTO audit (id, at, actor_kind, actor_id, act, subject, details, address)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new_id(),
        tx.now,
        actor.kind,
        actor.id,
        act,
        str(subject),
        details,
        present_origin(),
    )
