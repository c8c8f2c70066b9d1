"""Handing a message to its provider: timed, never longer than a minute, and written into the delivery log."""

import asyncio
import time
from typing import Literal
from uuid import UUID

import httpx
import structlog
from msgspec import Struct
from msgspec.structs import replace

from damso.channels.abilities import Uploads
from damso.channels.failures import ChannelError, OutcomeUnknown, TryLater
from damso.channels.health import fault_code, mark_out, note_fault, note_recovery
from damso.channels.inboxes import InboxRecord
from damso.channels.types import OutboundMessage, Receipt, Thread
from damso.kernel.database import Transaction

log = structlog.get_logger()

SECONDS = 60.0
"""Time for one try. An agent sees an unknown outcome within this time."""

Outcome = Literal["sent", "failed", "unknown", "later"]


class HandedOver(Struct, frozen=True, kw_only=True):
    """How a try went: `receipt` where the provider took the message, else `error`."""

    receipt: Receipt | None = None
    error: ChannelError | None = None
    duration_ms: int

    @property
    def outcome(self) -> Outcome:
        match self.error:
            case None:
                return "sent"
            case TryLater():
                return "later"
            case OutcomeUnknown():
                return "unknown"
            case _:
                return "failed"

    @property
    def status_code(self) -> int | None:
        told = self.receipt or self.error
        return told.status_code if told else None


async def hand_over(
    inbox: InboxRecord, message: OutboundMessage, thread: Thread, http: httpx.AsyncClient
) -> HandedOver:
    """Try once, outside any transaction; every fact comes back as a value. Then `record` it together with the
    message's new status.

    Only an adapter can know that nothing was delivered, so any error it did not turn into a fact is an unknown
    outcome, except where the channel takes repetitions for one message.
    """
    started = time.monotonic()
    receipt, error = None, None
    try:
        async with asyncio.timeout(SECONDS):
            receipt = await inbox.adapter.send(await _uploaded(inbox, message, http), thread, inbox.config, http)
    except ChannelError as fact:
        error = fact
    except Exception as fault:
        if not isinstance(fault, TimeoutError):
            log.exception("message.handover_fault", inbox_id=str(inbox.id))
        kind = TryLater if inbox.adapter.policy.repeatable else OutcomeUnknown
        error = kind(type(fault).__name__)
    return HandedOver(receipt=receipt, error=error, duration_ms=round((time.monotonic() - started) * 1000))


async def _uploaded(inbox: InboxRecord, message: OutboundMessage, http: httpx.AsyncClient) -> OutboundMessage:
    """The message with what the provider calls its files, where it wants them first. Raises a `ChannelError`: a fault
    here is certain not to have delivered anything."""
    if not isinstance(inbox.adapter, Uploads) or not message.attachments:
        return message
    try:
        files = [
            replace(file, ref=await inbox.adapter.upload(file, inbox.config, http)) for file in message.attachments
        ]
    except OutcomeUnknown as error:
        raise TryLater(str(error)) from error
    return replace(message, attachments=tuple(files))


async def record(tx: Transaction, inbox: InboxRecord, handed: HandedOver, *, message_id: UUID, number: int) -> None:
    """Write the `number`-th try of a message into the delivery log, and what it says about the connection."""
    await tx.execute(
        """INSERT INTO attempt (inbox_id, message_id, at, outcome, detail, status_code, duration_ms, number)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        inbox.id,
        message_id,
        tx.now,
        handed.outcome,
        str(handed.error or "")[:500],
        handed.status_code,
        handed.duration_ms,
        number,
    )
    if handed.error is None:
        await mark_out(tx, inbox.id)
        await note_recovery(tx, inbox.id, "out")
    elif code := fault_code(handed.error):
        await note_fault(tx, inbox.id, "out", code, str(handed.error)[:500])
