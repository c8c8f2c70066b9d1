"""A worker that is told to stop lets what it has handed over come to its end."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import msgspec
from httpx import AsyncClient

from damso.bootstrap import Parts
from damso.channels.types import OutboundMessage, Receipt, Thread
from damso.worker import run_worker
from tests.clock import ManualClock
from tests.conversations.company import make_company
from tests.conversations.postcards import PostcardConfig, Postcards, postcard

COPYING_SECONDS = 0.2


class Copying(Postcards):
    """Files a copy of each postcard, which takes a while, after it has said that the postcard is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.copies: list[asyncio.Task[None]] = []

    async def send(
        self, message: OutboundMessage, thread: Thread, config: PostcardConfig, http: AsyncClient
    ) -> Receipt:
        self.copies.append(asyncio.create_task(asyncio.sleep(COPYING_SECONDS)))
        self.begun.set()
        return await super().send(message, thread, config, http)

    async def settle(self) -> None:
        await asyncio.gather(*self.copies)


async def test_copies_that_are_under_way_are_finished(parts: Parts, clock: ManualClock) -> None:
    copying = Copying()
    with_copies = {**parts.adapters, copying.channel: copying}
    inboxes = type(parts.inboxes)(parts.database, with_copies, parts.keyring)
    parts = msgspec.structs.replace(parts, adapters=with_copies, inboxes=inboxes)
    company = await make_company(parts)
    received = await company.gets(postcard())
    await company.answers(received.conversation_id)
    clock.advance(timedelta(seconds=11))  # it can no longer be called back

    work = asyncio.create_task(run_worker(parts))
    async with asyncio.timeout(10):
        await copying.begun.wait()
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    assert [(copy.done(), copy.cancelled()) for copy in copying.copies] == [(True, False)]
