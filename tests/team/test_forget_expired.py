"""What has run out is deleted, and nothing else."""

from datetime import timedelta

from damso.kernel.database import Database
from damso.kernel.timers import run_due
from damso.team.forget_expired import CHUNK, ForgetExpired
from damso.team.links import make_entry_link
from tests.clock import ManualClock
from tests.team.people import Person


async def counts(database: Database) -> tuple[int, int, int]:
    async with database.reading() as tx:
        row = await tx.row(
            "SELECT (SELECT count(*) FROM failed_try), (SELECT count(*) FROM session),"
            " (SELECT count(*) FROM entry_link)"
        )
    assert row is not None
    return row[0], row[1], row[2]


async def test_everything_goes_when_its_time_has_come(database: Database, agent: Person, clock: ManualClock) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO failed_try (subject, at) SELECT 'x', $1 FROM generate_series(1, $2)", tx.now, 2 * CHUNK + 1
        )
        await make_entry_link(tx, agent.id, "sign_in", timedelta(minutes=15))
    timer = ForgetExpired()
    await run_due(database, [timer])
    assert await counts(database) == (2 * CHUNK + 1, 1, 1)
    clock.advance(timedelta(days=1))
    await run_due(database, [timer])
    assert await counts(database) == (0, 1, 1)
    clock.advance(timedelta(days=13))
    await run_due(database, [timer])
    assert await counts(database) == (0, 0, 1)
    clock.advance(timedelta(days=17))
    await run_due(database, [timer])
    assert await counts(database) == (0, 0, 0)
