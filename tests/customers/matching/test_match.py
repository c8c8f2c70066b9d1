"""One run over everybody: what is proposed and why, what a rule may join, and what it never may."""

import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from damso.customers.claim import claim
from damso.customers.consent.may_contact import ContactRules
from damso.customers.consent.record import record
from damso.customers.consent.types import Said
from damso.customers.disclose import disclosed
from damso.customers.history import history
from damso.customers.identify import Identified
from damso.customers.link import link
from damso.customers.matching.child import do_run
from damso.customers.matching.policy import SHIPPED, set_policy
from damso.customers.matching.runs import MatchRunning, begin_run, run_of
from damso.customers.matching.start import Job, MatchLane, Outcome, do_match
from damso.customers.matching.types import Run
from damso.customers.suggestions import (
    SuggestionReader,
    SuggestionTimer,
    matched_suggestions,
    not_the_same,
    open_suggestions,
)
from damso.customers.traits import set_traits
from damso.customers.types import IdentityKey
from damso.customers.unmerge import undo
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.lanes import Worker
from damso.kernel.log import SYSTEM, Actor
from damso.kernel.timers import run_due
from tests.customers.people import customer_of, email, phone, seen
from tests.customers.test_consent import WAYS
from tests.logs import catch_up

AGENT = Actor("agent", "0199")
FAMILY = "가나다라마바사아자차카타파하거너더러머버서어"


async def begin(database: Database, *, in_lane: bool = False) -> UUID:
    async with database.transaction() as tx:
        return await begin_run(tx, SYSTEM, in_lane=in_lane)


async def match(database: Database, folder: Path) -> Run:
    """One run, here and now."""
    run_id = await begin(database)
    job = Job(dsn=database.notifier.dsn, run_id=run_id, folder=str(folder / "matching"))
    assert await do_run(job) == Outcome()
    async with database.reading() as tx:
        return await run_of(tx, run_id)


async def twins(tx: Transaction, number: int = 0, **traits: Any) -> tuple[Identified, Identified]:
    """One person twice: under a Korean name with a number, and under a Latin one who once typed that number."""
    one = await seen(tx, phone(1000 + number), name="김민아", proof="asserted")
    other = await seen(tx, email(f"mina{number}"), name="Mina Kim", proof="asserted")
    await claim(tx, other.identity_id, "phone", f"010-1234-{1000 + number}", source="chat")
    for person in (one, other):
        await set_traits(tx, person.identity_id, {"birthday": "1991-03-07", **traits}, source="shop")
    return one, other


async def pairs(database: Database) -> set[frozenset[UUID]]:
    async with database.reading() as tx:
        return {frozenset((one.one_id, one.other_id)) for one in (await open_suggestions(tx)).items}


async def test_a_pair_is_proposed_with_its_probability_and_what_speaks_for_it(
    database: Database, tmp_path: Path
) -> None:
    async with database.transaction() as tx:
        one, other = await twins(tx)
        await seen(tx, phone(2222), name="박서준", proof="asserted")
        await seen(tx, email("minji"), name="김민아", proof="asserted")

    run = await match(database, tmp_path)

    assert (run.state, run.customers, run.pairs, run.joined) == ("done", 4, 1, 0)
    assert sum(band.pairs for band in run.bands) == 1
    assert run.parameters is not None
    assert not run.parameters.learnt.u
    async with database.reading() as tx:
        [found] = (await open_suggestions(tx)).items
        [seen_from_one] = await matched_suggestions(tx, one.customer_id)
    assert {found.one_id, found.other_id} == {one.customer_id, other.customer_id}
    assert found.probability is not None
    assert found.probability > 0.99
    assert found.explanation is not None
    parts = {part.on: part.level for part in found.explanation.parts}
    assert parts == {"name": "sounds", "phone": "same", "birthday": "same"}
    total = found.explanation.start + sum(part.weight for part in found.explanation.parts)
    assert 2**total / (1 + 2**total) == pytest.approx(found.probability, abs=0.01)
    assert seen_from_one.customer_id == other.customer_id
    assert os.listdir(tmp_path) == []


