"""Who was erased stays erased, however old the backup is that was restored."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from damso.kernel.backup_folder import open_existing
from damso.kernel.database import Database, Transaction
from damso.kernel.erasure_list import (
    Erasure,
    ErasureList,
    ErasureListUnreadable,
    ErasureUnknown,
    begin_erasure,
    replay_erasures,
)
from tests.clock import ManualClock
from tests.kernel.backups import RECOVERY, Place


class Guestbook:
    """A room with one table of names, which can forget one."""

    async def sign(self, database: Database, *names: str) -> None:
        async with database.transaction() as tx:
            await tx.execute("CREATE TABLE IF NOT EXISTS guest (name text)")
            await tx.execute("INSERT INTO guest SELECT unnest($1::text[])", list(names))

    async def names(self, database: Database) -> list[str]:
        async with database.reading() as tx:
            return await tx.values("SELECT name FROM guest ORDER BY name")

    async def erase(self, database: Database, listed: ErasureList, name: str) -> Erasure:
        """As a room does it: written down first, then carried out."""
        erasure = Erasure(id=uuid4(), at=database.clock.now(), subjects=(f"guest:{name}",))
        listed.add([erasure])
        async with database.transaction() as tx:
            await begin_erasure(tx, erasure.id)
            await self.replay(tx, erasure)
        return erasure

    async def replay(self, tx: Transaction, erasure: Erasure) -> bool:
        names = [subject.removeprefix("guest:") for subject in erasure.subjects if subject.startswith("guest:")]
        await tx.execute("DELETE FROM guest WHERE name = ANY ($1)", names)
        return bool(names)


@pytest.fixture
def listed(tmp_path: Path) -> ErasureList:
    return ErasureList(tmp_path / "data" / "erasures.jsonl")


def erasure_of(subject: str, clock: ManualClock, number: int = 1) -> Erasure:
    return Erasure(id=UUID(int=number), at=clock.now(), subjects=(subject,))


async def test_what_an_old_backup_brought_back_is_erased_again(database: Database, listed: ErasureList) -> None:
    book = Guestbook()
    await book.sign(database, "Mina Example", "Noah Example")
    await book.erase(database, listed, "Mina Example")
    async with database.transaction() as tx:  # an older backup, restored by any means, knows nothing of it
        await tx.execute("DELETE FROM erasure_done")
    await book.sign(database, "Mina Example")

    assert await replay_erasures(database, listed.read(), [book]) == 1
    assert await book.names(database) == ["Noah Example"]
    assert await replay_erasures(database, listed.read(), [book]) == 0


async def test_who_comes_back_after_an_erasure_is_not_erased_by_the_next_start(
    database: Database, listed: ErasureList
) -> None:
    book = Guestbook()
    await book.sign(database, "Mina Example")
    await book.erase(database, listed, "Mina Example")
    await book.sign(database, "Mina Example")
    assert await replay_erasures(database, listed.read(), [book]) == 0
    assert await book.names(database) == ["Mina Example"]


async def test_erasure_that_a_crash_interrupted_is_carried_out_by_the_next_start(
    database: Database, listed: ErasureList, clock: ManualClock
) -> None:
    book = Guestbook()
    await book.sign(database, "Mina Example")
    listed.add([erasure_of("guest:Mina Example", clock)])
    assert await replay_erasures(database, listed.read(), [book]) == 1
    assert await book.names(database) == []


async def test_entry_that_nobody_understands_stops_everything(database: Database, clock: ManualClock) -> None:
    unknown = erasure_of("spaceship:Mina Example", clock)
    for _ in range(2):
        with pytest.raises(ErasureUnknown):
            await replay_erasures(database, [unknown], [])


async def test_backup_takes_the_list_along_and_a_restore_joins_all_it_finds(
    shop: Place, empty: Place, tmp_path: Path, clock: ManualClock
) -> None:
    first, second, third = (erasure_of("guest:x", clock, number) for number in (1, 2, 3))
    await shop.backup(tmp_path / "backups")
    (old,) = (tmp_path / "backups" / "runs").iterdir()
    ErasureList(shop.files.erasures).add([first])
    clock.advance(timedelta(days=1))
    await shop.backup(tmp_path / "backups")
    ErasureList(empty.files.erasures).add([second])

    await empty.restore(tmp_path / "backups", old.name, erasures=[third])
    assert {erasure.id for erasure in ErasureList(empty.files.erasures).read()} == {first.id, second.id, third.id}


async def test_backup_of_a_lost_data_folder_forgets_nobody(shop: Place, tmp_path: Path, clock: ManualClock) -> None:
    ErasureList(shop.files.erasures).add([erasure_of("guest:x", clock)])
    await shop.backup(tmp_path / "backups")
    shop.files.erasures.unlink()
    clock.advance(timedelta(days=1))
    await shop.backup(tmp_path / "backups")
    assert len(open_existing(tmp_path / "backups", RECOVERY).erasures()) == 1


def test_entry_is_written_once(listed: ErasureList, clock: ManualClock) -> None:
    entry = erasure_of("guest:x", clock)
    listed.add([entry])
    listed.add([entry, erasure_of("guest:y", clock, 2)])
    assert [erasure.subjects for erasure in listed.read()] == [("guest:x",), ("guest:y",)]


def test_line_that_a_crash_cut_short_harms_no_other(listed: ErasureList, tmp_path: Path, clock: ManualClock) -> None:
    file = tmp_path / "data" / "erasures.jsonl"
    listed.add([erasure_of("guest:x", clock)])
    with file.open("ab") as opened:
        opened.write(b'{"id": "0000')
    listed.add([erasure_of("guest:y", clock, 2)])
    assert len(listed.read()) == 2


def test_line_that_was_tampered_with_is_told(listed: ErasureList, tmp_path: Path, clock: ManualClock) -> None:
    listed.add([erasure_of("guest:x", clock)])
    with (tmp_path / "data" / "erasures.jsonl").open("ab") as opened:
        opened.write(b'{"id": "nobody"}\n')
    with pytest.raises(ErasureListUnreadable) as told:
        listed.read()
    assert told.value.fields["line"] == 2


def test_list_is_for_nobody_else_to_read(listed: ErasureList, tmp_path: Path, clock: ManualClock) -> None:
    listed.add([erasure_of("guest:x", clock)])
    assert (tmp_path / "data" / "erasures.jsonl").stat().st_mode & 0o777 == 0o600
