"""The program: calls to a provider's host go to its double, everything else is the page of phones."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import structlog

from damso.channels.simulator import Answer, Call, Loopback, write
from damso.channels.types import Adapter
from damso.kernel.settings import Settings
from damso.simulate.desk import Desk
from damso.simulate.journal import Journal
from damso.simulate.page import Page
from damso.simulate.switches import SLOW, Switch
from damso.simulate.world import World

log = structlog.get_logger()

PORT = 8090
SILENCE = 120.0
"""Seconds after which a line that is never answered is closed: longer than anybody waits for an answer."""
_OURS = ("127.0.0.1", "localhost")


class Simulation:
    """Plays the providers of all simulated channels beside the Damso at `desk`. Use as an asynchronous context manager.
    Port 0 takes a free one; `origin` tells which. With a `journal` the phones show the same after a restart."""

    def __init__(
        self,
        settings: Settings,
        adapters: Mapping[str, Adapter],
        desk: str,
        *,
        port: int = PORT,
        mail: str = "",
        journal: Path | None = None,
        slow: float = SLOW,
    ) -> None:
        self._slow = slow
        self._desk = Desk(settings, adapters, desk)
        self.world = World(adapters, self._desk, Journal(journal), slow)
        self._page = Page(self.world, mail)
        self._loopback = Loopback(self._react, port)
        self._running = AsyncExitStack()

    @property
    def origin(self) -> str:
        return self._loopback.origin

    async def __aenter__(self) -> "Simulation":
        async with AsyncExitStack() as starting:
            await starting.enter_async_context(self._desk)
            await starting.enter_async_context(self._loopback)
            for postman in self.world.postmen.values():
                work = asyncio.create_task(postman.work())
                starting.callback(work.cancel)
            self._running = starting.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def _react(self, call: Call, writer: asyncio.StreamWriter) -> None:
        try:
            if call.host in _OURS:
                await write(await self._page.answer(call), writer)
            elif channel := self.world.channel_at(call.host):
                await self._provide(channel, call, writer)
            else:
                await write(Answer(status=421), writer)
        except Exception:
            log.exception("simulate.failed", host=call.host)
            await write(Answer(status=500), writer)

    async def _provide(self, channel: str, call: Call, writer: asyncio.StreamWriter) -> None:
        """Play the provider, as the switches have it."""
        switches = frozenset(self.world.switches[channel])
        if Switch.SILENT in switches:
            await self._keep_silent(channel)
        elif Switch.BUSY in switches:
            await write(Answer(status=429), writer)
        elif Switch.BROKEN in switches:
            await write(Answer(status=500), writer)
        else:
            answer = self.world.reply(channel, call)
            if Switch.SLOW in switches:
                await asyncio.sleep(self._slow)
            if Switch.CUT not in switches:
                await write(answer, writer)

    async def _keep_silent(self, channel: str) -> None:
        """Until the switch is off again; nothing was taken."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENCE):
                while Switch.SILENT in self.world.switches[channel]:
                    await self.world.news.after(self.world.news.version, SILENCE)
