"""Killed at any step of writing, joining, rewriting or clearing up: nothing is lost, nothing doubled."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damso.customers.dimensions import IDENTITY
from damso.kernel.database import Database
from damso.kernel.erasure import Person
from damso.kernel.ids import new_id
from damso.lake.erase import LakeEraser
from damso.lake.keep import keep, writing
from damso.lake.rebuild import rebuild_all
from damso.lake.store import FolderStore
from damso.lake.types import GRACE
from tests.clock import ManualClock
from tests.lake.conftest import DAY, Write, in_lake, logged
from tests.lake.cutting import Cut, CuttingStore

LONG = GRACE + timedelta(seconds=1)
ACTS = st.sampled_from(["few", "many", "day", "wait", "erase", "rebuild"])
STORIES = st.lists(st.tuples(ACTS, st.integers(0, 30)), min_size=1, max_size=6)


class Acting:
    """Does things in the log, as one person after the other: who was erased never comes back under the same number."""

    def __init__(self, database: Database, write: Write, clock: ManualClock) -> None:
        self._database = database
        self._write = write
        self._clock = clock
        self._person = 1

    async def act(self, act: str) -> None:
        match act:
            case "few":
                await self._write(2, identity_id=self._person)
                await self._write(1, stream="care", identity_id=self._person)
            case "many":
                await self._write(9, identity_id=self._person)
            case "day":
                self._clock.advance(DAY)
            case "wait":
                self._clock.advance(LONG)
            case "erase":
                await self._erase()

    async def _erase(self) -> None:
        """As the lane of erasures does, in one transaction: the log forgets, and the lake is told."""
        async with self._database.transaction() as tx:
            gone = Person(erasure_id=new_id(), customer_ids=(), identity_ids=(self._person,), since=tx.now - 30 * DAY)
            await tx.execute("DELETE FROM tracked_event WHERE identity_id = $1", self._person)
            await LakeEraser().erase(tx, gone)
        self._person += 1


async def _round(act: str, database: Database, store: FolderStore) -> None:
    await keep(database, store, (IDENTITY,))
    if act == "rebuild":
        async with writing(database, store) as book:
            await rebuild_all(database, book)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=STORIES)
async def test_whatever_is_cut_off_the_lake_holds_what_the_log_holds(
    database: Database, tmp_path: Path, write: Write, clock: ManualClock, story: list[tuple[str, int]]
):
    acting, folder = Acting(database, write, clock), Path(mkdtemp(dir=tmp_path))
    for act, steps in story:
        await acting.act(act)
        with suppress(Cut):
            await _round(act, database, CuttingStore(folder, steps))
        assert await in_lake(database, FolderStore(folder), tail=True) == await logged(database)
    await keep(database, FolderStore(folder), (IDENTITY,))
    assert await in_lake(database, FolderStore(folder)) == await logged(database)
    async with database.transaction() as tx:
        await tx.execute("TRUNCATE care_event, tracked_event, lake_erasure")
