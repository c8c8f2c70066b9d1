"""Merging and taking apart as people do it: acts, what they leave behind, and how they are undone."""

from datetime import timedelta

import pytest

from damso.customers.create import create_customer
from damso.customers.disclose import disclosed
from damso.customers.history import history
from damso.customers.identify import Identified
from damso.customers.link import link
from damso.customers.merge import Merged, NothingToMerge, merge, plan_merge
from damso.customers.traits import current_traits, set_traits
from damso.customers.unmerge import LeavingInvalid, ProofStands, StillJoined, plan_unmerge, undo, unmerge
from damso.kernel.database import Database, Transaction
from damso.kernel.log import SYSTEM, Actor
from tests.clock import ManualClock
from tests.customers.people import customer_of, email, facts, phone, seen

AGENT = Actor("agent", "0199")


async def join(tx: Transaction, *people: Identified) -> Merged:
    return await merge(tx, [one.customer_id for one in people], actor=AGENT, evidence={"by": "agent"})


async def owners(tx: Transaction, *people: Identified) -> list[int]:
    """Who belongs to whom, as numbers of the first one of each customer."""
    found = [await customer_of(tx, one.identity_id) for one in people]
    return [found.index(one) for one in found]


async def test_a_merge_shows_the_oldest_and_taking_it_apart_gives_both_back(
    database: Database, clock: ManualClock
) -> None:
    async with database.transaction() as tx:
        older = await seen(tx, email("one"), name="하나")
    clock.advance(timedelta(days=1))
    async with database.transaction() as tx:
        newer = await seen(tx, email("two"), name="두리")
        merged = await join(tx, newer, older)
        assert merged.customer_id == older.customer_id
        parted = await unmerge(tx, older.customer_id, link_id=merged.link_id, actor=AGENT, evidence={})
        assert set(parted.customer_ids) == {older.customer_id, newer.customer_id}
        assert await owners(tx, older, newer) == [0, 1]
    [fact] = await facts(database, "customer.unmerged")
    assert fact.properties["from"] == str(older.customer_id)
    assert newer.identity_id in fact.properties["identities"]


