"""Background work: lanes, readers, timers, mailboxes. Run as many as needed; they share the work by themselves."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from damso.bootstrap import Parts, dimensions_of, doorkeeper_of, lanes_of, readers_of, timers_of
from damso.channels.abilities import Settles
from damso.channels.poll import Poller
from damso.kernel.lanes import Worker
from damso.kernel.log import make_partitions
from damso.kernel.notify import LOST
from damso.kernel.readers import run_readers
from damso.kernel.timers import run_timers
from damso.lake.keeper import LakeKeeper
from damso.lake.open import OFF, store_of

_PARTITIONS_EVERY = timedelta(minutes=10).total_seconds()
"""Without its partition nothing can be written at all, and a machine may wake up months later than it went to sleep."""


_SETTLE_SECONDS = 5.0
"""How long a process that was told to stop waits for what is under way besides."""


async def run_worker(parts: Parts) -> None:
    """Work until cancelled; what was handed over may then come to its end."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(Worker(parts.database, lanes_of(parts)).run())
            group.create_task(run_readers(parts.database, readers_of()))
            group.create_task(run_timers(parts.database, timers_of(parts)))
            group.create_task(
                Poller(parts.database, parts.blobs, parts.inboxes, parts.http, doorkeeper_of(parts.keyring)).run()
            )
            group.create_task(_keep_partitions(parts))
            if parts.settings.lake_url != OFF:
                group.create_task(LakeKeeper(parts.database, store_of(parts.settings), dimensions_of()).run())
    finally:
        await _settle(parts)


async def _settle(parts: Parts) -> None:
    settling = [adapter.settle() for adapter in parts.adapters.values() if isinstance(adapter, Settles)]
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_SECONDS):
            await asyncio.gather(*settling)


async def _keep_partitions(parts: Parts) -> None:
    while True:
        with suppress(*LOST):
            async with parts.database.transaction() as tx:
                await make_partitions(tx)
        await asyncio.sleep(_PARTITIONS_EVERY)
