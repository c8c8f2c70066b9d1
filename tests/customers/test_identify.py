"""Whose address is this?"""

import asyncio
from datetime import timedelta

import pytest

from damso.customers.identify import Sighting, identify, identify_all, mark_bounced
from damso.customers.types import PROOFS, IdentityKey, Proof
from damso.kernel.database import STATEMENTS, Database
from tests.clock import ManualClock
from tests.customers.people import email, facts, phone, seen, visitor


def sighting(key: IdentityKey, proof: Proof = "authenticated", name: str = "") -> Sighting:
    return Sighting(key=key, proof=proof, source="test", name=name)


async def test_a_new_address_makes_a_customer_with_an_internal_identity(database: Database) -> None:
    async with database.transaction() as tx:
        made = await identify(tx, email(), name="김민지", proof="authenticated", source="email", locale="ko")
        rows = await tx.rows("SELECT kind, value, customer_id, home_id, proof FROM identity ORDER BY kind")
        customer = await tx.row("SELECT id, name, name_source, locale, timezone, merged_into FROM customer")
    assert made.created
    assert [tuple(row) for row in rows] == [
        ("email", "mina@damso.example", made.customer_id, made.customer_id, "authenticated"),
        ("internal", str(made.customer_id), made.customer_id, made.customer_id, "none"),
    ]
    assert customer is not None
    assert tuple(customer) == (made.customer_id, "김민지", "channel", "ko", None, None)
    assert [(fact.name, fact.identity_id) for fact in await facts(database)] == [
        ("customer.created", made.identity_id),
        ("identity.added", made.identity_id),
    ]


async def test_a_known_address_takes_one_statement(database: Database) -> None:
    async with database.transaction() as tx:
        first = await seen(tx, email())
        before = STATEMENTS._value.get()
        again = await seen(tx, email())
        assert STATEMENTS._value.get() - before == 1
    assert (again.identity_id, again.customer_id, again.created) == (first.identity_id, first.customer_id, False)


async def test_the_same_value_in_another_scope_or_kind_is_somebody_else(database: Database) -> None:
    async with database.transaction() as tx:
        people = [
            await seen(tx, key)
            for key in (
                IdentityKey("user", "7", "one"),
                IdentityKey("user", "7", "two"),
                IdentityKey("member", "7", "one"),
            )
        ]
    assert len({person.customer_id for person in people}) == 3


@pytest.mark.parametrize(
    ("known", "given"), [("none", "proven"), ("asserted", "authenticated"), ("proven", "none"), ("proven", "asserted")]
)
async def test_proof_only_grows(database: Database, known: Proof, given: Proof) -> None:
    async with database.transaction() as tx:
        await seen(tx, email(), proof=known)
        await seen(tx, email(), proof=given)
        proof = await tx.value("SELECT proof FROM identity WHERE kind = 'email'")
    assert proof == max(known, given, key=PROOFS.index)
    assert len(await facts(database, "identity.proven")) == (proof != known)


async def test_last_seen_moves_at_most_once_a_minute(database: Database, clock: ManualClock) -> None:
    start = clock.now()
    times = []
    for wait in (0, 30, 31):
        clock.advance(timedelta(seconds=wait))
        async with database.transaction() as tx:
            await seen(tx, email())
            times.append(await tx.value("SELECT last_seen_at FROM customer"))
    assert times == [start, start, start + timedelta(seconds=61)]


async def test_old_mail_says_when_somebody_was_first_seen(database: Database, clock: ManualClock) -> None:
    old = clock.now() - timedelta(days=900)
    async with database.transaction() as tx:
        await seen(tx, email())
        await identify(tx, email(), proof="none", source="import", seen_at=old)
        row = await tx.row("SELECT first_seen_at, last_seen_at FROM identity WHERE kind = 'email'")
    assert row is not None
    assert tuple(row) == (old, clock.now())


async def test_a_better_source_names_a_customer_and_a_worse_one_does_not(database: Database) -> None:
    names = []
    async with database.transaction() as tx:
        for name, proof in (("", "none"), ("mina95", "none"), ("김민지", "proven"), ("mina96", "authenticated")):
            await identify(tx, email(), name=name, proof=proof, source="test")  # type: ignore[arg-type]
            names.append(await tx.value("SELECT name FROM customer"))
        identity_name = await tx.value("SELECT name FROM identity WHERE kind = 'email'")
    assert names == ["", "mina95", "김민지", "김민지"]
    assert identity_name == "mina96"


async def test_a_name_nothing_vouches_for_does_not_replace_one(database: Database) -> None:
    async with database.transaction() as tx:
        await seen(tx, email(), name="김민지")
        await seen(tx, email(), name="사칭범", proof="none")
        assert await tx.value("SELECT name FROM identity WHERE kind = 'email'") == "김민지"