async def test_no_rule_joins_again_what_a_person_took_apart_until_it_is_undone(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        merged = await join(tx, one, other)
        parted = await unmerge(tx, merged.customer_id, identity_ids=[other.identity_id], actor=AGENT, evidence={})
        proof = await link(tx, one.identity_id, other.identity_id, strength="proven", evidence={})
        assert not proof.joined
        assert await disclosed(tx, one.identity_id) == [one.identity_id]
        await undo(tx, parted.link_id, actor=AGENT, evidence={})
        assert await owners(tx, one, other) == [0, 0]


async def test_merging_again_takes_back_that_they_were_said_to_be_two(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        merged = await join(tx, one, other)
        await unmerge(tx, merged.customer_id, link_id=merged.link_id, actor=AGENT, evidence={})
        _, union = await plan_merge(tx, [one.customer_id, other.customer_id])
        assert union.lifted
        await join(tx, one, other)
        assert await owners(tx, one, other) == [0, 0]


async def test_undone_acts_stay_undone_whatever_else_is_undone_later(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        merged = await join(tx, one, other)
        parted = await unmerge(tx, merged.customer_id, link_id=merged.link_id, actor=AGENT, evidence={})
        await undo(tx, merged.link_id, actor=AGENT, evidence={})
        await undo(tx, parted.link_id, actor=AGENT, evidence={})
        assert await owners(tx, one, other) == [0, 1]
        entries = await tx.value("SELECT count(*) FROM link")
        await undo(tx, merged.link_id, actor=AGENT, evidence={})
        assert await tx.value("SELECT count(*) FROM link") == entries


async def test_chosen_addresses_leave_together_and_the_rest_stays_one(database: Database) -> None:
    async with database.transaction() as tx:
        people = [await seen(tx) for _ in range(5)]
        await join(tx, people[0], people[1])
        await join(tx, people[1], people[2])
        await join(tx, people[2], people[3], people[4])
        leaving = [people[1].identity_id, people[3].identity_id]
        shown = await customer_of(tx, people[0].identity_id)
        await unmerge(tx, shown, identity_ids=leaving, actor=AGENT, evidence={})
        assert await owners(tx, *people) == [0, 1, 0, 1, 0]


async def test_addresses_that_came_together_leave_as_one_new_customer(database: Database) -> None:
    async with database.transaction() as tx:
        shown = await create_customer(tx, name="김민지", actor=AGENT, email="a@damso.example", phone="010-1234-5678")
        mail, call, third = await seen(tx, email("a")), await seen(tx, phone()), await seen(tx, name="두리")
        await merge(tx, [shown, third.customer_id], actor=AGENT, evidence={})
        leaving = [mail.identity_id, third.identity_id]
        await unmerge(tx, shown, identity_ids=leaving, actor=AGENT, evidence={})
        assert await customer_of(tx, call.identity_id) == shown
        assert await customer_of(tx, mail.identity_id) == await customer_of(tx, third.identity_id) == third.customer_id


async def test_a_preview_says_what_the_act_then_does(database: Database) -> None:
    async with database.transaction() as tx:
        people = [await seen(tx) for _ in range(4)]
        await join(tx, *people)
        shown = await customer_of(tx, people[0].identity_id)
        leaving = [people[1].identity_id, people[2].identity_id]
        _, plan = await plan_unmerge(tx, shown, identity_ids=leaving)
        await unmerge(tx, shown, identity_ids=leaving, actor=AGENT, evidence={})
        then = {one: await customer_of(tx, one) for one in plan.partition}
    planned = {frozenset(i for i in then if plan.partition[i] == root) for root in plan.partition.values()}
    assert planned == {frozenset(i for i in then if then[i] == customer) for customer in then.values()}


async def test_what_makes_no_sense_is_refused(database: Database) -> None:
    async with database.transaction() as tx:
        one, other, third = await seen(tx), await seen(tx), await seen(tx)
        with pytest.raises(NothingToMerge):
            await join(tx, one, one)
        merged = await join(tx, one, other)
        with pytest.raises(NothingToMerge):
            await join(tx, one, other)
        for leaving in ([], [third.identity_id], [one.identity_id, other.identity_id]):
            with pytest.raises(LeavingInvalid):
                await unmerge(tx, merged.customer_id, identity_ids=leaving, actor=AGENT, evidence={})
        proof = await link(tx, one.identity_id, other.identity_id, strength="proven", evidence={})
        with pytest.raises(StillJoined):
            await unmerge(tx, merged.customer_id, link_id=merged.link_id, actor=AGENT, evidence={})
        with pytest.raises(ProofStands):
            await undo(tx, proof.link_id, actor=AGENT, evidence={})


async def test_what_each_said_while_they_were_one_stays_with_each(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx), await seen(tx)
        await set_traits(tx, one.identity_id, {"tier": "gold"}, source="shop")
        merged = await join(tx, one, other)
    for person, value in ((other, "gold"), (other, "silver"), (one, "gold")):
        clock.advance(timedelta(seconds=1))
        async with database.transaction() as tx:
            await set_traits(tx, person.identity_id, {"tier": value}, source="shop")
    async with database.transaction() as tx:
        both = [one.identity_id, other.identity_id]
        assert [trait.value for trait in await current_traits(tx, both)] == ["gold"]
        await unmerge(tx, merged.customer_id, link_id=merged.link_id, actor=AGENT, evidence={})
        assert [trait.value for trait in await current_traits(tx, both[:1])] == ["gold"]
        assert [trait.value for trait in await current_traits(tx, both[1:])] == ["silver"]


async def test_everybody_whose_companions_change_is_told(database: Database) -> None:
    async with database.transaction() as tx:
        one, other, third = await seen(tx), await seen(tx), await seen(tx)
        merged = await join(tx, one, other)
        await link(tx, one.identity_id, other.identity_id, strength="proven", evidence={})
        await link(tx, third.identity_id, third.identity_id - 1, strength="analytic", evidence={})
    told = [(fact.identity_id, fact.properties["proven"]) for fact in await facts(database, "identity.linked")]
    people = {one.identity_id, other.identity_id}
    assert {(i, False) for i in people} <= set(told)
    assert {(i, True) for i in people} <= set(told)
    assert third.identity_id not in {number for number, _ in told}
    async with database.transaction() as tx:
        await unmerge(tx, merged.customer_id, identity_ids=[other.identity_id], actor=AGENT, evidence={})
    left = await facts(database, "identity.unlinked")
    assert people <= {fact.identity_id for fact in left}
    assert {fact.properties["proven"] for fact in left if fact.identity_id in people} == {True}


async def test_history_tells_each_decision_once_and_whether_it_stands(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await seen(tx, email("one"), name="하나"), await seen(tx, email("two"))
        await link(
            tx, one.identity_id, other.identity_id, strength="proven", evidence={"by": "one_time_code"}, actor=SYSTEM
        )
        parted = await unmerge(tx, one.customer_id, identity_ids=[other.identity_id], actor=AGENT, evidence={})
        await undo(tx, parted.link_id, actor=AGENT, evidence={})
        lines = await history(tx, one.customer_id, "ko")
    assert [(line.decision, line.stands, line.can_undo) for line in lines] == [
        ("undo", True, False),
        ("unmerge", False, False),
        ("link", True, False),
    ]
    assert lines[-1].reason == "고객이 인증번호로 직접 확인했어요."
    assert [party.label for party in lines[-1].parties] == ["one@damso.example", "two@damso.example"]
