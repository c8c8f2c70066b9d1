"""What a channel keeps between an inbox and an identity, and whether an answer is possible now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.channels.abilities import Opens
from damso.channels.inboxes import InboxRecord
from damso.channels.items import Change, InboundMessage, Owner
from damso.channels.types import Thread, Window
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text


class ThreadRow(Struct, frozen=True, kw_only=True):
    """A thread as it is stored."""

    inbox_id: UUID
    identity_id: int
    external_id: str | None
    handle: Mapping[str, Any]
    handle_until: datetime | None
    owner: Owner | None
    ended_at: datetime | None
    blocked_at: datetime | None
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None

    @property
    def thread(self) -> Thread:
        """As adapters know it."""
        return Thread(**{name: getattr(self, name) for name in Thread.__struct_fields__})


_SELECT = f"SELECT {', '.join(ThreadRow.__struct_fields__)} FROM thread"


async def thread_of(tx: Transaction, inbox_id: UUID, identity_id: int) -> ThreadRow | None:
    """The thread, None where nothing was said yet."""
    return await tx.maybe(ThreadRow, _SELECT + " WHERE inbox_id = $1 AND identity_id = $2", inbox_id, identity_id)


async def threads_of(tx: Transaction, identity_ids: Sequence[int]) -> list[ThreadRow]:
    """Every thread of some identities, the one last used first."""
    return await tx.all(
        ThreadRow,
        _SELECT + " WHERE identity_id = ANY ($1)"
        " ORDER BY greatest(last_inbound_at, last_outbound_at) DESC NULLS LAST, inbox_id",
        list(identity_ids),
    )


async def touch_inbound(tx: Transaction, inbox_id: UUID, identity_id: int, item: InboundMessage, at: datetime) -> None:
    """The customer said something at `at`: whatever was ended or blocked is not any more.

    Times never go backwards. A handle is for answering the newest message, so one that comes late changes nothing.
    """
    await tx.execute(_TOUCH, inbox_id, identity_id, item.thread, dict(item.handle), item.handle_until, item.owner, at)


_NEWEST = "coalesce(excluded.last_inbound_at >= t.last_inbound_at, true)"
_TOUCH = f"""
INSERT INTO thread AS t (inbox_id, identity_id, external_id, handle, handle_until, owner, last_inbound_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (inbox_id, identity_id) DO UPDATE SET
    external_id = coalesce(excluded.external_id, t.external_id),
    handle = CASE WHEN excluded.handle <> '{{}}' AND {_NEWEST} THEN excluded.handle ELSE t.handle END,
    handle_until = CASE WHEN excluded.handle <> '{{}}' AND {_NEWEST} THEN excluded.handle_until
        ELSE t.handle_until END,
    owner = CASE WHEN {_NEWEST} THEN coalesce(excluded.owner, t.owner) ELSE t.owner END,
    ended_at = CASE WHEN t.ended_at > excluded.last_inbound_at THEN t.ended_at END,
    blocked_at = CASE WHEN t.blocked_at > excluded.last_inbound_at THEN t.blocked_at END,
    last_inbound_at = greatest(t.last_inbound_at, excluded.last_inbound_at)
"""


_CHANGES: Mapping[Change, str] = {
    "opened": "",
    "left": "",
    "blocked": "blocked_at = greatest(t.blocked_at, $3)",
    "unblocked": "blocked_at = CASE WHEN t.blocked_at > $3 THEN t.blocked_at END",
    "befriended": "",
    "unfriended": "",
    "given": "owner = 'them'",
    "returned": "owner = 'us'",
    "ended": "ended_at = greatest(t.ended_at, $3), handle = '{}'",
}


async def note_change(tx: Transaction, inbox_id: UUID, identity_id: int, change: Change, at: datetime) -> None:
    """Something happened to the thread at the provider."""
    await tx.execute(
        "INSERT INTO thread (inbox_id, identity_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", inbox_id, identity_id
    )
    if sets := _CHANGES[change]:
        moment = [at] if "$3" in sets else []
        await tx.execute(
            f"UPDATE thread t SET {sets} WHERE inbox_id = $1 AND identity_id = $2", inbox_id, identity_id, *moment
        )


async def spend_handle(tx: Transaction, inbox_id: UUID, identity_id: int, handle: Mapping[str, Any]) -> None:
    """What the provider gave for one answer is used up, unless it has given another meanwhile."""
    await tx.execute(
        """UPDATE thread SET handle = '{}', handle_until = NULL
        WHERE inbox_id = $1 AND identity_id = $2 AND handle = $3""",
        inbox_id,
        identity_id,
        dict(handle),
    )


async def touch_outbound(tx: Transaction, inbox_id: UUID, identity_id: int, *, at: datetime) -> None:
    """We said something at `at`."""
    await tx.execute(
        """INSERT INTO thread AS t (inbox_id, identity_id, last_outbound_at) VALUES ($1, $2, $3)
        ON CONFLICT (inbox_id, identity_id) DO UPDATE SET
            last_outbound_at = greatest(t.last_outbound_at, excluded.last_outbound_at)""",
        inbox_id,
        identity_id,
        at,
    )


_BLOCKED = Text(
    "고객이 이 채널을 차단해서 보낼 수 없어요.", "The customer has blocked this channel, so nothing can be sent."
)
_NO_START = Text(
    "고객이 이 채널로 먼저 말을 걸어야 답할 수 있어요.", "The customer has to write on this channel first."
)
_OVER = Text("이 채널에서 답변할 수 있는 시간이 지났어요.", "The time to answer on this channel is over.")
_ENDED = Text(
    "상담이 종료되어 고객이 다시 말을 걸어야 답할 수 있어요.",
    "The chat was ended there. The customer has to write again first.",
)


def window_of(inbox: InboxRecord, thread: ThreadRow | None, now: datetime) -> Window:
    """Whether the channel takes a message at `now`: what the adapter says where it knows more, else by its policy:
    inside the time since the customer wrote, or where we may start."""
    known, policy = thread.thread if thread else Thread(), inbox.adapter.policy
    if thread and thread.blocked_at:
        return Window(open=False, reason=_BLOCKED)
    if thread and thread.ended_at and not policy.may_start:
        return Window(open=False, reason=_ENDED)
    if isinstance(inbox.adapter, Opens):
        return inbox.adapter.window(known, inbox.config, now)
    if known.last_inbound_at is None:
        return Window(open=policy.may_start, reason=None if policy.may_start else _NO_START)
    if policy.window is None:
        return Window(open=True)
    closes = known.last_inbound_at + policy.window
    return Window(open=now < closes, closes_at=closes, reason=None if now < closes else _OVER)
