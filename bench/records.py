"""What the records cost: `python -m bench.records postgresql://…`, on an empty database of its own.

What a list of 50 waits for, what a view of one customer waits for, and what writing, sealing and verifying a row takes.
"""

import sys
import time

from damso.kernel.crypto import Keyring
from damso.kernel.database import open_database
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, horizon
from damso.kernel.migrations import migrate, prepare
from damso.team.records.access_log import AccessLog, look
from damso.team.records.chain import ACCESS
from damso.team.records.seal import seal
from damso.team.records.verify import verify
from damso.team.records.witness import Witness

ROWS = 20_000
VIEWS = 300
CUSTOMERS = [new_id() for _ in range(50)]
AGENT = Actor("agent", str(new_id()))


async def main(dsn: str) -> None:
    await migrate(dsn)
    database = await open_database(dsn)
    await prepare(database)
    log = AccessLog(database)
    witness = Witness(log, AGENT, None, "list_conversations")
    keyring = Keyring(b"a master key for benches, 32 byte")

    started = time.perf_counter()
    for _ in range(ROWS):
        witness.listed(CUSTOMERS)
    _say("a list of 50 waits", started, ROWS)

    started = time.perf_counter()
    await log.flush()
    _say("writing a row in a batch", started, ROWS)

    started = time.perf_counter()
    for _ in range(VIEWS):
        await log.write_at_once(look(log.now(), AGENT, None, "viewed", "get_customer", CUSTOMERS[:1]))
    _say("a view of one customer waits", started, VIEWS)

    started, count = time.perf_counter(), 1
    while count:
        async with database.transaction() as tx:
            below = await horizon(tx)
            count = await seal(tx, keyring, ACCESS, (below.epoch, below.xid), 300)
    _say("sealing a row", started, ROWS + VIEWS)

    started = time.perf_counter()
    verdict = await verify(database, keyring, ACCESS, {})
    assert verdict.sound, verdict
    _say("verifying a row", started, verdict.sealed)
    await database.close()


def _say(what: str, started: float, count: int) -> None:
    print(f"{what:30} {(time.perf_counter() - started) / count * 1e6:8.1f} µs")


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1]))
