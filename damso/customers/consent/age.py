"""Who is under 14: their consent counts only with a guardian's (PIPA art. 22-2)."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from damso.customers.consent.errors import ProofTooLong
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event

MOST_NOTE = 500


class Age(Struct, frozen=True, kw_only=True):
    """What was noted last. `note` says how the guardian's consent was confirmed."""

    identity_id: int
    under_14: bool
    guardian_consented: bool
    note: str
    at: datetime


_NEWEST = """
SELECT DISTINCT ON (identity_id) identity_id, under_14, guardian_consented, note, at FROM consent_age
WHERE identity_id = ANY ($1) ORDER BY identity_id, id DESC
"""


async def note_age(
    tx: Transaction, identity_id: int, *, under_14: bool, guardian_consented: bool, note: str, actor: Actor
) -> None:
    """Note whether the person behind an address is a child. Raises `ProofTooLong`."""
    if len(note) > MOST_NOTE or "\x00" in note:
        raise ProofTooLong(field="note", limit=MOST_NOTE)
    await tx.execute(
        """INSERT INTO consent_age (identity_id, under_14, guardian_consented, note, actor_kind, actor_id, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        identity_id,
        under_14,
        under_14 and guardian_consented,
        note.strip(),
        actor.kind,
        actor.id,
        tx.now,
    )
    await log.append(
        tx,
        Event(
            name="consent.age_noted",
            subject_kind="identity",
            subject_id=str(identity_id),
            identity_id=identity_id,
            actor=actor,
            properties={"under_14": under_14, "guardian_consented": under_14 and guardian_consented},
        ),
    )


async def ages_of(tx: Transaction, identity_ids: Collection[int]) -> list[Age]:
    """The newest note of each of these addresses that has one."""
    return await tx.all(Age, _NEWEST, list(identity_ids))


def strictest(ages: Collection[Age]) -> Age | None:
    """What holds for a customer: a child without a guardian's consent, else a child, else nobody under 14."""
    return max(ages, key=lambda age: (age.under_14 and not age.guardian_consented, age.under_14, age.at), default=None)


async def children(tx: Transaction, identity_ids: Collection[int]) -> set[int]:
    """Which of these addresses belong to a customer who is under 14 and has no guardian's consent."""
    return set(
        await tx.values(
            """SELECT DISTINCT i.id FROM identity i JOIN identity o ON o.customer_id = i.customer_id
            CROSS JOIN LATERAL (SELECT under_14, guardian_consented FROM consent_age a WHERE a.identity_id = o.id
                ORDER BY a.id DESC LIMIT 1) n
            WHERE i.id = ANY ($1) AND n.under_14 AND NOT n.guardian_consented""",
            list(identity_ids),
        )
    )
