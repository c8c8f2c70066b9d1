"""The chain tells of every change that somebody makes who has the database and not the master key."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.ids import new_id
from damso.team.records.chain import AUDIT, SEALING, newest_seal
from damso.team.records.seal import seal
from damso.team.records.seal_keys import begin_key
from damso.team.records.verify import SealUnreadable, verify
from tests.clock import ManualClock
from tests.team.records.writing import act, faults, seal_all, see, verdicts

FIVE = 5
THIRD = {
    "audit": "(SELECT row_id FROM seal WHERE log = 'audit' AND number = 3)",
    "access": "(SELECT row_id FROM seal WHERE log = 'access' AND number = 3)",
}

TAMPERING: dict[str, tuple[str, Sequence[str], tuple[str, int | None]]] = {
    "an act says something else": (
        "audit",
        [f"UPDATE audit SET details = '{{}}' WHERE id = {THIRD['audit']}"],
        ("changed", 3),
    ),
    "an act was somebody else's": (
        "audit",
        [f"UPDATE audit SET actor_id = NULL WHERE id = {THIRD['audit']}"],
        ("changed", 3),
    ),
    "an act came from elsewhere": (
        "audit",
        [f"UPDATE audit SET address = '192.0.2.1' WHERE id = {THIRD['audit']}"],
        ("changed", 3),
    ),
    "somebody saw fewer people": (
        "access",
        [f"UPDATE access_record SET customer_ids = '{{}}' WHERE id = {THIRD['access']}"],
        ("changed", 3),
    ),
    "somebody saw it later": (
        "access",
        [f"UPDATE access_record SET at = at + interval '1 second' WHERE id = {THIRD['access']}"],
        ("changed", 3),
    ),
    "a record is gone": ("access", [f"DELETE FROM access_record WHERE id = {THIRD['access']}"], ("removed", 3)),
    "a record is gone with its seal": (
        "access",
        [
            f"DELETE FROM access_record WHERE id = {THIRD['access']}",
            "DELETE FROM seal WHERE log = 'access' AND number = 3",
        ],
        ("removed", 3),
    ),
    "a record is gone and the seals moved up": (
        "access",
        [
            f"DELETE FROM access_record WHERE id = {THIRD['access']}",
            "DELETE FROM seal WHERE log = 'access' AND number = 3",
            "UPDATE seal SET number = 3 WHERE log = 'access' AND number = 4",
            "UPDATE seal SET number = 4 WHERE log = 'access' AND number = 5",
        ],
        ("seal_changed", 3),
    ),
    "a record came in between": (
        "access",
        [
            f"""INSERT INTO access_record SELECT gen_random_uuid(), epoch, xid - 1, at, actor_kind, actor_id, address,
                act, route, customer_ids, identity_ids, reason, note FROM access_record WHERE id = {THIRD["access"]}"""
        ],
        ("inserted", 3),
    ),
    "a record came before all": (
        "audit",
        [
            f"""INSERT INTO audit SELECT gen_random_uuid(), at, actor_kind, actor_id, act, subject, details,
                address, 0, 0 FROM audit WHERE id = {THIRD["audit"]}"""
        ],
        ("inserted", 1),
    ),
    "a record and its digest changed": (
        "access",
        [
            f"UPDATE access_record SET note = 'x' WHERE id = {THIRD['access']}",
            "UPDATE seal SET digest = sha256('x') WHERE log = 'access' AND number = 3",
        ],
        ("seal_changed", 3),
    ),
    "the first seals are gone": ("access", ["DELETE FROM seal WHERE log = 'access' AND number < 3"], ("removed", 1)),
    "the key is gone": ("access", ["DELETE FROM seal_key"], ("seal_changed", 1)),
    "the beginning was forged": (
        "access",
        [
            """INSERT INTO seal_start SELECT log, number, epoch, xid, row_id, mac, now(), key_id, mac
            FROM seal WHERE log = 'access' AND number = 3""",
            "DELETE FROM seal WHERE log = 'access' AND number < 3",
        ],
        ("start_forged", 3),
    ),
}


@pytest.fixture
async def sealed(database: Database, keyring: Keyring, clock: ManualClock) -> Database:
    """Five records in each log."""
    for number in range(FIVE):
        await act(database, number=number)
        await see(database, [new_id(), new_id()])
        clock.advance(timedelta(minutes=1))
    await seal_all(database, keyring)
    return database


async def test_what_nobody_changed_is_sound(sealed: Database, keyring: Keyring) -> None:
    found = await verdicts(sealed, keyring)

    assert {log: (one.sound, one.sealed, one.unsealed) for log, one in found.items()} == {
        "audit": (True, FIVE, 0),
        "access": (True, FIVE, 0),
    }


@pytest.mark.parametrize("way", TAMPERING)
async def test_tampering_is_found_where_it_happened(way: str, sealed: Database, keyring: Keyring) -> None:
    log, statements, expected = TAMPERING[way]
    async with sealed.transaction() as tx:
        for statement in statements:
            await tx.execute(statement)

    assert (await faults(sealed, keyring))[log] == expected


async def test_a_cut_off_end_is_found_by_a_seal_that_was_kept(sealed: Database, keyring: Keyring) -> None:
    async with sealed.reading() as tx:
        kept = await newest_seal(tx, "access")
    assert kept is not None
    async with sealed.transaction() as tx:
        await tx.execute("DELETE FROM seal WHERE log = 'access' AND number = 5")
        await tx.execute("DELETE FROM access_record WHERE id NOT IN (SELECT row_id FROM seal)")

    assert await faults(sealed, keyring) == {}
    assert await faults(sealed, keyring, kept) == {"access": ("cut_off", 5)}


async def test_a_chain_that_was_made_again_is_found_by_a_seal_that_was_kept(sealed: Database, keyring: Keyring) -> None:
    async with sealed.reading() as tx:
        kept = await newest_seal(tx, "access")
    assert kept is not None
    async with sealed.transaction() as tx:
        await tx.execute("UPDATE access_record SET note = 'nothing to see'")
        await tx.execute("DELETE FROM seal WHERE log = 'access'")
        await tx.execute("DELETE FROM seal_key")
    await seal_all(sealed, keyring)

    assert (await faults(sealed, keyring, kept))["access"] == ("cut_off", 5)


async def test_what_is_no_seal_is_refused(sealed: Database, keyring: Keyring) -> None:
    with pytest.raises(SealUnreadable):
        await verdicts(sealed, keyring, "access-5-0")


async def test_another_secret_of_ours_is_no_key(sealed: Database, keyring: Keyring) -> None:
    """Whoever knows a stored secret might put its cipher text in the key's place and seal by it."""
    async with sealed.transaction() as tx:
        await tx.execute("UPDATE seal_key SET secret = $1", keyring.encrypt("a password of an inbox that I know"))

    assert (await faults(sealed, keyring))["access"] == ("seal_changed", 1)


