"""`damso backup` and `damso restore`, as somebody types them."""

from pathlib import Path

import pytest

from damso.kernel.database import Database
from tests.cli.conftest import SecondStart
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.slow


def test_backup_comes_back_in_an_empty_folder_and_nowhere_else(running: SecondStart, tmp_path: Path) -> None:
    made = running.result("backup", tmp_path / "backups", "--keep", "1")
    again = running.result("backup", "--keep", "1", tmp_path / "backups")
    key = made["recovery_key"]
    assert (again["recovery_key"], again["removed_runs"], again["runs"]) == (None, [made["run"]], 1)

    fresh = Terminal(tmp_path / "restored")
    restored = fresh.result("restore", tmp_path / "backups", DAMSO_BACKUP_KEY=key)
    assert not restored["key_missing"]
    with fresh.server("serve") as server:
        assert server.get("/api/setup") == {"needed": False, "demo": True}
        assert fresh.lines("export", "customers", "--reason", "moving") == running.lines(
            "export", "customers", "--reason", "moving"
        )
    refused = fresh.run("restore", tmp_path / "backups", DAMSO_BACKUP_KEY=key)
    assert refused.returncode == 1
    assert "is not empty, so nothing was restored" in refused.stderr


def test_first_backup_shows_the_key_without_which_nothing_opens(shop: Terminal, tmp_path: Path) -> None:
    first = shop.run("backup", tmp_path / "backups")
    key = shop.run("backup", "key").stdout.strip()
    assert first.returncode == 0, first.stderr
    assert key in first.stdout
    assert (shop.folder / "backup.key").stat().st_mode & 0o777 == 0o600

    elsewhere = Terminal(tmp_path / "elsewhere")
    refused = elsewhere.run("restore", tmp_path / "backups")
    mistyped = elsewhere.run("restore", tmp_path / "backups", DAMSO_BACKUP_KEY=key[:-4] + "AAAA")
    assert (refused.returncode, mistyped.returncode) == (1, 1)
    assert "needs its recovery key" in refused.stderr
    assert "was not copied right" in mistyped.stderr


async def test_that_everything_left_is_in_the_audit_log(
    elsewhere: Terminal, database: Database, tmp_path: Path
) -> None:
    made = elsewhere.result("backup", tmp_path / "backups")
    async with database.reading() as tx:
        assert await tx.values("SELECT subject FROM audit WHERE act = 'backup.made'") == [made["run"]]


def test_verify_names_what_is_damaged(shop: Terminal, tmp_path: Path) -> None:
    key = shop.result("backup", tmp_path / "backups")["recovery_key"]
    assert [run["blobs"] for run in shop.result("backup", "verify", tmp_path / "backups")] == [0]
    (dump,) = (tmp_path / "backups" / "runs").glob("*/database.dump")
    dump.write_bytes(dump.read_bytes()[:-1])
    damaged = Terminal(tmp_path / "nowhere").run("backup", "verify", tmp_path / "backups", DAMSO_BACKUP_KEY=key)
    assert damaged.returncode == 1
    assert str(dump.relative_to(tmp_path / "backups")) in damaged.stderr
