"""What keeps strangers apart: rules by kind, windows, blocked values, and what is held for a person."""

from datetime import timedelta

import pytest

from damso.customers.link import link, separate
from damso.customers.protection.blocked import Blocked, NewBlocked, PatternTooWide, block, blocked_of, unblock
from damso.customers.protection.held import AlreadyDecided, Verdict, decide, held_joins
from damso.customers.protection.join import Outcome, join
from damso.customers.protection.rules import IdentityLimit, keeps_to, reset_rule, rules_of, set_rule
from damso.customers.types import IdentityKey
from damso.customers.unmerge import undo
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Invalid, NotFound
from damso.kernel.log import Actor
from tests.clock import ManualClock
from tests.customers.people import customer_of, email, phone, seen

AGENT = Actor("agent", "0199")


async def ask(tx: Transaction, one: int, other: int) -> Outcome:
    return await join(tx, one, other, strength="asserted", road="tracking", evidence={})


async def users(tx: Transaction, count: int = 2) -> list[int]:
    keys = [IdentityKey("user", f"member-{number}", "shop") for number in range(count)]
    return [(await seen(tx, key, proof="asserted")).identity_id for key in keys]


async def test_two_user_ids_are_held_once_however_often_they_come(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await users(tx)
        for _ in range(3):
            assert await ask(tx, one, other) == Outcome(joined=False, held="user")
        assert await customer_of(tx, one) != await customer_of(tx, other)
        [held] = (await held_joins(tx)).items
        assert (held.kind, held.count, held.most, held.road, held.times) == ("user", 2, 1, "tracking", 3)


async def test_letting_through_joins_and_is_undone_like_any_link(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await users(tx)
        await ask(tx, one, other)
        [held] = (await held_joins(tx)).items
        number = await decide(tx, held.id, "allow", actor=AGENT)
        assert number is not None
        assert await customer_of(tx, one) == await customer_of(tx, other)
        assert (await held_joins(tx)).items == []
        with pytest.raises(AlreadyDecided):
            await decide(tx, held.id, "apart", actor=AGENT)
        assert await ask(tx, one, other) == Outcome(joined=True)


async def test_keeping_apart_holds_also_where_a_rule_would_join(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await users(tx)
        await ask(tx, one, other)
        [held] = (await held_joins(tx)).items
        await decide(tx, held.id, "apart", actor=AGENT)
        await set_rule(tx, "user", IdentityLimit(most=5), AGENT)
        assert await ask(tx, one, other) == Outcome(joined=False)
        assert await customer_of(tx, one) != await customer_of(tx, other)


async def test_a_decision_that_is_undone_is_asked_for_again(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await users(tx)
        verdicts: tuple[Verdict, ...] = ("allow", "apart")
        for verdict in verdicts:
            await ask(tx, one, other)
            [held] = (await held_joins(tx)).items
            number = await decide(tx, held.id, verdict, actor=AGENT)
            assert number is not None
            await undo(tx, number, actor=AGENT, evidence={})
            assert await ask(tx, one, other) == Outcome(joined=False, held="user")
            assert [one.id for one in (await held_joins(tx)).items] == [held.id]
        await decide(tx, held.id, "block", actor=AGENT, identity_id=one)
        await unblock(tx, await tx.value("SELECT id FROM blocked_value"), AGENT)
        await ask(tx, one, other)
        assert [one.id for one in (await held_joins(tx)).items] == [held.id]


async def test_whom_a_person_keeps_apart_is_held_no_second_time(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await users(tx)
        await ask(tx, one, other)
        [held] = (await held_joins(tx)).items
        await decide(tx, held.id, "apart", actor=AGENT)
        await ask(tx, other, one)
        assert (await held_joins(tx)).items == []


async def test_blocking_a_value_decides_all_that_waits_for_it(database: Database) -> None:
    async with database.transaction() as tx:
        one, other, third = await users(tx, 3)
        await ask(tx, one, other)
        await ask(tx, one, third)
        held = (await held_joins(tx)).items[0]
        with pytest.raises(NotFound):
            await decide(tx, held.id, "block", actor=AGENT, identity_id=third + 1000)
        await decide(tx, held.id, "block", actor=AGENT, identity_id=one)
        assert (await held_joins(tx)).items == []
        mail = (await seen(tx, email())).identity_id
        assert await ask(tx, one, mail) == Outcome(joined=False, held="blocked")


async def test_a_limit_counts_what_came_within_its_window(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        await set_rule(tx, "phone", IdentityLimit(most=2, hours=24), AGENT)
        numbers = [(await seen(tx, phone(number))).identity_id for number in range(3)]
        assert (await ask(tx, numbers[0], numbers[1])).joined
        assert await ask(tx, numbers[0], numbers[2]) == Outcome(joined=False, held="phone")
    clock.advance(timedelta(hours=25))
    async with database.transaction() as tx:
        fresh = (await seen(tx, phone(9))).identity_id
        assert (await ask(tx, numbers[0], fresh)).joined


async def test_a_rule_can_be_made_for_any_kind_and_taken_back(database: Database) -> None:
    async with database.transaction() as tx:
        await set_rule(tx, "loyalty_card", IdentityLimit(most=1), AGENT)
        cards = [(await seen(tx, IdentityKey("loyalty_card", str(number)))).identity_id for number in (1, 2)]
        assert (await ask(tx, *cards)).held == "loyalty_card"
        await reset_rule(tx, "loyalty_card", AGENT)
        assert "loyalty_card" not in await rules_of(tx)
        assert (await ask(tx, *cards)).joined
        with pytest.raises(Invalid):
            await set_rule(tx, "internal", IdentityLimit(most=1), AGENT)


async def test_what_a_person_joins_or_parts_is_not_asked(database: Database) -> None:
    async with database.transaction() as tx:
        one, other = await users(tx)
        made = await link(tx, one, other, strength="asserted", evidence={}, actor=AGENT)
        assert made.joined
        third, fourth = [(await seen(tx, email(name))).identity_id for name in ("a1", "b1")]
        await separate(tx, third, fourth, evidence={}, actor=AGENT)
        assert await ask(tx, third, fourth) == Outcome(joined=False)


def test_more_from_the_start_than_a_rule_allows_is_looked_at() -> None:
    rules = {"phone": IdentityLimit(most=1)}
    assert keeps_to(rules, [phone(1), email("a")])
    assert not keeps_to(rules, [phone(1), phone(2)])


@pytest.mark.parametrize(
    ("kind", "value", "blocked"),
    [
        ("user", "null", True),
        ("user", " undefined ", True),
        ("anonymous", "0000", True),
        ("email", "test@shop.example", True),
        ("email", "latest@shop.example", False),
        ("user", "test@shop.example", False),
        ("phone", "+821000000000", True),
        ("user", "Kiosk-12", True),
        ("user", "kiosk", False),
    ],
)
def test_values_that_name_nobody(kind: str, value: str, blocked: bool) -> None:
    assert Blocked([("", "kiosk-*")]).names_nobody(kind, value) is blocked


@pytest.mark.parametrize(
    ("pattern", "value", "blocked"),
    [
        ("till-*-*-north", "till-3-7-north", True),
        ("till-*-*-north", "till-3-north", False),
        ("*ab*ab", "abab", True),
        ("*ab*ab", "ab", False),
        ("a.c*", "abcd", False),
        ("*-kiosk-*", "shop-kiosk-kiosk-", True),
    ],
)
def test_a_star_stands_for_anything(pattern: str, value: str, blocked: bool) -> None:
    assert Blocked([("", pattern)]).names_nobody("user", value) is blocked


def test_many_stars_take_no_longer_than_one() -> None:
    """Every sign of the value tried for every star would take longer than the sun shines."""
    assert not Blocked([("", "*a" * 60 + "*b")]).names_nobody("user", "a" * 1000)


async def test_a_pattern_that_would_block_nearly_everybody_is_refused(database: Database) -> None:
    async with database.transaction() as tx:
        for pattern in ("*", "*@*", "a*"):
            with pytest.raises(PatternTooWide):
                await block(tx, NewBlocked(pattern=pattern), AGENT)
        made = await block(tx, NewBlocked(pattern="Till-*", kind="user"), AGENT)
        assert (await block(tx, NewBlocked(pattern="till-*", kind="user"), AGENT)).id == made.id
        assert (await blocked_of(tx)).names_nobody("user", "till-3")
        await unblock(tx, made.id, AGENT)
        assert not (await blocked_of(tx)).names_nobody("user", "till-3")
        with pytest.raises(NotFound):
            await unblock(tx, made.id, AGENT)
