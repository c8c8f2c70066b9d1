"""Stopping, going on, doing it again, and a second export that tells more."""

import asyncio
import json
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damso.channels.imports.products import PRODUCTS
from damso.channels.imports.types import Vendor
from damso.conversations.imports import run as importing
from damso.kernel.crypto import Keyring
from damso.kernel.database import open_database
from damso.kernel.migrations import prepare
from tests.cli.terminal import COMMAND, Terminal
from tests.clock import ManualClock
from tests.databases import fresh_database
from tests.imports.conftest import Mover, make_mover
from tests.processes import REPOSITORY

_STATE = (
    "SELECT subject, status, preview, last_message_at, waiting_since FROM conversation ORDER BY 1, 4",
    "SELECT kind, direction, author_kind, text, external_id, position_at FROM message ORDER BY external_id",
    "SELECT kind, value, name, proof FROM identity WHERE kind <> 'internal' ORDER BY 1, 2",
    """SELECT array_agg(value ORDER BY value) AS addresses FROM identity WHERE kind <> 'internal'
    GROUP BY customer_id ORDER BY 1""",
    "SELECT i.value, t.key, t.value AS now FROM trait_change t JOIN identity i ON i.id = t.identity_id ORDER BY 1, 2",
    "SELECT i.value, t.kind, t.value AS said FROM claim t JOIN identity i ON i.id = t.identity_id ORDER BY 1, 2",
    "SELECT kind, external_id, digest FROM imported_record ORDER BY 1, 2",
    "SELECT count(*) FROM search_entry",
    "SELECT name, count(*) FROM care_event WHERE name LIKE '%.imported' GROUP BY 1 ORDER BY 1",
    "SELECT counts FROM import_run WHERE state = 'done' ORDER BY id LIMIT 1",
)


async def state_of(mover: Mover) -> list[Any]:
    """All that an import leaves, without the ids that differ each time."""
    return [await mover.rows(sql) for sql in _STATE]


class Killed(BaseException):
    """The process died here."""


async def _dies_after(mover: Mover, vendor: Vendor, items: int) -> None:
    def watch(done: int) -> None:
        if done >= items:
            raise Killed

    with suppress(Killed):
        await importing.carry_out(mover.database, mover.keyring, await mover.begins(vendor), watch)


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ["zendesk", "chatwoot"])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 8), deaths=st.lists(st.integers(1, 30), max_size=4))
async def test_wherever_it_dies_the_same_is_there_in_the_end(
    postgres_server: str,
    template_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vendor: Vendor,
    size: int,
    deaths: list[int],
) -> None:
    states = []
    for plan in ([], deaths):
        async with fresh_database(postgres_server, template_database) as dsn:
            database = await open_database(dsn, clock=ManualClock())
            await prepare(database)
            mover = await make_mover(database, Keyring(bytes(32)), tmp_path)
            monkeypatch.setattr(importing, "FIRST", size if plan else 400)
            monkeypatch.setattr(importing, "LARGEST", size if plan else 400)
            for death in plan:
                await _dies_after(mover, vendor, death)
            assert (await mover.brings(vendor)).state == "done"
            states.append(await state_of(mover))
            await database.close()
    assert states[0] == states[1]


@pytest.mark.parametrize("vendor", PRODUCTS)
async def test_nothing_is_doubled_when_it_is_done_again(mover: Mover, vendor: Vendor) -> None:
    await mover.brings(vendor)
    first = await state_of(mover)

    again = await mover.brings(vendor)

    assert await state_of(mover) == first
    assert all("new" not in states and "changed" not in states for states in again.counts.values())


def _rewrite(path: Path, ticket: int, **changed: Any) -> None:
    """Let a later export tell something else of a ticket."""
    lines = [json.loads(line) for line in (path / "tickets.json").read_text().splitlines()]
    lines = [line | changed if line["id"] == ticket else line for line in lines]
    (path / "tickets.json").write_text("\n".join(map(json.dumps, lines)))


async def test_a_later_export_brings_only_what_is_new_or_changed(mover: Mover) -> None:
    await mover.brings("zendesk")
    comments = [
        {"id": 21, "author_id": 102, "public": True, "body": "I want it back", "created_at": "2022-02-01T09:00:00Z"},
        {"id": 23, "author_id": 102, "public": True, "body": "Not yet!", "created_at": "2022-02-04T09:00:00Z"},
    ]
    _rewrite(mover.export("zendesk"), 2, status="open", comments=comments)

    run = await mover.brings("zendesk")

    assert run.counts["conversation"] == {"same": 2, "changed": 1, "refused": 3}
    assert run.counts["message"] == {"same": 5, "changed": 1, "new": 1}
    [case] = await mover.rows("SELECT status, preview, resolved_at FROM conversation WHERE subject = 'Refund'")
    assert case == {"status": "open", "preview": "Not yet!", "resolved_at": None}


async def test_what_was_changed_here_stays_as_it_is(mover: Mover) -> None:
    await mover.brings("zendesk")
    async with mover.database.transaction() as tx:
        await tx.execute("UPDATE conversation SET priority = 'urgent' WHERE subject = 'Refund'")
    _rewrite(mover.export("zendesk"), 2, priority="low", status="pending")

    run = await mover.brings("zendesk")

    [case] = await mover.rows("SELECT status, priority FROM conversation WHERE subject = 'Refund'")
    assert case == {"status": "pending", "priority": "urgent"}
    problems = await mover.rows(
        "SELECT external_id FROM import_problem WHERE run_id = $1 AND code = 'CHANGED_HERE'", run.id
    )
    assert problems == [{"external_id": "2"}]


async def test_somebody_told_it_to_stop(mover: Mover) -> None:
    run_id = await mover.begins("zendesk")
    async with mover.database.transaction() as tx:
        await tx.execute("UPDATE import_run SET state = 'stopped' WHERE id = $1", run_id)

    assert (await mover.brings("zendesk")).id == run_id


@pytest.mark.slow
async def test_a_killed_process_is_gone_on_with(mover: Mover, dsn: str, tmp_path: Path) -> None:
    export = tmp_path / "many"
    export.mkdir()
    with (export / "tickets.json").open("w") as file:
        for number in range(1, 1501):
            at = f"2024-01-{1 + number % 28:02}T10:00:00Z"
            comment = {"id": number, "author_id": number % 50, "body": f"말 {number}", "created_at": at, "public": True}
            ticket = {"id": number, "requester_id": number % 50, "created_at": at, "comments": [comment]}
            file.write(json.dumps(ticket) + "\n")
    terminal = Terminal(tmp_path / "data", DAMSO_DATABASE_URL=dsn)
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "import", "zendesk", str(export), cwd=REPOSITORY, env=terminal._environ, stderr=subprocess.DEVNULL
    )

    async def done() -> int:
        return sum(row["position"] for row in await mover.rows("SELECT position FROM import_run"))  # type: ignore[misc]

    while not await done():
        assert process.returncode is None
        await asyncio.sleep(0.01)
    process.kill()
    assert await process.wait() == -signal.SIGKILL

    report = terminal.result("import", "zendesk", export)

    assert report["state"] == "done"
    assert report["counts"]["conversation"] == {"new": 1500}
    assert report["counts"]["message"] == {"new": 1500}
    assert await mover.rows("SELECT count(*) AS n FROM message") == [{"n": 1500}]
    assert terminal.result("import", "zendesk", export)["counts"]["message"] == {"same": 1500}
