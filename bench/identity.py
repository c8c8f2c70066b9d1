"""Two customers with 10,000 facts each: merged by hand and taken apart again, until all that is derived is right."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from msgspec import Struct

from bench.results import Goal, Result
from bench.world import World, running
from damso.conversations.cases import add_participant, open_case, show_without
from damso.conversations.search_index import index_message
from damso.conversations.split import strays_of
from damso.customers.identify import identify
from damso.customers.merge import merge
from damso.customers.traits import current_traits
from damso.customers.types import IdentityKey
from damso.customers.unmerge import unmerge
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor

MESSAGES = 5_000
TRAITS = 5_000
MIXED = 2_500
"""Messages that one of the two wrote into the other's case while both were one."""
CASES = 50
ROUNDS = 5

AGENT = Actor("agent", "0199")


class Person(Struct, frozen=True):
    identity_id: int
    customer_id: UUID


async def measure_identity(world: World) -> list[Result]:
    """The time until both are seen as one or two, by whoever asks, and until each message is in a case of its own
    customer. The worker runs beside, as it does."""
    seen: dict[str, list[float]] = {"merged": [], "apart": [], "derived": []}
    async with running(world, "worker"):
        for _ in range(ROUNDS):
            one, other = [await _person(world, f"bench-{new_id()}@bench.example", number) for number in (1, 2)]
            took, link_id = await _timed(world, lambda tx, a=one, b=other: _merge(tx, a, b))  # type: ignore[misc]
            seen["merged"].append(took)
            await _seen_as(world, [one, other], 1)
            await _write_into(world, one, other)
            shown = one.customer_id
            began = time.monotonic()
            took, _ = await _timed(world, lambda tx, n=link_id, c=shown: _part(tx, c, n))  # type: ignore[misc]
            seen["apart"].append(took)
            await _seen_as(world, [one, other], 2)
            await _until_split(world, [one, other])
            seen["derived"].append(time.monotonic() - began)
    facts = f"{MESSAGES:,} messages and {TRAITS:,} trait changes each"
    return [
        _result("merge: seen as one", seen["merged"], Goal("max ms", 50), facts),
        _result("un-merge: seen as two", seen["apart"], Goal("max ms", 50), facts),
        _result("un-merge: derived data right", seen["derived"], Goal("max ms", 2000), f"{MIXED:,} change their case"),
    ]


def _result(what: str, seconds: list[float], goal: Goal, note: str) -> Result:
    return Result(what, {"min ms": round(min(seconds) * 1000, 1), "max ms": round(max(seconds) * 1000, 1)}, goal, note)


async def _timed(world: World, act: Callable[[Transaction], Awaitable[Any]]) -> tuple[float, Any]:
    """A transaction with its commit."""
    began = time.monotonic()
    async with world.parts.database.transaction() as tx:
        made = await act(tx)
    return time.monotonic() - began, made


async def _merge(tx: Transaction, one: Person, other: Person) -> int:
    return (await merge(tx, [one.customer_id, other.customer_id], actor=AGENT, evidence={"by": "agent"})).link_id


async def _part(tx: Transaction, customer_id: UUID, link_id: int) -> int:
    parted = await unmerge(tx, customer_id, link_id=link_id, actor=AGENT, evidence={"by": "agent"})
    return parted.link_id


async def _person(world: World, address: str, number: int) -> Person:
    """Somebody with a long story: cases of a hundred messages, and a trait that changed often."""
    async with world.parts.database.transaction() as tx:
        found = await identify(tx, IdentityKey("email", address), proof="authenticated", source="email", name="김벤치")
        cases = [await _case(world, tx, found.identity_id) for _ in range(CASES)]
    for case in cases:
        await _fill(world, case, found.identity_id, MESSAGES // CASES)
    async with world.parts.database.transaction() as tx:
        await tx.execute(
            """INSERT INTO trait_change (identity_id, key, value, source, at)
            SELECT $1, 'points ' || n % 50, to_jsonb(n + $4::int), 'shop', $2::timestamptz - n * interval '1 minute'
            FROM generate_series(1, $3::int) n""",
            found.identity_id,
            tx.now,
            TRAITS,
            number,
        )
    return Person(found.identity_id, found.customer_id)


async def _case(world: World, tx: Transaction, identity_id: int) -> UUID:
    case = await open_case(
        tx,
        anchor_identity_id=identity_id,
        brand_id=world.shop.brand_id,
        inbox_id=await _inbox(tx),
        channel="email",
        subject="벤치",
        actor=SYSTEM,
        at=tx.now,
    )
    return case.id


async def _inbox(tx: Transaction) -> UUID:
    found: UUID = await tx.value("SELECT id FROM inbox ORDER BY id LIMIT 1")
    return found


async def _write_into(world: World, one: Person, other: Person) -> None:
    """What the other says while both are one goes into the one's case."""
    async with world.parts.database.transaction() as tx:
        case = await tx.value(
            "SELECT id FROM conversation WHERE anchor_identity_id = $1 ORDER BY id LIMIT 1", one.identity_id
        )
        await add_participant(tx, case, other.identity_id, "customer")
    await _fill(world, case, other.identity_id, MIXED)


async def _fill(world: World, case: UUID, identity_id: int, count: int) -> None:
    async with world.parts.database.transaction() as tx:
        inbox = await _inbox(tx)
        for number in range(count):
            message_id = new_id()
            await tx.execute(
                """INSERT INTO message (id, conversation_id, kind, direction, author_kind, inbox_id, channel,
                    identity_id, text, position_at, created_at)
                VALUES ($1, $2, 'message', 'in', 'customer', $3, 'email', $4, $5, $6, $6)""",
                message_id,
                case,
                inbox,
                identity_id,
                f"주문 {number}번은 언제 도착하나요? 배송 조회가 안 돼요.",
                tx.now,
            )
            text = f"주문 {number}번은 언제 도착하나요? 배송 조회가 안 돼요."
            await index_message(tx, message_id, case, tx.now, "", text, inbox_id=inbox, channel="email")
        await show_without(tx, case)


async def _seen_as(world: World, people: list[Person], customers: int) -> None:
    """What a screen asks next tells so already."""
    async with world.parts.database.reading() as tx:
        ids = [person.identity_id for person in people]
        found = await tx.value("SELECT count(DISTINCT customer_id) FROM identity WHERE id = ANY ($1)", ids)
        assert found == customers
        assert len(await current_traits(tx, ids)) == 50


async def _until_split(world: World, people: list[Person]) -> None:
    """Each message is in a case of its own customer, and search knows it there."""
    ids = [person.identity_id for person in people]
    while True:
        async with world.parts.database.reading() as tx:
            if not await strays_of(tx, ids):
                assert not await tx.value(
                    """SELECT count(*) FROM message m JOIN conversation c ON c.id = m.conversation_id
                    JOIN identity i ON i.id = m.identity_id JOIN identity a ON a.id = c.anchor_identity_id
                    WHERE m.identity_id = ANY ($1) AND i.customer_id <> a.customer_id""",
                    ids,
                )
                return
        await asyncio.sleep(0.01)
