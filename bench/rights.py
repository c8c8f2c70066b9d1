"""What it costs to ask who may: `python -m bench.rights postgresql://…`, on an empty database of its own.

The check by itself (guard and limits, in our own process), and a list of 50 conversations as it is read for somebody
without limits and for somebody limited to a brand, an inbox and a team, beside each other. All of the list is in reach,
so that what differs is the check and not the work.
"""

import sys
import time
from collections.abc import Callable

from bench.statement_cost import cost, fill
from damso.conversations.rows import Filter, list_rows
from damso.kernel.database import open_database
from damso.kernel.ids import new_id
from damso.kernel.migrations import migrate, prepare
from damso.team.access import UNLIMITED, Caller, Limits, allowed, limits_of

REPEATS = 500
OPEN = Filter(status=["open"])


def agent(limits: Limits) -> Caller:
    return Caller(permissions=allowed("agent", limits), locale="ko", agent_id=new_id(), role="agent", limits=limits)


def microseconds(work: Callable[[], object], repeats: int = 20_000) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - started) / repeats * 1e6


async def main(dsn: str) -> None:
    await migrate(dsn)
    database = await open_database(dsn)
    await prepare(database)
    some = await fill(database)
    async with database.transaction() as tx:
        row = await tx.row("SELECT brand_id, inbox_id FROM conversation WHERE id = $1", some)
        assert row is not None
        team = new_id()
        await tx.execute("INSERT INTO team (id, name, created_at) VALUES ($1, 'Bench', $2)", team, tx.now)
        await tx.execute("UPDATE conversation SET team_id = $1", team)
    limited = Limits(brands=(row["brand_id"],), inboxes=(row["inbox_id"],), teams=(team,))
    stored = {"brands": [str(row["brand_id"])], "inboxes": [str(row["inbox_id"])], "teams": [str(team)]}
    for name, limits, kept in (("without limits", UNLIMITED, {}), ("with limits", limited, stored)):
        caller = agent(limits)
        check = microseconds(lambda caller=caller, kept=kept: (limits_of(kept), caller.may("conversations.read")))  # type: ignore[misc]
        async with database.reading() as tx:
            cpu, clock = await cost(lambda tx=tx, caller=caller: list_rows(tx, OPEN, caller), REPEATS)  # type: ignore[misc]
        print(f"{name:15} check {check:6.1f} µs, a list of 50: {cpu:6.0f} µs CPU {clock:6.0f} µs")
    await database.close()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1]))
