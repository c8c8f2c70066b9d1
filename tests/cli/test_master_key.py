"""`damso master-key` and `damso agent`."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from damso.kernel.database import Database
from damso.kernel.key_file import read_keys
from damso.kernel.log import SYSTEM
from damso.team.create_agent import create_agent
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.slow

CONFIG = {"address": "help@shop.example", "imap_host": "x.invalid", "smtp_host": "x.invalid", "password": "secret"}


def states(terminal: Terminal) -> dict[str, str]:
    findings = json.loads(terminal.run("doctor", "--json").stdout)["findings"]
    return {finding["about"]: finding["state"] for finding in findings}


def test_a_key_is_rotated_and_the_old_one_dropped(shop: Terminal) -> None:
    assert shop.run("inbox", "add", "email", "--config", "-", "--force", typed=json.dumps(CONFIG)).returncode == 0
    key_file: Path = shop.folder / "secret.key"
    before = key_file.read_text()
    rotated = shop.run("master-key", "rotate")
    assert "1 stored secrets" in rotated.stdout, rotated.stderr
    assert len(read_keys(key_file)) == 2
    found = states(shop)
    assert (found["key age"], found["old keys"]) == ("ok", "warning")
    assert found["inbox help@shop.example"] == "broken"  # read, and not reached
    refused = shop.run("master-key", "drop-old")
    assert (refused.returncode, "--now" in refused.stderr) == (1, True)
    assert "1 old keys are gone." in shop.run("master-key", "drop-old", "--now").stdout
    assert before.split()[0] not in key_file.read_text()
    assert "old keys" not in states(shop)


def test_a_key_that_is_used_is_not_dropped(shop: Terminal) -> None:
    shop.run("inbox", "add", "email", "--config", "-", "--force", typed=json.dumps(CONFIG))
    key_file = shop.folder / "secret.key"
    old = key_file.read_text().split()[0]
    key_file.write_text(f"{'A' * 43} 2020-01-01\n{old} 2019-01-01\n")
    refused = shop.run("master-key", "drop-old", "--now")
    assert refused.returncode == 1
    assert "1 stored secrets" in refused.stderr
    assert states(shop)["key age"] == "warning"


async def test_who_changes_the_key_is_in_the_audit_log(elsewhere: Terminal, database: Database) -> None:
    for words in ("rotate",), ("drop-old", "--now"):
        done = elsewhere.run("master-key", *words)
        assert done.returncode == 0, done.stderr
    async with database.reading() as tx:
        rows = await tx.rows("SELECT act, actor_kind FROM audit WHERE act LIKE 'master\\_key.%' ORDER BY at")
    assert [tuple(row) for row in rows] == [
        ("master_key.rotated", SYSTEM.kind),
        ("master_key.old_dropped", SYSTEM.kind),
    ]


async def test_a_lost_second_factor_is_reset(elsewhere: Terminal, database: Database) -> None:
    async with database.transaction() as tx:
        owner: UUID = await create_agent(tx, name="Haneul", email="haneul@shop.example", role="owner")
        await tx.execute(
            "INSERT INTO second_factor (agent_id, secret, created_at, confirmed_at) VALUES ($1, 'x', $2, $2)",
            owner,
            tx.now,
        )
    unknown = elsewhere.run("agent", "reset-second-factor", "nobody@shop.example")
    assert (unknown.returncode, "Nobody on the team" in unknown.stderr) == (1, True)
    assert elsewhere.run("agent", "reset-second-factor", "Haneul@shop.example").returncode == 0
    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM second_factor") == 0
        assert await tx.value("SELECT actor_kind FROM audit WHERE act = 'second_factor.removed'") == SYSTEM.kind
