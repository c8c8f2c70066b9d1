"""Numbers that are masked on arrival, and shown on demand.

What a customer writes is masked before it is stored, indexed, shown in lists or told to anybody. The numbers
themselves are kept encrypted beside the message; who looks at them says why, and that is in the audit log. What we
write (answers, notes) is masked as well, and there nothing is kept: whoever wrote it has it from the customer.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.channels.items import InboundMessage
from damso.channels.masking import SealedNumber, mask_message
from damso.conversations.errors import SensitiveNumber
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append
from damso.kernel.masking import mask_kept, masked_kinds
from damso.kernel.rotation import SealedColumn
from damso.kernel.sensitive import IDENTIFYING, KINDS, SensitiveKind, find, mask
from damso.team import audit
from damso.team.records.reasons import Reason

SEALED = SealedColumn(table="masked_number", key="id", column="sealed")


class RevealedNumber(Struct, frozen=True, kw_only=True):
    """A number as the customer wrote it; `place` is `text`, `subject`, `file` or `html`."""

    id: UUID
    kind: SensitiveKind
    place: str
    value: str
    created_at: datetime


async def mask_arrival(
    tx: Transaction, keyring: Keyring, item: InboundMessage
) -> tuple[InboundMessage, Sequence[SealedNumber]]:
    """The message without its numbers, and these sealed. Costs a statement only where there is one."""
    if not mask_message(item, KINDS)[1]:
        return item, ()
    masked, numbers = mask_message(item, await masked_kinds(tx))
    return masked, [SealedNumber(kind=one.kind, place=one.place, sealed=keyring.encrypt(one.value)) for one in numbers]


async def keep_numbers(tx: Transaction, message_id: UUID, numbers: Sequence[SealedNumber]) -> None:
    """Keep what was masked in a message."""
    if not numbers:
        return
    await tx.execute(
        """INSERT INTO masked_number (id, message_id, kind, place, sealed, created_at)
        SELECT n.id, $2, n.kind, n.place, n.sealed, $3
        FROM jsonb_to_recordset($1) AS n(id uuid, kind text, place text, sealed text)""",
        [{"id": new_id(), "kind": one.kind, "place": one.place, "sealed": one.sealed} for one in numbers],
        message_id,
        tx.now,
    )


async def mask_draft(tx: Transaction, kind: str, text: str) -> str:
    """A draft as what it becomes is masked: an answer keeps accounts, which companies tell."""
    return await mask_kept(tx, text, IDENTIFYING if kind == "message" else KINDS)


async def mask_answer(tx: Transaction, text: str, *, accepted: bool) -> str:
    """An answer without numbers that identify somebody; accounts stay, since companies tell theirs.

    Raises `SensitiveNumber` unless the writer has seen that they go out masked.
    """
    if not find(text, IDENTIFYING):
        return text
    masked = mask(text, IDENTIFYING & await masked_kinds(tx))
    if masked.numbers and not accepted:
        raise SensitiveNumber(field="text", extra={"kinds": sorted({kind for kind, _ in masked.numbers})})
    return masked.text


async def reveal(
    tx: Transaction, keyring: Keyring, message_id: UUID, reason: Reason, actor: Actor
) -> list[RevealedNumber]:
    """The numbers of a message, for somebody who says why."""
    rows = await tx.rows(
        "SELECT id, kind, place, sealed, created_at FROM masked_number WHERE message_id = $1 ORDER BY id", message_id
    )
    kinds = sorted({row["kind"] for row in rows})
    await audit.record(tx, actor, "number.revealed", message_id, reason=reason.kind, note=reason.note, kinds=kinds)
    await append(
        tx,
        Event(
            name="number.revealed",
            subject_kind="message",
            subject_id=str(message_id),
            conversation_id=await tx.value("SELECT conversation_id FROM message WHERE id = $1", message_id),
            actor=actor,
            properties={"kinds": kinds},
        ),
    )
    return [
        RevealedNumber(
            id=row["id"],
            kind=row["kind"],
            place=row["place"],
            value=keyring.decrypt(row["sealed"]),
            created_at=row["created_at"],
        )
        for row in rows
    ]


async def set_masking(tx: Transaction, kinds: Collection[SensitiveKind], actor: Actor) -> None:
    """Mask these kinds from now on; what is masked stays so."""
    await tx.execute(
        """INSERT INTO masking_policy (id, unmasked) VALUES (1, $1)
        ON CONFLICT (id) DO UPDATE SET unmasked = excluded.unmasked""",
        sorted(KINDS - set(kinds)),
    )
    await audit.record(tx, actor, "masking.changed", "masking", masked=sorted(kinds))
