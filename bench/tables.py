"""How fast a company's own tables come in: customers, then what they did, from CSV files into an empty database.

For reference the rows that came of it are written once more, by one statement a table, into tables of the same shape.
"""

import random
import shutil
import time
from pathlib import Path

from bench.korean import Writer
from bench.results import Goal, Result
from bench.sizes import BUILD
from bench.world import cpu_seconds
from damso.bootstrap import Parts, contact_rules_of, open_parts
from damso.brand.create_brand import create_brand
from damso.conversations.tables.begin import begin_table, open_run, set_running, table_run
from damso.conversations.tables.carry import carry_table
from damso.conversations.tables.mapping import check_mapping
from damso.conversations.tables.open_table import fingerprint, open_table
from damso.conversations.tables.propose import proposed_mapping
from damso.conversations.tables.types import TableKind
from damso.kernel.log import SYSTEM
from damso.kernel.migrations import migrate, prepare
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.settings import Settings

CUSTOMERS, EVENTS = 100_000, 500_000
GOALS: dict[TableKind, Goal] = {
    "customers": Goal("rows/s", 1_000, at_least=True),
    "events": Goal("rows/s", 3_000, at_least=True),
}
_TABLES: dict[TableKind, tuple[str, ...]] = {
    "customers": ("customer", "customer_search", "identity", "trait_change", "care_event"),
    "events": ("tracked_event", "event_key"),
}


async def measure_tables(*, customers: int = CUSTOMERS, events: int = EVENTS) -> list[Result]:
    folder = BUILD / "bench-tables"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write(folder, customers, events)
    try:
        async with EmbeddedPostgres(folder / "data") as server:
            await migrate(server.dsn)
            async with open_parts(Settings(data=folder / "data"), server.dsn) as parts:
                await prepare(parts.database)
                async with parts.database.transaction() as tx:
                    await create_brand(tx, "Moonlight")
                assert server.pid is not None
                return [
                    await _bring(parts, server.pid, "customers", folder / "customers.csv"),
                    await _bare(parts, "customers", customers),
                    await _bring(parts, server.pid, "customers", folder / "again.csv", again=True),
                    await _bring(parts, server.pid, "events", folder / "events.csv"),
                    await _bare(parts, "events", events),
                ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _bring(parts: Parts, postgres: int, kind: TableKind, path: Path, *, again: bool = False) -> Result:
    table = open_table(path)
    mapping = check_mapping(kind, proposed_mapping(kind, table), table.columns)
    async with parts.database.transaction() as tx:
        run = await table_run(tx, await begin_table(tx, kind, path, fingerprint(path), mapping, "", SYSTEM))
    started, own, theirs = time.perf_counter(), time.process_time(), cpu_seconds(postgres)
    opened = await open_run(parts.database, parts.keyring, contact_rules_of(parts), run, path, make=True)
    position = await set_running(parts.database, run, opened.fingerprint)
    done: list[int] = []
    await carry_table(parts.database, run.id, opened.bringing, opened.table, path.name, done.append, position=position)
    took, own, theirs = time.perf_counter() - started, time.process_time() - own, cpu_seconds(postgres) - theirs
    cost = f"CPU for each: ours {own / done[-1] * 1e6:.0f} µs, database {theirs / done[-1] * 1e6:.0f} µs"
    note = f"{done[-1]:,} rows in {took:.0f} s, {len(done):,} transactions; {cost}"
    what = f"a table of {kind}" + (", again" if again else "")
    return Result(what, {"rows/s": done[-1] / took}, None if again else GOALS[kind], note)


async def _bare(parts: Parts, kind: TableKind, rows: int) -> Result:
    async with parts.database.transaction() as tx:
        for table in _TABLES[kind]:
            await tx.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        started = time.perf_counter()
        for table in _TABLES[kind]:
            await tx.execute(f"INSERT INTO bare_{table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}")
    took = time.perf_counter() - started
    return Result(f"the same rows of {kind}, bare, for reference", {"rows/s": rows / took}, None, f"{took:.1f} s")


def _write(folder: Path, customers: int, events: int) -> None:
    """`again.csv` has the customers once more, and nothing new."""
    write, some = Writer(31), random.Random(32)
    with (folder / "customers.csv").open("w") as file:
        file.write("회원번호,이름,휴대폰,이메일,생년월일,등급,적립금\n")
        for n in range(customers):
            phone = f"010-{2000 + n // 10_000 % 8000:04}-{n % 10_000:04}"
            born = f"{1950 + n % 50}-{1 + n % 12:02}-{1 + n % 28:02}"
            file.write(
                f"M-{n},{write.name()},{phone},p{n}@mail.example,{born},{'VIP' if n % 7 == 0 else '일반'},{n % 5000}\n"
            )
    (folder / "again.csv").write_text((folder / "customers.csv").read_text() + "\n")
    names = ("Product Viewed", "Product Added", "Page Viewed", "Order Completed", "검색")
    with (folder / "events.csv").open("w") as file:
        file.write("일시,회원번호,이벤트,금액,상품코드\n")
        for n in range(events):
            whose = int(some.paretovariate(1.1) * 50) % customers
            at = f"2026-0{1 + n % 9}-{1 + n % 28:02} {n % 24:02}:{n % 60:02}:00"
            file.write(f"{at},M-{whose},{names[n % 5]},{n % 90_000},A-{n % 3000}\n")
