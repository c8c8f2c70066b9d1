"""`damso migrate`, `web` and `worker` on a database of the company's own."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.databases import fresh_database
from tests.processes import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
async def empty(postgres_server: str, tmp_path: Path) -> AsyncIterator[Terminal]:
    """A terminal on a database without any table."""
    async with fresh_database(postgres_server, "template1") as address:
        yield Terminal(tmp_path / "data", DAMSO_DATABASE_URL=address)


@pytest.mark.parametrize("command", ["web", "worker"])
def test_own_database_has_to_be_named(nothing: Terminal, command: str) -> None:
    refused = nothing.run(command)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Put the address of a PostgreSQL into DAMSO_DATABASE_URL")


def test_unmigrated_database_is_told_what_to_run(empty: Terminal) -> None:
    refused = empty.run("worker", DAMSO_LOCALE="ko")
    assert refused.returncode == 1
    assert "`damso migrate`" in refused.stderr


def test_migrate_makes_schema_and_key_and_has_nothing_to_do_the_second_time(empty: Terminal) -> None:
    assert empty.result("migrate")["changed"]
    assert (empty.folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert not empty.result("migrate")["changed"]


def test_database_that_is_away_is_told_in_a_sentence_without_its_password(nothing: Terminal) -> None:
    away = "postgresql://damso:secret-word@127.0.0.1:1/damso"
    refused = nothing.run("worker", DAMSO_DATABASE_URL=away)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The database cannot be reached.")
    assert "secret-word" not in refused.stderr


def test_setting_of_the_wrong_kind_is_named(nothing: Terminal) -> None:
    refused = nothing.run("serve", DAMSO_PORT="eighty")
    assert refused.returncode == 1
    assert "DAMSO_" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_two_web_processes_share_one_database(elsewhere: Terminal) -> None:
    with elsewhere.server("web") as one, elsewhere.server("web") as other:
        token = elsewhere.result("owner", "link")["link"].partition("#")[2]
        owner = {"token": token, "company": "Corner Shop", "name": "Noa", "email": "noa@shop.example", "locale": "en"}
        one.post("/api/setup", owner | {"password": "correct horse battery"})
        assert other.get("/api/setup") == {"needed": False, "demo": False}
        assert one.interrupt() == other.interrupt() == 0


def test_worker_is_seen_by_the_doctor_and_stops_when_told(elsewhere: Terminal) -> None:
    def workers() -> str:
        found = json.loads(elsewhere.run("doctor", "--json").stdout)["findings"]
        return str(next(finding["state"] for finding in found if finding["about"] == "worker"))

    assert workers() == "warning"
    with elsewhere.process("worker") as worker:
        wait_until(lambda: "Background work has begun." in worker.said, what="the worker's beginning")
        wait_until(lambda: workers() == "ok", what="a worker that the doctor sees")
        assert worker.interrupt() == 0
