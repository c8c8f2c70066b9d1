"""The process that keeps the lake, for one round: what packs and joins files is loaded here and nowhere else, and its
memory goes with it. Ends with whoever started it; being cut off anywhere is allowed.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence

import msgspec
import pyarrow as pa
from msgspec import Struct

from damso.kernel.database import open_database
from damso.kernel.dimensions import Dimension
from damso.lake.keep import Kept, keep
from damso.lake.manifest import LakeBusy
from damso.lake.open import store_at

NICE = 5
"""Customers who wait come first."""


class Job(Struct, frozen=True, kw_only=True):
    """What the child is told, as a line on its standard input."""

    dsn: str
    url: str
    dimensions: Sequence[Dimension]


class Outcome(Struct, frozen=True, kw_only=True):
    """What it answers. `fault` is the name of an error: what it says may quote a row."""

    kept: Kept | None = None
    busy: bool = False
    fault: str = ""


async def do_round(job: Job) -> Outcome:
    try:
        database = await open_database(job.dsn, pool_size=3)
        try:
            return Outcome(kept=await keep(database, store_at(job.url), job.dimensions))
        finally:
            await database.close()
    except LakeBusy:
        return Outcome(busy=True)
    except Exception as error:
        return Outcome(fault=type(error).__name__)


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(NICE)
    pa.set_memory_pool(pa.system_memory_pool())  # which gives back what is not needed any more
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    outcome = asyncio.run(do_round(job))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
    sys.stdout.buffer.flush()
    os._exit(0)  # the thread that waits for the parent would hold us


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