async def test_a_new_key_breaks_no_old_seal(sealed: Database, keyring: Keyring) -> None:
    async with sealed.transaction() as tx:
        await begin_key(tx, keyring)
    await see(sealed, [new_id()])
    await seal_all(sealed, keyring)

    async with sealed.reading() as tx:
        keys = await tx.values("SELECT DISTINCT key_id FROM seal WHERE log = 'access' ORDER BY 1")
    assert (len(keys), await faults(sealed, keyring)) == (2, {})


async def test_seals_are_the_same_however_many_are_made_at_a_time(sealed: Database, keyring: Keyring) -> None:
    async def macs() -> list[bytes]:
        async with sealed.reading() as tx:
            return await tx.values("SELECT mac FROM seal ORDER BY log, number")

    at_once = await macs()
    for chunk in (1, 2, 3, 4, 7):
        async with sealed.transaction() as tx:
            await tx.execute("DELETE FROM seal")
        await seal_all(sealed, keyring, chunk)
        assert await macs() == at_once


async def test_a_slow_writer_is_sealed_behind_nobody(database: Database, keyring: Keyring) -> None:
    """Rows of a transaction that has not ended yet wait, and so does all that came after it."""
    async with database.transaction() as slow:
        await slow.execute("SELECT pg_current_xact_id()")
        await act(database)
        await seal_all(database, keyring)
        waiting = await verify(database, keyring, AUDIT, {})
    await seal_all(database, keyring)
    done = await verify(database, keyring, AUDIT, {})

    assert ((waiting.sealed, waiting.unsealed), (done.sealed, done.unsealed)) == ((0, 1), (1, 0))


async def test_of_two_that_seal_at_once_one_does(database: Database, keyring: Keyring) -> None:
    await act(database)
    async with database.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock($1)", SEALING)
        await seal_all(database, keyring)
        assert await seal(tx, keyring, AUDIT, (1, 2**62), 10) == 1


async def test_acts_from_before_there_were_seals_come_first(database: Database, keyring: Keyring) -> None:
    await act(database, "newer")
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO audit (id, at, actor_kind, act, subject, details, epoch, xid)"
            " VALUES ($1, $2, 'system', 'old', 'x', '{}', 0, 0)",
            new_id(),
            tx.now,
        )
    await seal_all(database, keyring)

    async with database.reading() as tx:
        order = await tx.values(
            "SELECT a.act FROM seal s JOIN audit a ON a.id = s.row_id WHERE s.log = 'audit' ORDER BY s.number"
        )
    assert order == ["old", "newer"]
