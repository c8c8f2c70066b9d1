"""The list of customers and the search in it."""

from datetime import timedelta

import pytest

from damso.customers import search
from damso.customers.create import AddressTaken, create_customer
from damso.customers.identify import identify
from damso.customers.link import link
from damso.customers.search import list_customers
from damso.customers.types import IdentityKey
from damso.kernel.database import STATEMENTS, Database, Transaction
from damso.kernel.errors import Invalid
from damso.kernel.log import Actor
from tests.clock import ManualClock
from tests.customers.people import email, facts, phone, seen, visitor

AGENT = Actor("agent", "0199")


@pytest.fixture
async def people(database: Database, clock: ManualClock) -> list[str]:
    """Five customers, seen one after the other; their names, last first."""
    given = [
        ("김민지", email("mina")),
        ("남궁하늘", phone(5678)),
        ("Hana Lee", email("hana.lee")),
        ("박서준", IdentityKey("user", "member-7712", "shop")),
        ("", visitor()),
    ]
    for name, key in given:
        clock.advance(timedelta(minutes=5))
        async with database.transaction() as tx:
            await identify(tx, key, name=name, proof="authenticated", source="test")
    return [name for name, _ in reversed(given)]


async def found(tx: Transaction, q: str) -> list[str]:
    return [customer.name for customer in (await list_customers(tx, q=q)).items]


FOUND = {
    "민지": ["김민지"],
    "ㄱㅁㅈ": ["김민지"],
    "ㅎㄴ": ["남궁하늘"],
    "김ㅁ": ["김민지"],
    "하": ["남궁하늘"],
    "5678": ["남궁하늘"],
    "010-1234": ["남궁하늘"],
    "01012345678": ["남궁하늘"],
    "+821012345678": ["남궁하늘"],
    "hana": ["Hana Lee"],
    "lee@damso": ["Hana Lee"],
    "damso.example": ["Hana Lee", "김민지"],
    "HANA lee": ["Hana Lee"],
    "7712": ["박서준"],
    "member": ["박서준"],
    "없는사람": [],
    "01990000": [],
}


async def test_finds_part_of_a_name_address_or_number(database: Database, people: list[str]) -> None:
    async with database.reading() as tx:
        assert {q: await found(tx, q) for q in FOUND} == FOUND


async def test_a_query_that_says_nothing_shows_everybody_seen_last_first(database: Database, people: list[str]) -> None:
    async with database.reading() as tx:
        assert [await found(tx, q) for q in ("", "  ", "!!", "ㄱ")] == [people] * 4


async def test_common_words_are_found_by_walking_the_list(
    database: Database, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWEST", 1)
    monkeypatch.setattr(search, "FEW", 1)
    async with database.reading() as tx:
        assert await found(tx, "damso") == ["Hana Lee", "김민지"]
        assert await found(tx, "mina") == ["김민지"]


@pytest.mark.parametrize("q", ["", "손님"])
@pytest.mark.parametrize(("newest", "few"), [(1, 3), (1, 3000), (2000, 3000), (7, 3000)])
async def test_pages_neither_repeat_nor_skip_while_customers_come(
    database: Database, monkeypatch: pytest.MonkeyPatch, q: str, newest: int, few: int
) -> None:
    monkeypatch.setattr(search, "NEWEST", newest)
    monkeypatch.setattr(search, "FEW", few)
    async with database.transaction() as tx:
        made = [(await seen(tx, name=f"손님{n}")).customer_id for n in range(12)]
        first = await list_customers(tx, q=q, limit=5)
        await seen(tx, name="손님 하나 더")
        second = await list_customers(tx, q=q, limit=5, cursor=first.next)
        third = await list_customers(tx, q=q, limit=5, cursor=second.next)
    listed = [customer.id for page in (first, second, third) for customer in page.items]
    assert sorted(listed) == sorted(made)
    assert third.next is None


async def test_a_page_takes_two_statements(database: Database, people: list[str]) -> None:
    async with database.reading() as tx:
        before = STATEMENTS._value.get()
        await list_customers(tx)
        await list_customers(tx, q="김민지")
        assert STATEMENTS._value.get() - before == 4


async def test_customers_that_became_part_of_another_are_found_as_that_one(database: Database) -> None:
    async with database.transaction() as tx:
        one = await seen(tx, email("mina"), name="김민지")
        other = await seen(tx, phone(), name="민지엄마")
        await link(tx, one.identity_id, other.identity_id, strength="asserted", evidence={})
        assert [customer.id for customer in (await list_customers(tx)).items] == [one.customer_id]
        [customer] = (await list_customers(tx, q="엄마")).items
    assert customer.id == one.customer_id
    assert {(identity.kind, identity.strength) for identity in customer.identities} == {
        ("email", "authenticated"),
        ("phone", "authenticated"),
    }


async def test_a_made_up_cursor_is_refused(database: Database) -> None:
    async with database.reading() as tx:
        with pytest.raises(Invalid):
            await list_customers(tx, cursor="made up")


async def test_a_customer_made_by_hand_is_asserted_and_found(database: Database) -> None:
    async with database.transaction() as tx:
        customer_id = await create_customer(
            tx, name=" 김민지 ", actor=AGENT, email="Mina@damso.example", phone="010-1234-5678"
        )
        [customer] = (await list_customers(tx, q="mina 5678")).items
    assert (customer.id, customer.name) == (customer_id, "김민지")
    assert {identity.strength for identity in customer.identities} == {"asserted"}
    created, *added = await facts(database)
    assert created.actor_kind == "agent"
    assert [fact.properties["kind"] for fact in added] == ["email", "phone"]


async def test_an_address_of_somebody_else_is_refused_and_names_them(database: Database) -> None:
    async with database.transaction() as tx:
        owner = await seen(tx, email())
        with pytest.raises(AddressTaken) as taken:
            await create_customer(tx, name="다른 사람", actor=AGENT, email="mina@damso.example")
    assert taken.value.extra == {"customer_id": str(owner.customer_id)}
