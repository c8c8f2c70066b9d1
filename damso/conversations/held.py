"""Cases that the law wants kept although their customer was erased: encrypted, apart from all else, until a day.

Nobody sees them in lists, searches or statistics. Who has `secrets.reveal` opens one with a reason, and the timer of
retention deletes it on its day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.conversations.retention.rules import Rule
from damso.customers.erasing.suppressed import address_macs
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.erasure import Person
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.kernel.rotation import SealedColumn
from damso.kernel.sealed_files import forget_sealed, note_sealed, seal_file
from damso.team import audit

SEALED = SealedColumn(table="held_case", key="id", column="content")


class HeldCaseLine(Struct, frozen=True, kw_only=True):
    """A held case in a list: nothing of what it holds."""

    id: UUID
    erasure_id: UUID
    customer_id: UUID
    """Who was erased; the id leads nowhere any more."""
    record_class: str
    until: datetime
    held_at: datetime


class HeldContent(Struct, frozen=True, kw_only=True):
    """What a held case holds: the case, who took part, and every line."""

    case: dict[str, Any]
    addresses: list[str]
    names: list[str]
    lines: list[dict[str, Any]]
    files: list[dict[str, Any]]


_LINES = """
SELECT id, kind, direction, author_kind, channel, subject, text, position_at FROM message
WHERE conversation_id = $1 AND (kind <> 'message' OR identity_id = ANY ($2)) ORDER BY position_at, id
"""

_FILES = """
SELECT a.name, a.content_type, a.size, a.blob_ref FROM attachment a JOIN message m ON m.id = a.message_id
WHERE m.conversation_id = $1 AND (m.kind <> 'message' OR m.identity_id = ANY ($2)) AND a.blob_ref NOT LIKE 'media:%'
ORDER BY m.position_at, a.position
"""


def held_until(rule: Rule | None, over_at: datetime, now: datetime) -> datetime | None:
    """Until when the law wants a case that was over at `over_at`; None where it does not, or no longer. A company that
    keeps its records for longer may not do so with those of somebody who asked to be forgotten."""
    if rule is None or not rule.by_law:
        return None
    until = over_at + timedelta(days=rule.floor)
    return until if until > now else None


async def hold(
    tx: Transaction, keyring: Keyring, blobs: Blobs, person: Person, case: dict[str, Any], until: datetime
) -> None:
    """Put a copy of the person's part of a case aside."""
    ids = list(person.identity_ids)
    held_id, files = new_id(), []
    for row in await tx.rows(_FILES, case["id"], ids):
        try:
            sealed = await seal_file(blobs, keyring, await blobs.get(row["blob_ref"]))
        except BlobMissing:
            continue
        await note_sealed(tx, sealed)
        files.append(dict(row) | {"blob_ref": sealed.ref})
    content = HeldContent(
        case=case,
        addresses=person.values,
        names=list(person.names),
        lines=[dict(row) for row in await tx.rows(_LINES, case["id"], ids)],
        files=files,
    )
    await tx.execute(
        """INSERT INTO held_case (id, erasure_id, conversation_id, record_class, until, addresses, content, held_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        held_id,
        person.erasure_id,
        case["id"],
        case["record_class"],
        until,
        [address_macs(keyring, kind, value)[0] for kind, value in person.addresses],
        keyring.encrypt(msgspec.json.encode(content).decode()),
        tx.now,
    )
    await tx.execute(
        "INSERT INTO held_file (held_case_id, ref) SELECT $1, unnest($2::text[])",
        held_id,
        [file["blob_ref"] for file in files],
    )


async def held_cases(tx: Transaction, keyring: Keyring, address: tuple[str, str] | None = None) -> list[HeldCaseLine]:
    """The newest 200, or those of an address (kind and value)."""
    macs: Sequence[str] | None = address_macs(keyring, *address) if address else None
    return await tx.all(
        HeldCaseLine,
        """SELECT h.id, h.erasure_id, e.customer_id, h.record_class, h.until, h.held_at FROM held_case h
            JOIN erasure e ON e.id = h.erasure_id
        WHERE $1::text[] IS NULL OR h.addresses && $1 ORDER BY h.held_at DESC, h.id DESC LIMIT 200""",
        macs,
    )


async def open_held(tx: Transaction, keyring: Keyring, held_id: UUID, reason: str, actor: Actor) -> HeldContent:
    """What a held case holds; who opens it and why is in the audit log. Raises `NotFound`."""
    sealed = await tx.value("SELECT content FROM held_case WHERE id = $1", held_id)
    if sealed is None:
        raise NotFound
    await audit.record(tx, actor, "held_case.opened", held_id, reason=reason)
    return msgspec.json.decode(keyring.decrypt(sealed), type=HeldContent)


class HeldTimer:
    """Deletes held cases on their day. Their files lose their keys at once, and go with the next collection."""

    name: ClassVar[str] = "held_cases"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.values(
            "SELECT id FROM held_case WHERE until <= $1 ORDER BY until LIMIT 20 FOR UPDATE SKIP LOCKED", tx.now
        )
        if not due:
            return False
        await forget_sealed(tx, await tx.values("SELECT ref FROM held_file WHERE held_case_id = ANY ($1)", due))
        await tx.execute("DELETE FROM held_case WHERE id = ANY ($1)", due)
        return len(due) == 20
