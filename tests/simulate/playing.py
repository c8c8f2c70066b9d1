"""A whole Damso and its simulator beside each other, for tests that live as customers and agents do.

async with playing(dsn, tmp_path, adapters) as town:
    await town.says("mina", "pager", "hello")
    await town.hears("mina", "pager", "hello")
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from damso.bootstrap import Parts, make_ready, open_parts
from damso.brand.create_brand import create_brand
from damso.channels.inboxes import Inboxes
from damso.channels.types import Adapter
from damso.commands.serving import port_of, serving
from damso.conversations.send import Sending, send
from damso.demo.phones import connect_phones
from damso.kernel.log import Actor, make_partitions
from damso.kernel.settings import Settings
from damso.simulate.program import Simulation
from damso.team.create_agent import create_agent
from damso.team.set_up import Company, found_company
from damso.web import create_app
from damso.worker import run_worker

PATIENCE = 20.0


class Town:
    """Customers by the keys of `damso.simulate.people`, and one agent."""

    def __init__(self, parts: Parts, simulation: Simulation, agent: Actor, phone: httpx.AsyncClient) -> None:
        self.parts = parts
        self.simulation = simulation
        self.phone = phone
        self._agent = agent

    # --- On the phone

    async def act(self, person: str, chat: str, what: str, **more: Any) -> None:
        doing = {"person": person, "chat": chat, "act": {"what": what, **more}}
        (await self.phone.post("/api/acts", json=doing)).raise_for_status()

    async def says(self, person: str, chat: str, text: str) -> None:
        await self.act(person, chat, "says", text=text)

    async def switch(self, chat: str, *switches: str) -> None:
        """These are on, and no others."""
        body = {"chat": chat, "switches": list(switches)}
        (await self.phone.post("/api/switches", json=body)).raise_for_status()

    async def screen(self, person: str, chat: str) -> list[dict[str, Any]]:
        answer = await self.phone.get("/api/phone", params={"person": person, "chat": chat})
        bubbles: list[dict[str, Any]] = answer.raise_for_status().json()["bubbles"]
        return bubbles

    async def reads(self, person: str, chat: str) -> list[str]:
        """What the company has said there."""
        return [one["text"] for one in await self.screen(person, chat) if one["side"] == "company"]

    # --- At the desk

    async def heard(self, text: str) -> int:
        """How often it stands in conversations."""
        return await self._count("in", text)

    async def status(self, text: str) -> str | None:
        """What became of an answer."""
        async with self.parts.database.reading() as tx:
            status: str | None = await tx.value(
                "SELECT status FROM message WHERE direction = 'out' AND text = $1", text
            )
        return status

    async def inbound(self) -> list[str]:
        """Everything customers have said, in the order in which it is shown."""
        async with self.parts.database.reading() as tx:
            found: Sequence[str] = await tx.values(
                "SELECT text FROM message WHERE direction = 'in' ORDER BY created_at, id"
            )
        return list(found)

    async def answers(self, after: str, text: str) -> None:
        """The agent answers in the conversation in which this was said."""
        async with self.parts.database.transaction() as tx:
            row = await tx.row(
                """SELECT conversation_id, inbox_id, identity_id FROM message
                WHERE direction = 'in' AND text = $1 ORDER BY created_at DESC LIMIT 1""",
                after,
            )
            assert row is not None
            conversation_id, inbox_id, identity_id = row
            await send(
                tx,
                Sending(
                    conversation_id=conversation_id,
                    send_key=str(uuid4()),
                    inbox=await self.parts.inboxes.by_id(tx, inbox_id),
                    identity_id=identity_id,
                    text=text,
                    author=self._agent,
                    send_anyway=True,
                ),
            )

    async def hurry(self) -> None:
        """Whatever waits for its next try is due now."""
        async with self.parts.database.transaction() as tx:
            await tx.execute("UPDATE lane_item SET due_at = $1 WHERE parked_at IS NULL AND due_at > $1", tx.now)
            await tx.execute("UPDATE lane_share SET waits_until = $1 WHERE waits_until > $1", tx.now)
            tx.wake("lane")

    async def _count(self, direction: str, text: str) -> int:
        async with self.parts.database.reading() as tx:
            count: int = await tx.value(
                "SELECT count(*) FROM message WHERE direction = $1 AND text = $2", direction, text
            )
        return count

    async def until(self, condition: Callable[[], Awaitable[object]], what: str, seconds: float = PATIENCE) -> None:
        """Wait for something that happens by itself."""
        try:
            async with asyncio.timeout(seconds):
                while not await condition():  # noqa: ASYNC110 - other processes set no event of ours
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{what} did not come true within {seconds} s") from None


@asynccontextmanager
async def playing(dsn: str, folder: Path, adapters: Mapping[str, Adapter], *, slow: float = 0.3) -> AsyncIterator[Town]:
    """Everything in this process, and real lines between: the web application, background work, the simulator. An inbox
    of each simulated channel is connected. The clock is the real one."""
    settings = Settings(data=folder, database_url=dsn, port=0, lake_url="off")
    with port_of(settings) as port:
        settings = msgspec.structs.replace(settings, port=port.getsockname()[1])
        desk = f"http://127.0.0.1:{settings.port}"
        async with Simulation(settings, adapters, desk, port=0, slow=slow) as simulation:
            settings = msgspec.structs.replace(settings, simulator=simulation.origin)
            async with _opened(settings, dsn, adapters) as parts, asyncio.TaskGroup() as group:
                agent = await _found(parts)
                work = group.create_task(run_worker(parts))
                async with (
                    serving(create_app(parts), port),
                    httpx.AsyncClient(base_url=simulation.origin, timeout=PATIENCE) as phone,
                ):
                    yield Town(parts, simulation, agent, phone)
                work.cancel()


@asynccontextmanager
async def _opened(settings: Settings, dsn: str, adapters: Mapping[str, Adapter]) -> AsyncIterator[Parts]:
    async with open_parts(settings, dsn) as opened:
        inboxes = Inboxes(opened.database, adapters, opened.keyring)
        await make_ready(settings, opened.database)
        yield msgspec.structs.replace(opened, adapters=adapters, inboxes=inboxes)


async def _found(parts: Parts) -> Actor:
    """A company with an agent, and an inbox for each phone."""
    async with parts.database.transaction() as tx:
        await make_partitions(tx)
        await found_company(tx, Company(name="달빛상점", locale="ko", timezone="Asia/Seoul"), ())
        await create_brand(tx, "달빛상점")
        agent: UUID = await create_agent(tx, name="이서연", email="seoyeon@damso.example", role="agent")
        await connect_phones(tx, parts.adapters, parts.keyring, "달빛상점")
    return Actor("agent", str(agent))