async def test_running_again_doubles_nothing_and_forgets_what_is_no_more(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        one, other = await twins(tx)
        apart = await twins(tx, 7)
        await not_the_same(tx, apart[0].customer_id, apart[1].customer_id, actor=AGENT, evidence={})
    await match(database, tmp_path)
    await match(database, tmp_path)
    # Four who share a birthday, name and sound: all but the separated pair and those whom nothing else joins.
    assert frozenset((one.customer_id, other.customer_id)) in await pairs(database)
    assert frozenset(person.customer_id for person in apart) not in await pairs(database)

    await catch_up(database, SuggestionReader())
    await run_due(database, [SuggestionTimer()])
    assert frozenset((one.customer_id, other.customer_id)) in await pairs(database)

    async with database.transaction() as tx:
        await tx.execute("DELETE FROM claim")
        await tx.execute("DELETE FROM trait_change")
        await tx.execute("UPDATE suggestion SET reasons = '[]'")
    await match(database, tmp_path)
    assert await pairs(database) == set()


async def test_no_rule_joins_until_an_administrator_sets_it_and_what_is_undone_stays_undone(
    database: Database, tmp_path: Path
) -> None:
    async with database.transaction() as tx:
        one, other = await twins(tx)
        strangers = await twins(tx, 7, birthday="1980-01-02")
        await not_the_same(tx, strangers[0].customer_id, strangers[1].customer_id, actor=AGENT, evidence={})
        await set_policy(tx, replace(SHIPPED, join_at=0.99), AGENT)

    run = await match(database, tmp_path)

    assert run.joined == 1
    async with database.transaction() as tx:
        assert await customer_of(tx, one.identity_id) == await customer_of(tx, other.identity_id)
        assert await customer_of(tx, strangers[0].identity_id) != await customer_of(tx, strangers[1].identity_id)
        [line] = await history(tx, one.customer_id, "en")
        assert (line.strength, line.reason) == (
            "matched",
            "Joined by the rule for possible duplicates. It counts as no proof.",
        )
        assert line.can_undo
        await undo(tx, line.link_id, actor=AGENT, evidence={})
        assert await customer_of(tx, one.identity_id) != await customer_of(tx, other.identity_id)
    assert (await match(database, tmp_path)).joined == 0
    assert frozenset((one.customer_id, other.customer_id)) in await pairs(database)
    async with database.transaction() as tx:
        assert await customer_of(tx, one.identity_id) != await customer_of(tx, other.identity_id)
        undoing = await tx.value("SELECT max(id) FROM link")
        await undo(tx, undoing, actor=AGENT, evidence={})
        assert await customer_of(tx, one.identity_id) == await customer_of(tx, other.identity_id)


async def test_whom_a_rule_joined_is_shown_nothing_and_sent_nothing_by_it(
    database: Database, keyring: Keyring, tmp_path: Path
) -> None:
    rules = ContactRules(keyring, WAYS)
    async with database.transaction() as tx:
        one, other = await twins(tx)
        await set_policy(tx, replace(SHIPPED, join_at=0.99), AGENT)
        said = Said(identity_id=one.identity_id, purpose="marketing", channel="email", given=True, method="phone")
        await record(tx, WAYS, [said], actor=AGENT)
    assert (await match(database, tmp_path)).joined == 1

    async with database.reading() as tx:
        assert await disclosed(tx, one.identity_id) == [one.identity_id]
        answer = await rules.may_contact(tx, other.identity_id, "marketing", "email")
        assert (answer.allowed, answer.reason) == (False, "no_consent")


async def test_a_value_that_too_many_have_is_compared_with_nobody(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        for number in range(22):
            guest = await seen(tx, email(f"guest{number}"), name=f"손님{FAMILY[number]}")
            await claim(tx, guest.identity_id, "phone", "02-555-0100", source="kiosk")

    assert (await match(database, tmp_path)).pairs == 0


async def test_users_of_two_accounts_are_held_and_not_joined(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        one, other = await twins(tx)
        for person, number in ((one, 1), (other, 2)):
            user = await seen(tx, IdentityKey("user", f"member-{number}", "shop"), proof="asserted")
            await link(tx, person.identity_id, user.identity_id, strength="asserted", evidence={})
        await set_policy(tx, replace(SHIPPED, join_at=0.99), AGENT)

    run = await match(database, tmp_path)

    assert (run.joined, run.held) == (0, 1)


async def test_one_run_at_a_time_and_one_that_was_killed_is_begun_again(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        await twins(tx)
    run_id = await begin(database, in_lane=True)
    with pytest.raises(MatchRunning):
        await begin(database)
    leftover = tmp_path / "matching"
    leftover.mkdir()
    (leftover / "spilled").write_bytes(b"x")

    await Worker(database, [MatchLane(database, leftover)]).drain()

    async with database.reading() as tx:
        run = await run_of(tx, run_id)
    assert (run.state, run.pairs, leftover.exists()) == ("done", 1, False)
    abandoned = await begin(database)
    after = await begin(database)
    async with database.reading() as tx:
        assert (await run_of(tx, abandoned)).state == "stopped"
    assert (await do_match(database, after, leftover)) == Outcome()


async def test_nobody_at_all_is_compared_as_well(database: Database, tmp_path: Path) -> None:
    run = await match(database, tmp_path)
    assert (run.state, run.customers, run.pairs) == ("done", 0, 0)
