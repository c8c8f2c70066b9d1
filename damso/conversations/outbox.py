"""The queue of what leaves: one lane, in order for each (inbox, recipient), in turns over inboxes.

A message of which nobody knows whether it arrived keeps its place until somebody settles it, and everything to the same
recipient waits behind it. What keeps a queued message waiting is told to the desk.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from damso.channels.outage import share_of
from damso.kernel.database import Transaction
from damso.kernel.lanes import enqueue, hurry

LANE = "outbound"

Held = Literal["fault", "unsettled"]
"""What keeps messages waiting: the inbox has a fault, or it is not known of an earlier message whether it arrived."""


def key_of(inbox_id: UUID, identity_id: int) -> str:
    """Under which messages leave one after the other."""
    return f"{inbox_id}:{identity_id}"


async def put(
    tx: Transaction, message_id: UUID, inbox_id: UUID, identity_id: int, *, due: datetime | None = None
) -> None:
    """Queue a message, the last of its recipient."""
    payload = {"message_id": str(message_id)}
    await enqueue(tx, LANE, [(key_of(inbox_id, identity_id), payload)], due=due, share=share_of(inbox_id))


async def put_back(tx: Transaction, message_id: UUID, inbox_id: UUID, identity_id: int) -> None:
    """Queue a message that nobody knew the outcome of: in the place it has kept, else as the last."""
    first = await hurry(tx, LANE, key_of(inbox_id, identity_id))
    if first is None or first["message_id"] != str(message_id):
        await put(tx, message_id, inbox_id, identity_id)


async def settled(tx: Transaction, inbox_id: UUID, identity_id: int) -> None:
    """It is known now what became of a message: what waits behind it goes on."""
    await hurry(tx, LANE, key_of(inbox_id, identity_id))


_UNSETTLED = f"""
SELECT l.key FROM lane_item l JOIN message u ON u.id = (l.payload->>'message_id')::uuid
WHERE l.lane = '{LANE}' AND l.parked_at IS NULL AND u.status = 'unknown' AND u.deleted_at IS NULL"""

HELD = f"""
CASE WHEN m.status = 'queued' AND m.deleted_at IS NULL THEN CASE
    WHEN EXISTS ({_UNSETTLED} AND l.key = m.inbox_id || ':' || m.identity_id AND u.id <> m.id) THEN 'unsettled'
    WHEN EXISTS (SELECT FROM inbox_fault f WHERE f.inbox_id = m.inbox_id AND f.side = 'out') THEN 'fault' END END
"""
"""SQL: what keeps the message `m` waiting."""


async def held_ways(tx: Transaction, ways: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Held]:
    """Which of these ways, an inbox and an identity each, keep messages waiting now."""
    keys = [key_of(*way) for way in ways]
    unsettled = {row["key"] for row in await tx.rows(_UNSETTLED + " AND l.key = ANY ($1)", keys)}
    faulty = set(await tx.values("SELECT inbox_id FROM inbox_fault WHERE side = 'out'"))
    held: dict[tuple[UUID, int], Held] = {way: "fault" for way in ways if way[0] in faulty}
    return held | {way: "unsettled" for way in ways if key_of(*way) in unsettled}
