"""`kill -9` of the process, and of the database, while events come in: nothing lost, nothing doubled."""

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from damso.customers.tracking.sources import NewSource, create_source
from damso.kernel.database import open_database
from damso.kernel.log import SYSTEM
from tests.faults.installation import Installation, Victim, installed
from tests.http.senders import event, identify

pytestmark = pytest.mark.slow

BATCHES = 40
SENDERS = 4
KILLS: tuple[Victim, ...] = ("web", "database", "web")


async def key_of(installation: Installation) -> str:
    database = await open_database(installation.dsn)
    async with database.transaction() as tx:
        _, key = await create_source(tx, NewSource(name="shop", kind="server", events_per_second=100_000), SYSTEM)
    await database.close()
    return key


async def send(installation: Installation, key: str, body: bytes) -> None:
    """As the kits do: again and again, until it is told that it is stored."""
    async with httpx.AsyncClient(auth=(key, ""), timeout=5) as client:
        while True:
            try:
                answer = await client.post(f"{installation.addresses[0]}/v1/batch", content=body)
                if answer.status_code == 200:
                    assert answer.json()["rejected"] == []
                    return
                assert answer.status_code >= 500, answer.text
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


async def test_events_outlive_kills_and_come_once(tmp_path: Path) -> None:
    async with installed(tmp_path) as installation:
        await installation.start()
        key = await key_of(installation)
        batches = [
            [
                identify(userId=f"member-{number}", traits={"email": f"m{number}@damso.example"}),
                *(event() for _ in range(9)),
            ]
            for number in range(BATCHES)
        ]
        waiting = iter(batches)

        async def sender() -> None:
            for batch in waiting:
                await send(installation, key, msgspec.json.encode({"batch": batch}))

        async def killer() -> None:
            for victim in KILLS:
                await asyncio.sleep(0.3)
                await installation.kill(victim)

        async with asyncio.timeout(120):
            await asyncio.gather(killer(), *(sender() for _ in range(SENDERS)))
        sent = sorted(one["messageId"] for batch in batches for one in batch)
        stored = await installation.rows("SELECT subject_id FROM tracked_event")
        assert sorted(row["subject_id"] for row in stored) == sent
        apart = "SELECT count(*) FROM identity u JOIN identity e ON e.value = replace(u.value, 'member-', 'm') || $1"
        together = f"{apart} WHERE u.kind = 'user' AND u.customer_id = e.customer_id"
        assert await installation.value(together, "@damso.example") == BATCHES
