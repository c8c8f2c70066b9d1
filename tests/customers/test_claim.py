"""What people say about themselves is kept, shown, found, and never matched."""

import pytest

from damso.customers.addresses import EmailInvalid
from damso.customers.claim import claim
from damso.customers.rename import rename
from damso.customers.search import list_customers
from damso.kernel.database import Database
from damso.kernel.errors import NotFound
from damso.kernel.log import Actor
from tests.customers.people import email, facts, seen


async def test_a_claim_is_kept_with_its_source_and_logged_without_its_value(database: Database) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx)
        made = await claim(tx, guest.identity_id, "phone", "010 1234 5678", source="chat")
    assert (made.kind, made.value, made.source) == ("phone", "+821012345678", "chat")
    [fact] = await facts(database, "claim.made")
    assert fact.identity_id == guest.identity_id
    assert fact.properties == {"kind": "phone", "source": "chat"}


async def test_saying_the_same_again_changes_nothing_and_something_else_is_kept_too(database: Database) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx)
        first = await claim(tx, guest.identity_id, "email", "Mina@damso.example", source="chat")
        assert await claim(tx, guest.identity_id, "email", "mina@damso.example", source="chat") == first
        await claim(tx, guest.identity_id, "email", "other@damso.example", source="chat")
        assert await tx.value("SELECT count(*) FROM claim") == 2
    assert len(await facts(database, "claim.made")) == 2


async def test_claiming_somebody_elses_address_joins_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        owner = await seen(tx, email(), name="김민지")
        guest = await seen(tx)
        await claim(tx, guest.identity_id, "email", "mina@damso.example", source="chat")
        assert await tx.value("SELECT count(*) FROM customer WHERE merged_into IS NULL") == 2
        assert await tx.value("SELECT count(*) FROM link") == 0
        assert (await seen(tx, email())).customer_id == owner.customer_id


async def test_a_claimed_name_is_shown_until_somebody_better_gives_one(database: Database) -> None:
    shown = []
    async with database.transaction() as tx:
        guest = await seen(tx)
        for name in ("미나", "미나리"):
            await claim(tx, guest.identity_id, "name", name, source="chat")
            shown.append(tuple(await tx.row("SELECT name, name_source FROM customer") or ()))
        await rename(tx, guest.customer_id, "김민지", actor=Actor("agent", "0199"))
        await claim(tx, guest.identity_id, "name", "사장님", source="chat")
        shown.append(tuple(await tx.row("SELECT name, name_source FROM customer") or ()))
    assert shown == [("미나", "claim"), ("미나리", "claim"), ("김민지", "agent")]
    assert len(await facts(database, "customer.renamed")) == 1


async def test_people_are_found_by_their_latest_claims(database: Database) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx)
        await claim(tx, guest.identity_id, "phone", "010-1234-5678", source="chat")
        await claim(tx, guest.identity_id, "phone", "010-8765-4321", source="chat")
        found = await list_customers(tx, q="8765")
        assert [customer.id for customer in found.items] == [guest.customer_id]
        assert (await list_customers(tx, q="12345678")).items == []


async def test_what_is_no_address_is_refused(database: Database) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx)
        with pytest.raises(EmailInvalid):
            await claim(tx, guest.identity_id, "email", "mina@", source="chat")
        with pytest.raises(NotFound):
            await claim(tx, 999_999, "name", "미나", source="chat")
