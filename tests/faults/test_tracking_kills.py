"""`kill -9` of the process, and of the database, while events come in and customers are merged and taken apart: nothing
lost, nothing doubled, nothing done by half."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from damso.customers.tracking.sources import NewSource, create_source
from damso.kernel.database import open_database
from damso.kernel.log import SYSTEM
from damso.team.keys import create_key
from tests.faults.installation import Installation, Victim, installed
from tests.http.senders import event, identify

pytestmark = pytest.mark.slow

BATCHES = 40
SENDERS = 4
KILLS: tuple[Victim, ...] = ("web", "database", "web")
COUPLES = 24
ALREADY = ("NOTHING_TO_MERGE", "LEAVING_INVALID")
"""What somebody is told who asks again for what was done before the kill."""


async def key_of(installation: Installation) -> str:
    database = await open_database(installation.dsn)
    async with database.transaction() as tx:
        _, key = await create_source(tx, NewSource(name="shop", kind="server", events_per_second=100_000), SYSTEM)
    await database.close()
    return key


async def scissors_of(installation: Installation) -> str:
    """A key that merges customers and takes them apart."""
    database = await open_database(installation.dsn)
    async with database.transaction() as tx:
        _, secret = await create_key(tx, "merger", ["customers.read", "customers.merge"], SYSTEM)
    await database.close()
    return secret


async def decide(installation: Installation, secret: str, path: str, body: dict[str, Any]) -> None:
    """Until it is told that it is so, or was so already."""
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {secret}"}, timeout=5) as client:
        while True:
            try:
                answer = await client.post(f"{installation.addresses[0]}/api/customers/{path}", json=body)
                if answer.status_code < 500:
                    assert answer.status_code == 200 or answer.json()["code"] in ALREADY, answer.text
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


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


async def kills(installation: Installation) -> None:
    for victim in KILLS:
        await asyncio.sleep(0.3)
        await installation.kill(victim)


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

        async with asyncio.timeout(120):
            await asyncio.gather(kills(installation), *(sender() for _ in range(SENDERS)))
        sent = sorted(one["messageId"] for batch in batches for one in batch)
        stored = await installation.rows("SELECT subject_id FROM tracked_event")
        assert sorted(row["subject_id"] for row in stored) == sent
        apart = "SELECT count(*) FROM identity u JOIN identity e ON e.value = replace(u.value, 'member-', 'm') || $1"
        together = f"{apart} WHERE u.kind = 'user' AND u.customer_id = e.customer_id"
        assert await installation.value(together, "@damso.example") == BATCHES


async def test_merges_and_partings_are_done_once_and_whole(tmp_path: Path) -> None:
    async with installed(tmp_path) as installation:
        await installation.start()
        people = [f"member-{number}" for number in range(2 * COUPLES)]
        known = [identify(userId=one, traits={"email": f"{one}@damso.example"}) for one in people]
        await send(installation, await key_of(installation), msgspec.json.encode({"batch": known}))
        rows = await installation.rows("SELECT value, id, customer_id FROM identity WHERE kind <> 'internal'")
        number_of = {row["value"]: row["id"] for row in rows}
        customer_of = {row["value"]: str(row["customer_id"]) for row in rows}
        secret = await scissors_of(installation)
        waiting = iter(zip(people[::2], people[1::2], strict=True))

        async def decider() -> None:
            for one, other in waiting:
                merged = [customer_of[one], customer_of[other]]
                await decide(installation, secret, "merge", {"customer_ids": merged, "confirmed": True})
                leaving = [number_of[other], number_of[f"{other}@damso.example"]]
                if int(one.removeprefix("member-")) % 4 == 0:
                    parted = {"identity_ids": leaving, "confirmed": True}
                    await decide(installation, secret, f"{customer_of[one]}/unmerge", parted)

        async with asyncio.timeout(120):
            await asyncio.gather(kills(installation), *(decider() for _ in range(SENDERS)))
        together = await installation.rows(
            """SELECT array_agg(value ORDER BY id) AS addresses FROM identity WHERE kind <> 'internal'
            GROUP BY customer_id"""
        )
        told = await installation.rows("SELECT name, count(*) AS count FROM care_event GROUP BY name")

        def addresses(*whose: str) -> list[str]:
            return sorted(one for person in whose for one in (person, f"{person}@damso.example"))

        couples = [[people[n], people[n + 1]] for n in range(0, 2 * COUPLES, 2)]
        expected = [
            side for n, couple in enumerate(couples) for side in ([couple] if n % 2 else [[one] for one in couple])
        ]
        assert sorted(sorted(row["addresses"]) for row in together) == sorted(addresses(*side) for side in expected)
        counts = {row["name"]: row["count"] for row in told}
        assert (counts["customer.merged"], counts["customer.unmerged"]) == (COUPLES, COUPLES // 2)
