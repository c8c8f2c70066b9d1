"""How fast the history of another help desk comes in: an export of Zendesk, made up on the fly, into an empty database;
and how fast the same rows are written when nobody thinks about them."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.korean import Writer
from bench.results import Goal, Result
from bench.sizes import BUILD
from damso.bootstrap import open_parts
from damso.brand.create_brand import create_brand
from damso.channels.imports.files import Export
from damso.conversations.imports.begin import begin_import
from damso.conversations.imports.chunk import Source
from damso.conversations.imports.run import carry_out
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.migrations import migrate, prepare
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.settings import Settings
from damso.team.create_agent import create_agent

CONVERSATIONS = 100_000
MESSAGES = 5
GOAL = Goal("messages/s", 1_000, at_least=True)
_TABLES = ("customer", "identity", "conversation", "participant", "message", "search_entry", "care_event")


async def measure_imports(*, conversations: int = CONVERSATIONS) -> list[Result]:
    folder = BUILD / "bench-imports"
    shutil.rmtree(folder, ignore_errors=True)
    export = folder / "export"
    export.mkdir(parents=True)
    _write(export, conversations)
    try:
        async with EmbeddedPostgres(folder / "data") as server:
            await migrate(server.dsn)
            async with open_parts(Settings(data=folder / "data"), server.dsn) as parts:
                await prepare(parts.database)
                return [await _bring(parts.database, parts.keyring, export, conversations), await _copy(parts.database)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _bring(database: Database, keyring: Keyring, export: Path, conversations: int) -> Result:
    async with database.transaction() as tx:
        await create_brand(tx, "Moonlight")
        for number in range(10):
            await create_agent(tx, name=f"Agent {number}", email=f"agent{number}@moonlight.example")
        run_id = await begin_import(tx, Source("zendesk"), export, Export(export), {})
    times: list[float] = []
    started = last = time.perf_counter()

    def note(_: int) -> None:
        nonlocal last
        now = time.perf_counter()
        times.append(now - last)
        last = now

    run = await carry_out(database, keyring, run_id, note)
    took = time.perf_counter() - started
    messages = run.counts["message"]["new"]
    assert run.counts["conversation"]["new"] == conversations, run.counts
    slow = sorted(times)[int(len(times) * 0.95)]
    size = f"{conversations:,} conversations, {messages:,} messages in {took:.0f} s"
    told = f"{size}; 95 % of chunks read and written in {slow * 1000:.0f} ms"
    return Result("an export brought in", {"messages/s": messages / took}, GOAL, told)


async def _copy(database: Database) -> Result:
    """The same rows into tables with the same indexes in one statement each: what no import can beat."""
    async with database.reading() as tx:
        copies = {table: await tx.value(f"SELECT count(*) FROM {table}") for table in _TABLES}
        started = time.perf_counter()
        for table in _TABLES:
            await tx.execute(f"CREATE TEMP TABLE t_{table} (LIKE {table} INCLUDING ALL)")
            await tx.execute(f"INSERT INTO t_{table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}")
        took = time.perf_counter() - started
    rate = copies["message"] / took
    return Result("the same rows, merely copied", {"messages/s": rate}, None, f"{sum(copies.values()):,} rows")


def _write(folder: Path, conversations: int) -> None:
    with (folder / "users.json").open("wb") as file:
        file.writelines(_lines(_users(conversations)))
    with (folder / "tickets.json").open("wb") as file:
        file.writelines(_lines(_tickets(conversations)))


def _lines(records: Iterator[dict[str, object]]) -> Iterator[bytes]:
    for record in records:
        yield msgspec.json.encode(record) + b"\n"


def _users(conversations: int) -> Iterator[dict[str, object]]:
    write = Writer(21)
    for number in range(10):
        yield {"id": number, "name": f"Agent {number}", "email": f"agent{number}@moonlight.example", "role": "agent"}
    for number in range(conversations * 6 // 10):
        yield {
            "id": 1_000 + number,
            "name": write.name(),
            "email": f"customer{number}@mail.example",
            "phone": f"010-{2000 + number // 10_000 % 8000:04}-{number % 10_000:04}" if number % 3 else None,
            "role": "end-user",
            "user_fields": {"plan": "gold"},
            "updated_at": "2024-05-01T00:00:00Z",
        }


def _tickets(conversations: int) -> Iterator[dict[str, object]]:
    write = Writer(22)
    for number in range(conversations):
        person = 1_000 + number % (conversations * 6 // 10)
        at = f"{2022 + number * 3 // conversations}-{1 + number % 12:02}-{1 + number % 28:02}T{number % 24:02}"
        yield {
            "id": number + 1,
            "subject": write.customer()[:40],
            "status": ("closed", "closed", "solved", "open", "pending")[number % 5],
            "priority": "normal",
            "requester_id": person,
            "assignee_id": number % 10,
            "tags": ["delivery"] if number % 3 else [],
            "via": {"channel": "email" if number % 2 else "chat"},
            "created_at": f"{at}:00:00Z",
            "updated_at": f"{at}:30:00Z",
            "comments": [
                {
                    "id": number * MESSAGES + place + 1_000_000,
                    "author_id": number % 10 if place % 2 else person,
                    "public": place != 3,
                    "plain_body": write.customer(),
                    "created_at": f"{at}:{place:02}:00Z",
                }
                for place in range(MESSAGES)
            ],
        }