async def test_a_language_learned_later_is_kept(database: Database) -> None:
    async with database.transaction() as tx:
        await seen(tx, email())
        await identify(tx, email(), proof="none", source="chat", locale="en", timezone="Asia/Seoul")
        await identify(tx, email(), proof="none", source="chat", locale="ko", timezone="UTC")
        row = await tx.row("SELECT locale, timezone FROM customer")
    assert row is not None
    assert tuple(row) == ("en", "Asia/Seoul")


async def test_an_address_seen_by_many_at_once_is_one_customer(database: Database) -> None:
    async def see() -> tuple[int, bool]:
        async with database.transaction() as tx:
            made = await seen(tx, email())
            await asyncio.sleep(0)
            return made.identity_id, made.created

    results = await asyncio.gather(*(see() for _ in range(20)))
    assert len({number for number, _ in results}) == 1
    assert sum(created for _, created in results) == 1
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM customer") == 1
        assert await tx.value("SELECT count(*) FROM identity") == 2


async def test_many_are_found_and_made_in_a_few_statements(database: Database) -> None:
    async with database.transaction() as tx:
        known = await seen(tx, email("known"))
        before = STATEMENTS._value.get()
        found = await identify_all(
            tx,
            [sighting(email(f"person{n}")) for n in range(200)]
            + [sighting(email("known")), sighting(email("person3"))],
        )
        assert STATEMENTS._value.get() - before <= 4
    assert len(found) == 202
    assert found[200].identity_id == known.identity_id
    assert not found[200].created
    assert found[201] == found[3]
    assert len({one.customer_id for one in found}) == 201


async def test_the_same_address_twice_keeps_the_stronger_proof(database: Database) -> None:
    async with database.transaction() as tx:
        await identify_all(tx, [sighting(email(), "none", "김민지"), sighting(email(), "proven")])
        row = await tx.row("SELECT proof, name FROM identity WHERE kind = 'email'")
    assert row is not None
    assert tuple(row) == ("proven", "김민지")


async def test_the_same_people_in_any_order_at_once_do_not_wait_for_each_other_forever(
    database: Database, clock: ManualClock
) -> None:
    keys = [email(f"person{n}") for n in range(6)] + [visitor(), phone()]
    async with database.transaction() as tx:
        await identify_all(tx, [sighting(key) for key in keys[:4]])
    clock.advance(timedelta(hours=1))

    async def see(order: list[IdentityKey]) -> list[int]:
        async with database.transaction() as tx:
            found = {one.identity_id for one in await identify_all(tx, [sighting(key, name="이름") for key in order])}
            return sorted(found)

    orders = [keys[turn:] + keys[:turn] for turn in range(8)] + [keys[::-1]] * 4
    results = await asyncio.wait_for(asyncio.gather(*(see(order) for order in orders)), 20)
    assert all(result == results[0] for result in results)


async def test_a_customer_somebody_is_changing_does_not_hold_up_a_message(
    database: Database, clock: ManualClock
) -> None:
    async with database.transaction() as tx:
        await seen(tx, email())
    clock.advance(timedelta(hours=1))
    async with database.transaction() as busy:
        await busy.execute("SELECT FROM customer FOR UPDATE")
        async with database.transaction() as tx:
            known = await asyncio.wait_for(seen(tx, email(), name="김민지"), 5)
    assert not known.created


async def test_a_bounced_address_is_reachable_again_once_its_owner_acts(database: Database, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        await seen(tx, email())
        await mark_bounced(tx, email())
        await mark_bounced(tx, email())
        assert await tx.value("SELECT bounced_at FROM identity WHERE kind = 'email'") == clock.now()
    assert len(await facts(database, "identity.bounced")) == 1
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        await seen(tx, email(), proof="none")
        assert await tx.value("SELECT bounced_at FROM identity WHERE kind = 'email'")
        await seen(tx, email())
        assert await tx.value("SELECT bounced_at FROM identity WHERE kind = 'email'") is None


async def test_nothing_of_a_rolled_back_customer_is_left(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as tx:
            await seen(tx, email())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM customer") == 0


async def test_odd_values_are_kept_as_they_are(database: Database) -> None:
    key = IdentityKey("user", 'a"b\\c\n\t가😀\u2028', "s/c:o'pe")
    async with database.transaction() as tx:
        first = await seen(tx, key, name='"; DROP TABLE customer; --')
        assert (await seen(tx, key)).identity_id == first.identity_id
        assert await tx.value("SELECT value FROM identity WHERE kind = 'user'") == key.value
