"""Nothing of another identity is shown outward unless it is joined by proof."""

import pytest

from damso.customers.create import create_customer
from damso.customers.disclose import disclosed
from damso.customers.identify import Identified
from damso.customers.link import link, separate, unlink
from damso.customers.types import Strength
from damso.kernel.database import Database, Transaction
from damso.kernel.log import SYSTEM, Actor
from tests.customers.people import customer_of, email, phone, seen

AGENT = Actor("agent", "0199")


async def tie(
    tx: Transaction, one: Identified, other: Identified, strength: Strength = "proven", actor: Actor = SYSTEM
) -> int:
    linked = await link(tx, one.identity_id, other.identity_id, strength=strength, evidence={}, actor=actor)
    return linked.link_id


async def test_proof_discloses_over_steps_in_both_directions(database: Database) -> None:
    async with database.transaction() as tx:
        one, two, three, stranger = [await seen(tx) for _ in range(4)]
        await tie(tx, two, one)
        await tie(tx, two, three)
        expected = [one.identity_id, two.identity_id, three.identity_id]
        assert await disclosed(tx, one.identity_id) == expected
        assert await disclosed(tx, three.identity_id) == expected
        assert await disclosed(tx, stranger.identity_id) == [stranger.identity_id]


@pytest.mark.parametrize(
    ("strength", "actor"),
    [("asserted", SYSTEM), ("asserted", AGENT), ("asserted", Actor("key", "1")), ("analytic", SYSTEM)],
)
async def test_what_others_say_discloses_nothing(database: Database, strength: Strength, actor: Actor) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        await tie(tx, one, other, strength, actor)
        assert await disclosed(tx, one.identity_id) == [one.identity_id]


async def test_an_asserted_link_in_a_chain_of_proof_stops_it(database: Database) -> None:
    async with database.transaction() as tx:
        one, two, three = [await seen(tx) for _ in range(3)]
        await tie(tx, one, two)
        await tie(tx, two, three, "asserted")
        assert await customer_of(tx, one.identity_id) == await customer_of(tx, three.identity_id)
        assert await disclosed(tx, one.identity_id) == [one.identity_id, two.identity_id]
        assert await disclosed(tx, three.identity_id) == [three.identity_id]


async def test_addresses_an_agent_gave_one_customer_do_not_disclose_each_other(database: Database) -> None:
    async with database.transaction() as tx:
        await create_customer(tx, name="김민지", actor=AGENT, email="mina@damso.example", phone="010-1234-5678")
        mail, call = await seen(tx, email()), await seen(tx, phone())
        assert mail.customer_id == call.customer_id
        assert await disclosed(tx, mail.identity_id) == [mail.identity_id]


async def test_a_proof_taken_back_discloses_no_longer(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        entry = await tie(tx, one, other)
        await tie(tx, one, other, "asserted", AGENT)
        await unlink(tx, entry, evidence={}, actor=AGENT)
        assert await disclosed(tx, one.identity_id) == [one.identity_id]
        await tie(tx, one, other)
        assert len(await disclosed(tx, one.identity_id)) == 2


async def test_a_proof_taken_back_leaves_what_was_asserted_before(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        await tie(tx, one, other, "asserted")
        entry = await tie(tx, one, other)
        await unlink(tx, entry, evidence={}, actor=AGENT)
        assert await customer_of(tx, one.identity_id) == await customer_of(tx, other.identity_id)
        assert await disclosed(tx, one.identity_id) == [one.identity_id]


async def test_a_separation_ends_disclosure(database: Database) -> None:
    async with database.transaction() as tx:
        one, two, three = [await seen(tx) for _ in range(3)]
        await tie(tx, one, two)
        await tie(tx, two, three)
        await separate(tx, one.identity_id, three.identity_id, evidence={}, actor=AGENT)
        assert three.identity_id not in await disclosed(tx, one.identity_id)
        assert one.identity_id not in await disclosed(tx, three.identity_id)
