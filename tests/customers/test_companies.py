"""Companies: who belongs to them, by what, and for how long."""

from uuid import UUID

import pytest

from damso.customers.card import customer_card
from damso.customers.companies.change import add_domain, change_company, create_company, remove_company, remove_domain
from damso.customers.companies.domains import DomainFree, DomainInvalid, DomainTaken
from damso.customers.companies.look_up import company, list_companies, people_of
from damso.customers.companies.members import add_person, remove_person
from damso.customers.create import create_customer
from damso.customers.link import link, unlink
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.log import Actor
from tests.customers.people import customer_of, email, facts, seen, visitor

AGENT = Actor("agent", "0199")


async def hanbit(tx: Transaction) -> UUID:
    return await create_company(tx, name="한빛물산", domains=["damso.example"], actor=AGENT)


async def memberships(tx: Transaction, customer_id: UUID) -> list[tuple[str, str, str]]:
    return [(one.name, one.role, one.source) for one in (await customer_card(tx, customer_id)).companies]


async def test_whoever_writes_from_its_domain_belongs_to_it(database: Database) -> None:
    async with database.transaction() as tx:
        before = await seen(tx, email("before"))
        await hanbit(tx)
        after = await seen(tx, email("after"))
        by_hand = await create_customer(tx, name="김민지", email="hand@damso.example", actor=AGENT)
        found = [await memberships(tx, one) for one in (before.customer_id, after.customer_id, by_hand)]
    assert found == [[("한빛물산", "", "domain")]] * 3


async def test_an_address_that_nothing_vouches_for_does_not_until_it_does(database: Database) -> None:
    async with database.transaction() as tx:
        await hanbit(tx)
        typed = await seen(tx, email(), proof="none")
        before = await memberships(tx, typed.customer_id)
        await seen(tx, email(), proof="proven")
        after = await memberships(tx, typed.customer_id)
    assert (before, after) == ([], [("한빛물산", "", "domain")])


@pytest.mark.parametrize("domain", ["naver.com", "someone@GMAIL.com", "https://www.kakao.com/"])
async def test_a_domain_of_free_mail_tells_of_no_company(database: Database, domain: str) -> None:
    async with database.transaction() as tx:
        with pytest.raises(DomainFree):
            await create_company(tx, name="한빛물산", domains=[domain], actor=AGENT)


@pytest.mark.parametrize("domain", ["", "hanbit", "a b.example", "-.example", "x" * 64 + ".example"])
async def test_what_is_no_domain_is_refused(database: Database, domain: str) -> None:
    async with database.transaction() as tx:
        with pytest.raises(DomainInvalid):
            await create_company(tx, name="한빛물산", domains=[domain], actor=AGENT)


async def test_a_domain_belongs_to_one_company(database: Database) -> None:
    async with database.transaction() as tx:
        await hanbit(tx)
        other = await create_company(tx, name="새벽공방", actor=AGENT)
        with pytest.raises(DomainTaken):
            await add_domain(tx, other, "Damso.example", actor=AGENT)


async def test_a_domain_taken_away_takes_those_along_whom_nothing_else_ties(database: Database) -> None:
    async with database.transaction() as tx:
        company_id = await hanbit(tx)
        guest, kept = await seen(tx, email("guest")), await seen(tx, email("kept"))
        await add_person(tx, company_id, kept.customer_id, "대표", actor=AGENT)
        await remove_domain(tx, company_id, "damso.example", actor=AGENT)
        found = [await memberships(tx, one.customer_id) for one in (guest, kept)]
    assert found == [[], [("한빛물산", "대표", "agent")]]


async def test_whom_somebody_took_out_is_not_brought_back_by_a_rule(database: Database) -> None:
    async with database.transaction() as tx:
        company_id = await hanbit(tx)
        guest = await seen(tx, email())
        await remove_person(tx, company_id, guest.customer_id, actor=AGENT)
        await add_domain(tx, company_id, "damso.example", actor=AGENT)
        out = await memberships(tx, guest.customer_id)
        await add_person(tx, company_id, guest.customer_id, "고문", actor=AGENT)
        again = await memberships(tx, guest.customer_id)
    assert (out, again) == ([], [("한빛물산", "고문", "agent")])


