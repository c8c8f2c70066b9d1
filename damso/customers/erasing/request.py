"""Asking that a customer be erased: a look at what would go and what the law keeps, then the request itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.erasing.person import SUBJECT, customers_of, person_of
from damso.customers.erasing.suppressed import suppress
from damso.customers.lock import lock_shown_customers
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.erasure import Eraser, Kept
from damso.kernel.erasure_list import Erasure, ErasureList
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.lanes import enqueue
from damso.kernel.log import Actor, Event, append
from damso.team import audit

LANE = "erasure"

Reason = Literal["requested", "consent_withdrawn", "purpose_ended", "other"]
"""Chosen, not written: a certificate holds nothing of the person, and free text would."""


class ErasureRunning(AppError):
    code = "ERASURE_RUNNING"
    text = Text("이미 삭제하고 있는 고객이에요.", "This customer is being erased already.")


class ErasurePreview(Struct, frozen=True, kw_only=True):
    """What erasing would do: counts by store and kind, and what is kept apart from all else until when."""

    stores: dict[str, Mapping[str, int]]
    kept: list[Kept]


async def preview(tx: Transaction, erasers: Sequence[Eraser], customer_id: UUID) -> ErasurePreview:
    """Changes nothing. Raises `NotFound`, `MergedAway`."""
    person = await person_of(tx, UUID(int=0), await customers_of(tx, customer_id))
    kept = [one for eraser in erasers for one in await eraser.kept(tx, person)]
    return ErasurePreview(stores={eraser.store: await eraser.count(tx, person) for eraser in erasers}, kept=kept)


async def request_erasure(
    tx: Transaction, keyring: Keyring, listed: ErasureList, customer_id: UUID, reason: Reason, actor: Actor
) -> UUID:
    """Begin to erase; its id. From here on it cannot be stopped, and no restore brings the customer back.

    Raises `NotFound`, `MergedAway`, `ErasureRunning`.
    """
    await lock_shown_customers(tx, [customer_id])
    customer_ids = await customers_of(tx, customer_id)
    if await tx.value("SELECT true FROM erasure WHERE customer_id = $1 AND completed_at IS NULL", customer_id):
        raise ErasureRunning
    erasure_id = new_id()
    person = await person_of(tx, erasure_id, customer_ids)
    subjects = [f"{SUBJECT}{one}" for one in customer_ids]
    addresses = await suppress(tx, keyring, person.addresses)
    await tx.execute(
        """INSERT INTO erasure (id, customer_id, reason, asked_by_kind, asked_by_id, asked_at, subjects, addresses,
            stores, files) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}', '{}')""",
        erasure_id,
        customer_id,
        reason,
        actor.kind,
        actor.id,
        tx.now,
        subjects,
        addresses,
    )
    await enqueue(tx, LANE, [(None, {"erasure_id": str(erasure_id)})])
    await audit.record(tx, actor, "customer.erasure_requested", customer_id, erasure_id=str(erasure_id), reason=reason)
    await append(tx, erasure_event("customer.erasure_requested", customer_id, tx.now, actor))
    # Last before the commit: what stands in the list and was not carried out, the next start carries out.
    listed.append(Erasure(id=erasure_id, at=tx.now, subjects=tuple(subjects)))
    return erasure_id


def erasure_event(name: str, customer_id: UUID, at: datetime, actor: Actor) -> Event:
    return Event(name=name, subject_kind="customer", subject_id=str(customer_id), occurred_at=at, actor=actor)
