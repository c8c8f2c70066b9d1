"""Who may be one person: found by what is alike, with the reason, and decided by a person alone."""

from uuid import UUID

import pytest

from damso.customers.claim import claim
from damso.customers.history import history
from damso.customers.identify import Identified
from damso.customers.likeness import similarity
from damso.customers.merge import merge
from damso.customers.suggestions import (
    SuggestionReader,
    SuggestionTimer,
    not_the_same,
    open_suggestions,
    suggest,
)
from damso.customers.types import IdentityKey
from damso.customers.unmerge import undo
from damso.kernel import log
from damso.kernel.database import Database, Transaction
from damso.kernel.log import Actor
from damso.kernel.readers import advance
from damso.kernel.timers import run_due
from tests.customers.people import customer_of, email, phone, seen, visitor

AGENT = Actor("agent", "0199")


async def likes(tx: Transaction, one: Identified) -> dict[UUID, list[str]]:
    found = await suggest(tx, [one.customer_id])
    return {other.customer_id: list(other.reasons) for other in found[one.customer_id]}


async def test_what_somebody_typed_leads_to_whose_address_it_is_and_back(database: Database) -> None:
    async with database.transaction() as tx:
        member, caller = await seen(tx, email()), await seen(tx, phone())
        guest, stranger = await seen(tx, visitor()), await seen(tx, email("other"))
        await claim(tx, guest.identity_id, "email", "Mina@damso.example", source="chat")
        await claim(tx, guest.identity_id, "phone", "010 1234 5678", source="chat")
        assert await likes(tx, guest) == {
            member.customer_id: ["typed_our_address"],
            caller.customer_id: ["typed_our_address"],
        }
        assert await likes(tx, member) == {guest.customer_id: ["their_address_typed"]}
        assert await likes(tx, stranger) == {}
        assert await customer_of(tx, guest.identity_id) == guest.customer_id


async def test_one_number_on_two_channels_and_two_who_typed_the_same(database: Database) -> None:
    async with database.transaction() as tx:
        caller, texter = await seen(tx, phone()), await seen(tx, IdentityKey("whatsapp", "+821012345678", "shop"))
        assert await likes(tx, texter) == {caller.customer_id: ["same_phone"]}
        guests = [await seen(tx, visitor()) for _ in range(2)]
        for guest in guests:
            await claim(tx, guest.identity_id, "email", "both@naver.example", source="chat")
        assert await likes(tx, guests[0]) == {guests[1].customer_id: ["same_typed"]}


async def test_a_name_counts_only_together_with_something_else(database: Database) -> None:
    async with database.transaction() as tx:
        one = await seen(tx, IdentityKey("email", "minji@moonlight.example"), name="Minji Kim")
        colleague = await seen(tx, IdentityKey("email", "kim.minji@moonlight.example"), name="Kim Minji")
        await seen(tx, IdentityKey("email", "jisoo@moonlight.example"), name="Jisoo Park")
        await seen(tx, IdentityKey("email", "minji@elsewhere.example"), name="Minji Kim")
        await seen(tx, IdentityKey("email", "minji@naver.com"), name="Minji Kim")
        assert await likes(tx, one) == {colleague.customer_id: ["name_and_host"]}
        mina, almost = await seen(tx, phone(9876), name="김미나래"), await seen(tx, visitor(), name="김미나")
        await claim(tx, almost.identity_id, "phone", "010-5555-9876", source="chat")
        assert await likes(tx, mina) == {almost.customer_id: ["name_and_digits"]}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("김민지", "김 민지", True),
        ("Minji Kim", "kim minji", True),
        ("김민지", "박서준", False),
        ("", "", False),
        ("김", "김", False),
    ],
)
def test_names_are_compared_by_pairs_of_letters(one: str, other: str, alike: bool) -> None:
    assert (similarity(one, other) >= 0.5) is alike


async def test_who_is_not_the_same_is_suggested_no_more_until_that_is_undone(database: Database) -> None:
    async with database.transaction() as tx:
        member, guest = await seen(tx, email()), await seen(tx, visitor())
        await claim(tx, guest.identity_id, "email", "mina@damso.example", source="chat")
        number = await not_the_same(tx, guest.customer_id, member.customer_id, actor=AGENT, evidence={})
        assert await likes(tx, guest) == await likes(tx, member) == {}
        [line] = await history(tx, member.customer_id, "en")
        assert (line.link_id, line.decision, line.can_undo) == (number, "separate", True)
        await undo(tx, number, actor=AGENT, evidence={})
        assert list(await likes(tx, guest)) == [member.customer_id]


async def test_the_list_holds_each_pair_once_and_forgets_who_was_merged(database: Database) -> None:
    async with database.transaction() as tx:
        member, guest = await seen(tx, email()), await seen(tx, visitor())
        await claim(tx, guest.identity_id, "email", "mina@damso.example", source="chat")
    await catch_up(database)
    async with database.transaction() as tx:
        [pair] = (await open_suggestions(tx)).items
        assert {pair.one_id, pair.other_id} == {member.customer_id, guest.customer_id}
        first = "typed_our_address" if pair.one_id == guest.customer_id else "their_address_typed"
        assert pair.reasons == [first]
        merged = await merge(tx, [member.customer_id, guest.customer_id], actor=AGENT, evidence={})
        assert (await open_suggestions(tx)).items == []
        await undo(tx, merged.link_id, actor=AGENT, evidence={})
    await catch_up(database)
    async with database.reading() as tx:
        assert len((await open_suggestions(tx)).items) == 1


async def test_pages_of_the_list_follow_each_other(database: Database) -> None:
    async with database.transaction() as tx:
        for number in range(3):
            await seen(tx, email(f"m{number}"))
            guest = await seen(tx, visitor())
            await claim(tx, guest.identity_id, "email", f"m{number}@damso.example", source="chat")
    await catch_up(database)
    found = []
    async with database.reading() as tx:
        cursor = None
        while (page := await open_suggestions(tx, cursor=cursor, limit=1)).items:
            found += page.items
            if (cursor := page.next) is None:
                break
    assert len({(pair.one_id, pair.other_id) for pair in found}) == len(found) == 3


async def test_many_are_compared_in_as_many_statements_as_one(database: Database) -> None:
    async with database.transaction() as tx:
        people = []
        for number in range(6):
            people += [await seen(tx, email(f"m{number}")), await seen(tx, visitor())]
            await claim(tx, people[-1].identity_id, "email", f"m{number}@damso.example", source="chat")
        counts = []
        for some in (people[:2], people):
            before = statements()
            assert len(await suggest(tx, [one.customer_id for one in some])) == len(some)
            counts.append(statements() - before)
    assert counts == [5, 5]


def statements() -> float:
    from damso.kernel.database import STATEMENTS

    return float(next(iter(STATEMENTS.collect())).samples[0].value)


async def catch_up(database: Database) -> None:
    async with database.reading() as tx:
        below = await log.horizon(tx)
    while await advance(database, SuggestionReader(), below):
        pass
    await run_due(database, [SuggestionTimer()])
