"""Forgetting customers, and handing all of them out."""

from uuid import uuid4

import msgspec

from damso.customers.claim import claim
from damso.customers.create import create_customer
from damso.customers.erase import CustomerEraser
from damso.customers.erasing.person import person_of
from damso.customers.export import export_customers
from damso.customers.link import link
from damso.customers.prove import start
from damso.customers.search import list_customers
from damso.customers.traits import set_traits
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.log import Actor
from tests.customers.people import email, seen, visitor


async def test_nothing_personal_is_left_of_an_erased_customer(database: Database, keyring: Keyring) -> None:
    async with database.transaction() as tx:
        member = await seen(tx, email("secretmina"), name="김비밀")
        guest = await seen(tx, visitor())
        await claim(tx, guest.identity_id, "email", "secretmina@damso.example", source="chat")
        await set_traits(tx, member.identity_id, {"address": "비밀로 1"}, source="shop")
        await link(tx, member.identity_id, guest.identity_id, strength="proven", evidence={"by": "비밀"})
        await start(tx, keyring, "visitor:1", "email", "secretmina@damso.example")
        person = await person_of(tx, uuid4(), [member.customer_id, guest.customer_id])
        assert (await CustomerEraser().erase(tx, person)).rows > 0
        assert (await CustomerEraser().erase(tx, person)).rows == 0
        left = "".join(
            [
                await tx.value(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
                for table in (
                    "customer",
                    "customer_search",
                    "identity",
                    "claim",
                    "link",
                    "trait_change",
                    "proof_code",
                    "care_event",
                )
            ]
        )
        assert (await list_customers(tx, q="비밀")).items == []
    assert "비밀" not in left
    assert "secretmina" not in left


async def test_erasing_one_leaves_the_others_and_frees_the_address(database: Database) -> None:
    async with database.transaction() as tx:
        gone, other = await seen(tx, email("gone")), await seen(tx, email("other"), name="남은 사람")
        await CustomerEraser().erase(tx, await person_of(tx, uuid4(), [gone.customer_id]))
        again = await seen(tx, email("gone"))
        assert again.customer_id not in {gone.customer_id, other.customer_id}
        assert [customer.name for customer in (await list_customers(tx, q="남은")).items] == ["남은 사람"]


async def test_the_export_has_every_customer_once_with_all_that_is_known(database: Database) -> None:
    async with database.transaction() as tx:
        made = [await seen(tx, email(f"person{n}"), name=f"손님{n}") for n in range(7)]
        by_hand = await create_customer(tx, name="김민지", actor=Actor("agent", "1"), phone="010-1234-5678")
        await claim(tx, made[0].identity_id, "name", "미나", source="chat")
        await set_traits(tx, made[0].identity_id, {"tier": "gold"}, source="shop")
        await link(tx, made[0].identity_id, made[1].identity_id, strength="proven", evidence={})
    async with database.reading() as tx:
        lines = [line async for line in export_customers(tx, chunk=3)]
    by_id = {line.id: line for line in lines}
    assert len(lines) == len(by_id) == 8
    assert by_id.keys() == {one.customer_id for one in made} | {by_hand}
    first = by_id[made[0].customer_id]
    assert {one.value for one in first.identities} >= {"person0@damso.example", "person1@damso.example"}
    assert [(one.kind, one.value) for one in first.claims] == [("name", "미나")]
    assert [(one.key, one.value) for one in first.traits] == [("tier", "gold")]
    assert by_id[made[1].customer_id].merged_into == made[0].customer_id
    assert msgspec.json.decode(msgspec.json.encode(first))["name"] == "손님0"