async def test_customers_who_are_joined_and_taken_apart_keep_their_own(database: Database) -> None:
    async with database.transaction() as tx:
        company_id = await hanbit(tx)
        worker, guest = await seen(tx, email()), await seen(tx, visitor())
        joined = await link(tx, worker.identity_id, guest.identity_id, strength="asserted", evidence={}, actor=AGENT)
        together = await memberships(tx, joined.customer_id)
        people = [person.id for person in await people_of(tx, company_id)]
        await unlink(tx, joined.link_id, evidence={}, actor=AGENT)
        apart = [await memberships(tx, await customer_of(tx, one.identity_id)) for one in (worker, guest)]
    assert (together, people) == ([("한빛물산", "", "domain")], [joined.customer_id])
    assert apart == [[("한빛물산", "", "domain")], []]


async def test_what_was_said_by_hand_goes_with_the_customer_it_was_said_of(database: Database) -> None:
    async with database.transaction() as tx:
        company_id = await create_company(tx, name="새벽공방", actor=AGENT)
        older, newer = await seen(tx, visitor()), await seen(tx, visitor())
        await add_person(tx, company_id, newer.customer_id, "구매", actor=AGENT)
        joined = await link(tx, older.identity_id, newer.identity_id, strength="asserted", evidence={}, actor=AGENT)
        together = await memberships(tx, older.customer_id)
        await unlink(tx, joined.link_id, evidence={}, actor=AGENT)
        apart = [await memberships(tx, one.customer_id) for one in (older, newer)]
    assert together == [("새벽공방", "구매", "agent")]
    assert apart == [[], [("새벽공방", "구매", "agent")]]


@pytest.mark.parametrize("q", ["빛물", "SO.exam", "", "  한빛 "])
async def test_companies_are_found_by_part_of_name_or_domain(database: Database, q: str) -> None:
    async with database.transaction() as tx:
        company_id = await hanbit(tx)
        await seen(tx, email("one"))
        await seen(tx, email("two"))
        page = await list_companies(tx, q=q)
    assert [(one.id, one.name, one.domains, one.people) for one in page.items] == [
        (company_id, "한빛물산", ["damso.example"], 2)
    ]


async def test_the_list_goes_on_where_it_ended(database: Database) -> None:
    async with database.transaction() as tx:
        for name in ("b", "A", "c"):
            await create_company(tx, name=name, actor=AGENT)
        first = await list_companies(tx, limit=2)
        rest = await list_companies(tx, limit=2, cursor=first.next)
    assert [[one.name for one in page.items] for page in (first, rest)] == [["A", "b"], ["c"]]
    assert rest.next is None


async def test_name_note_and_traits_can_be_changed(database: Database) -> None:
    async with database.transaction() as tx:
        company_id = await hanbit(tx)
        await change_company(tx, company_id, actor=AGENT, name=" 한빛 ", traits={"등급": "A", "규모": 30})
        await change_company(tx, company_id, actor=AGENT, note="분기마다 정산", traits={"규모": None})
        found = await company(tx, company_id)
    assert (found.name, found.note, found.traits) == ("한빛", "분기마다 정산", {"등급": "A"})


async def test_its_people_outlive_it(database: Database) -> None:
    async with database.transaction() as tx:
        company_id = await hanbit(tx)
        guest = await seen(tx, email())
        await remove_company(tx, company_id, actor=AGENT)
        assert await memberships(tx, guest.customer_id) == []
        with pytest.raises(NotFound):
            await company(tx, company_id)


async def test_what_people_did_is_in_the_log(database: Database) -> None:
    async with database.transaction() as tx:
        company_id = await hanbit(tx)
        guest = await seen(tx, visitor())
        await add_person(tx, company_id, guest.customer_id, "", actor=AGENT)
        await remove_person(tx, company_id, guest.customer_id, actor=AGENT)
    told = await facts(database, "company.created", "company.joined", "company.left")
    assert [(one.name, one.subject_id) for one in told] == [
        (name, str(company_id)) for name in ("company.created", "company.joined", "company.left")
    ]
