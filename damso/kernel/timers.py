"""Due columns wake what must happen at a time: snooze, service level, mailbox polls. Within a second.

A timer is an indexed column and a statement that takes what is due with SKIP LOCKED; it may run in any number of
processes.
"""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Protocol

import structlog

from damso.kernel.database import Database, Transaction
from damso.kernel.notify import LOST

log = structlog.get_logger()

TICK = 0.5
"""Seconds between looks."""


class Timer(Protocol):
    """Acts on what is due."""

    name: ClassVar[str]

    async def run(self, tx: Transaction) -> bool:
        """Do a chunk of what is due at `tx.now`; whether there may be more."""


async def run_due(database: Database, timers: Sequence[Timer]) -> None:
    """Let every timer do all that is due now."""
    for timer in timers:
        more = True
        while more:
            async with database.transaction() as tx:
                more = await timer.run(tx)


async def run_timers(database: Database, timers: Sequence[Timer]) -> None:
    """Tick for ever; a timer that fails is tried again at the next tick and does not stop the others."""
    while True:
        for timer in timers:
            try:
                await run_due(database, [timer])
            except LOST:
                log.info("timers.waiting_for_database")
            except Exception:
                log.exception("timer.failed", timer=timer.name)
        await asyncio.sleep(TICK)
