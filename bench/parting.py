"""A customer of 1,000 identities taken apart, whichever way it is parted."""

import time
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from bench.results import Goal, Result
from bench.world import World
from damso.customers.cluster import lock_cluster
from damso.customers.derive import derive
from damso.customers.entries import NewEntry, append_entries
from damso.customers.identify import identify
from damso.customers.types import IdentityKey
from damso.customers.unmerge import undo, unmerge
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor

PEOPLE = 1_000
"""Addresses, each of which came with a record of its own: the graph has twice as many identities."""
LEAVING = (1, 50, 250, 500)
ROUNDS = 3

AGENT = Actor("agent", "0199")


async def measure_parting(world: World) -> list[Result]:
    """The transaction that takes so many away, with its commit; and the rows of it alone, for reference."""
    ids = await _giant(world)
    taken: dict[int, list[float]] = {count: [] for count in LEAVING}
    undone: list[float] = []
    alone: list[float] = []
    for count in LEAVING:
        for _ in range(ROUNDS):
            began = time.monotonic()
            async with world.parts.database.transaction() as tx:
                shown = await tx.value("SELECT customer_id FROM identity WHERE id = $1", ids[0])
                parted = await unmerge(tx, shown, identity_ids=ids[-count:], actor=AGENT, evidence={"by": "agent"})
            taken[count].append(time.monotonic() - began)
            if count == LEAVING[-1]:
                alone.append(await _written_alone(world, parted.link_id, ids))
            began = time.monotonic()
            async with world.parts.database.transaction() as tx:
                await undo(tx, parted.link_id, actor=AGENT, evidence={"by": "agent"})
            undone.append(time.monotonic() - began)
    goal = Goal("max ms", 1000)
    return [
        *(_result(f"un-merge: {count} of {PEOPLE:,} leave", taken[count], goal) for count in LEAVING),
        _result("undoing either", undone, goal),
        _result(f"the rows that {LEAVING[-1]} leaving write, by one statement a table, for reference", alone, None),
    ]


def _result(what: str, seconds: Sequence[float], goal: Goal | None) -> Result:
    return Result(what, {"min ms": round(min(seconds) * 1000, 1), "max ms": round(max(seconds) * 1000, 1)}, goal)


async def _giant(world: World) -> list[int]:
    """Somebody with so many addresses, which one of the company's systems has joined to the first."""
    ids: list[int] = []
    async with world.parts.database.transaction() as tx:
        for _ in range(PEOPLE):
            key = IdentityKey("email", f"bench-{new_id()}@bench.example")
            ids.append((await identify(tx, key, proof="authenticated", source="email")).identity_id)
        cluster = await lock_cluster(tx, ids)
        links = [NewEntry("link", ids[0], other) for other in ids[1:]]
        await append_entries(tx, links, evidence={"rule": "bench"}, actor=SYSTEM)
        await derive(tx, cluster, SYSTEM)
    return ids


class _NotKept(Exception):
    pass


async def _written_alone(world: World, link_id: int, ids: Sequence[int]) -> float:
    """What the act has written once more, without reading or deciding anything; and not kept."""
    began = time.monotonic()
    with suppress(_NotKept):
        async with world.parts.database.transaction() as tx:
            await _copy(tx, await tx.value("SELECT act_id FROM link WHERE id = $1", link_id), ids)
            raise _NotKept
    return time.monotonic() - began


async def _copy(tx: Transaction, act: UUID, ids: Sequence[int]) -> None:
    await tx.execute(
        """INSERT INTO link (kind, strength, identity_id, other_id, evidence, actor_kind, actor_id, at, revokes, act_id)
        SELECT kind, strength, identity_id, other_id, evidence, actor_kind, actor_id, at, revokes, act_id FROM link
        WHERE act_id = $1""",
        act,
    )
    await tx.execute(
        """INSERT INTO link_side (link_id, identity_id, side)
        SELECT (SELECT max(id) FROM link WHERE act_id = $1), s.identity_id, s.side
        FROM link l JOIN link_side s ON s.link_id = l.id WHERE l.act_id = $1""",
        act,
    )
    await tx.execute("UPDATE identity SET customer_id = home_id WHERE id = ANY ($1)", list(ids))
