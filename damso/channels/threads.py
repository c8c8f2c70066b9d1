"""What a channel keeps between an inbox and an identity, and how long an answer is allowed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from damso.channels.types import ChannelPolicy, Thread
from damso.kernel.database import Transaction


class ThreadRow(Struct, frozen=True, kw_only=True):
    """A thread as it is stored."""

    inbox_id: UUID
    identity_id: int
    external_id: str | None
    handle: Mapping[str, Any]
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None

    @property
    def thread(self) -> Thread:
        """As adapters know it."""
        return Thread(external_id=self.external_id, handle=self.handle, last_inbound_at=self.last_inbound_at)


_SELECT = "SELECT inbox_id, identity_id, external_id, handle, last_inbound_at, last_outbound_at FROM thread"


async def thread_of(tx: Transaction, inbox_id: UUID, identity_id: int) -> Thread:
    """The thread, an empty one where nothing was said yet."""
    row = await tx.maybe(ThreadRow, _SELECT + " WHERE inbox_id = $1 AND identity_id = $2", inbox_id, identity_id)
    return row.thread if row else Thread()


async def threads_of(tx: Transaction, identity_ids: Sequence[int]) -> list[ThreadRow]:
    """Every thread of some identities, the one last used first."""
    return await tx.all(
        ThreadRow,
        _SELECT + " WHERE identity_id = ANY ($1)"
        " ORDER BY greatest(last_inbound_at, last_outbound_at) DESC NULLS LAST, inbox_id",
        list(identity_ids),
    )


async def touch_inbound(
    tx: Transaction,
    inbox_id: UUID,
    identity_id: int,
    *,
    at: datetime,
    external_id: str | None = None,
    handle: Mapping[str, Any] | None = None,
) -> None:
    """The customer said something at `at`. Times never go backwards; `handle` is added to what is known."""
    await tx.execute(
        """INSERT INTO thread AS t (inbox_id, identity_id, external_id, handle, last_inbound_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (inbox_id, identity_id) DO UPDATE SET
            external_id = coalesce(excluded.external_id, t.external_id),
            handle = t.handle || excluded.handle,
            last_inbound_at = greatest(t.last_inbound_at, excluded.last_inbound_at)""",
        inbox_id,
        identity_id,
        external_id,
        dict(handle or {}),
        at,
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


def closes_at(policy: ChannelPolicy, thread: Thread) -> datetime | None:
    """When the window for an answer closes; None where the channel has no window, or the customer never wrote."""
    if policy.window is None or thread.last_inbound_at is None:
        return None
    return thread.last_inbound_at + policy.window


def may_answer(policy: ChannelPolicy, thread: Thread, now: datetime) -> bool:
    """Whether the channel allows a message at `now`: inside its window, or where we may start."""
    if thread.last_inbound_at is None:
        return policy.may_start
    closes = closes_at(policy, thread)
    return closes is None or now < closes
