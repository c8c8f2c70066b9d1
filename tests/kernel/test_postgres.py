"""The embedded server, started, killed and started again for real."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from damso.kernel.data_folder import DataFolderInUse, holder_of
from damso.kernel.i18n import Text
from damso.kernel.postgres import EmbeddedPostgres
from damso.kernel.postgres_binaries import CacheUnsafe, copy_installation, installation, runnable_by
from damso.kernel.postgres_cluster import SERVER_UID, DataFolderVersion, PostgresFailed
from damso.kernel.postgres_processes import STAGES, server_processes
from tests.processes import PythonChild, is_alive, wait_until

CHILD = "tests.kernel.postgres_child"
NOBODY = 65534
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to start the server as somebody else")


@pytest.fixture(scope="module")
async def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an empty database, stopped. Making one takes most of a second."""
    folder = tmp_path_factory.mktemp("made")
    async with EmbeddedPostgres(folder):
        return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    subprocess.run(["cp", "-a", made_once, tmp_path / "data"], check=True)
    return tmp_path / "data"


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    async with EmbeddedPostgres(folder) as server:
        yield server


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="damso-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def copied_into(folder: Path) -> Path:
    """The programs of PostgreSQL as if they had been installed in a folder."""
    copy_installation(installation(), folder / "site-packages")
    return next(folder.glob("site-packages/*/*/bin")).parent


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


async def keep(dsn: str, text: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
    await connection.execute("INSERT INTO kept VALUES ($1)", text)
    await connection.close()


async def kept(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    texts = [row["text"] for row in await connection.fetch("SELECT text FROM kept ORDER BY text")]
    await connection.close()
    return texts


async def setting(dsn: str, name: str) -> str:
    connection = await asyncpg.connect(dsn)
    value = await connection.fetchval("SELECT current_setting($1)", name)
    await connection.close()
    return str(value)


async def restart(folder: Path) -> list[str]:
    """What is found by the next start on a folder."""
    async with EmbeddedPostgres(folder) as server:
        return await kept(server.dsn)


def log_of(folder: Path) -> str:
    return "".join(file.read_text() for file in (folder / "postgres" / "log").glob("*.log"))


async def recovered(server: EmbeddedPostgres, *, times: int) -> None:
    """Wait, in the loop, until the server was started again so many times."""
    async with asyncio.timeout(20):
        while server.restarts < times:  # noqa: ASYNC110 - the server's watch sets no event
            await asyncio.sleep(0.02)


async def test_new_cluster_is_utf8_checked_durable_and_reached_by_its_socket_only(server: EmbeddedPostgres) -> None:
    names = ("server_encoding", "data_checksums", "fsync", "synchronous_commit", "full_page_writes", "listen_addresses")
    assert [await setting(server.dsn, name) for name in names] == ["UTF8", "on", "on", "on", "on", ""]
    assert server.cluster.path.stat().st_mode & 0o777 == 0o700


async def test_database_is_found_again_at_the_next_start(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as first:
        await keep(first.dsn, "담소")
    async with EmbeddedPostgres(tmp_path) as second:
        assert await kept(second.dsn) == ["담소"]


async def test_making_is_announced_and_a_second_start_has_nothing_to_say(tmp_path: Path) -> None:
    said: list[str] = []

    def say(text: Text, **fields: object) -> None:
        said.append(text.say("en", **fields))

    async with EmbeddedPostgres(tmp_path, say=say):
        assert said == ["Making the database."]
    async with EmbeddedPostgres(tmp_path, say=say):
        assert len(said) == 1


async def test_stop_leaves_no_process_and_can_be_repeated(server: EmbeddedPostgres) -> None:
    assert len(server_processes(server.cluster.path)) > 3
    await server.stop()
    await server.stop()
    assert server_processes(server.cluster.path) == []


async def test_second_start_on_the_same_folder_is_refused_with_the_first_ones_pid(server: EmbeddedPostgres) -> None:
    with pytest.raises(DataFolderInUse) as refusal:
        await EmbeddedPostgres(server.folder.path).start()
    assert refusal.value.fields == {"pid": os.getpid()}
    assert str(os.getpid()) in refusal.value.say("ko")


async def test_another_process_is_refused_too_and_the_first_goes_on(server: EmbeddedPostgres) -> None:
    with PythonChild(CHILD, server.folder.path) as other:
        assert other.tells() == {"error": "DATA_FOLDER_IN_USE", "fields": {"pid": str(os.getpid())}}
    await keep(server.dsn, "still here")


async def test_other_commands_find_the_running_database_through_the_folder(server: EmbeddedPostgres) -> None:
    holder = holder_of(server.folder.path)
    assert holder is not None
    assert (holder.pid, holder.dsn) == (os.getpid(), server.dsn)
    await server.stop()
    assert holder_of(server.folder.path) is None


async def test_server_killed_by_force_comes_back_with_all_that_was_committed(server: EmbeddedPostgres) -> None:
    await keep(server.dsn, "committed")
    killed = server.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    await recovered(server, times=1)
    assert server.pid != killed
    assert await kept(server.dsn) == ["committed"]


async def test_server_ends_by_itself_when_its_parent_is_killed(folder: Path) -> None:
    with PythonChild(CHILD, folder) as child:
        told = child.tells()
        await keep(told["dsn"], "committed")
        child.send(signal.SIGKILL)
        child.wait()
    wait_until(lambda: not is_alive(told["pid"]), what="end of the server")
    assert await restart(folder) == ["committed"]


async def test_orphan_that_lives_on_is_ended_by_the_next_start(folder: Path) -> None:
    with PythonChild(CHILD, folder, environ={"PATH": "/nonexistent"}) as child:  # without setpriv nobody tells it
        told = child.tells()
        await keep(told["dsn"], "committed")
        child.send(signal.SIGKILL)
        child.wait()
    assert is_alive(told["pid"])
    assert await restart(folder) == ["committed"]
    assert not is_alive(told["pid"])


async def test_orphan_that_hangs_is_ended_by_force(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with PythonChild(CHILD, folder, environ={"PATH": "/nonexistent"}) as child:
        told = child.tells()
        await keep(told["dsn"], "committed")
        os.kill(told["pid"], signal.SIGSTOP)
        child.send(signal.SIGKILL)
        child.wait()
    hurried = tuple((number, 0.5) for number, _ in STAGES)
    monkeypatch.setattr("damso.kernel.postgres_processes.STAGES", hurried)
    assert await restart(folder) == ["committed"]
    assert not is_alive(told["pid"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_to_the_whole_group_stops_the_server_in_order(folder: Path, number: signal.Signals) -> None:
    with PythonChild(CHILD, folder) as child:
        told = child.tells()
        child.send_to_group(number)
        assert child.wait() == 0
    assert not is_alive(told["pid"])
    assert "database system is shut down" in log_of(folder)


async def test_log_file_quotes_no_customer(server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.dsn)
    await connection.execute("CREATE TABLE address (value text UNIQUE)")
    await connection.execute("INSERT INTO address VALUES ('minji@example.com')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO address VALUES ('minji@example.com')")
    await connection.close()
    await server.stop()
    assert "unique constraint" in log_of(server.folder.path)
    assert "minji" not in log_of(server.folder.path)


async def test_stale_pid_file_that_names_a_strangers_process_does_not_stop_the_start(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as server:
        await keep(server.dsn, "committed")
        content = (folder / "postgres" / "postmaster.pid").read_text()
    stranger = content.replace(content.splitlines()[0], str(os.getpid()), 1)
    (folder / "postgres" / "postmaster.pid").write_text(stranger)
    assert await restart(folder) == ["committed"]


async def test_making_that_was_interrupted_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.making").mkdir()
    (tmp_path / "postgres.making" / "PG_VERSION").write_text("18\n")
    async with EmbeddedPostgres(tmp_path) as server:
        await keep(server.dsn, "whole")
    assert not (tmp_path / "postgres.making").exists()


async def test_folder_of_another_major_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(DataFolderVersion) as refusal:
        await EmbeddedPostgres(tmp_path).start()
    assert refusal.value.fields["found"] == "16"
    assert "damso upgrade-database" in refusal.value.say("ko")
    assert holder_of(tmp_path) is None


async def test_server_that_cannot_start_says_why_and_lets_go_of_the_folder(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as server:
        cluster = server.cluster.path
    (cluster / "global" / "pg_control").rename(cluster / "global" / "pg_control.lost")
    with pytest.raises(PostgresFailed) as failure:
        await EmbeddedPostgres(folder).start()
    assert "could not find the database system" in str(failure.value.fields["detail"])
    assert holder_of(folder) is None


async def test_deep_folder_with_signs_of_all_kinds_is_reached_by_a_short_alias(tmp_path: Path) -> None:
    folder = tmp_path / ("깊은 폴더, " * 6) / "data"
    async with EmbeddedPostgres(folder) as server:
        await keep(server.dsn, "committed")
        alias = Path(server.dsn.partition("host=")[2])
    assert (len(os.fsencode(alias)) < 80, alias.parent.exists()) == (True, False)
    assert await restart(folder) == ["committed"]


async def test_alias_that_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20)
    with PythonChild(CHILD, folder) as child:
        alias = Path(child.tells()["dsn"].partition("host=")[2])
        child.send(signal.SIGKILL)
        child.wait()
    assert alias.parent.exists()
    async with EmbeddedPostgres(folder):
        assert not alias.parent.exists()


@root_only
async def test_root_opens_no_folder_above_a_private_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    async with EmbeddedPostgres(home / "damso" / "data") as server:
        await keep(server.dsn, "private")
        assert server.cluster.path.stat().st_uid == SERVER_UID
    assert [folder.stat().st_mode & 0o777 for folder in (home, home / "damso" / "data")] == [0o700, 0o700]


@root_only
async def test_programs_in_a_private_folder_are_copied_for_the_servers_user(tmp_path: Path, open_folder: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    private = copied_into(home)
    cache = open_folder / "cache"
    tree = runnable_by(SERVER_UID, private, cache)
    assert tree.is_relative_to(cache)
    assert runnable_by(SERVER_UID, private, cache) == tree
    assert home.stat().st_mode & 0o777 == 0o700
    async with EmbeddedPostgres(home / "data", tree=tree) as server:
        await keep(server.dsn, "copied")


@root_only
def test_programs_that_others_could_replace_are_not_run(tmp_path: Path, open_folder: Path) -> None:
    private = copied_into(tmp_path)
    open_folder.chmod(0o777)
    with pytest.raises(CacheUnsafe):
        runnable_by(SERVER_UID, private, open_folder)


@root_only
async def test_ordinary_user_runs_the_server_as_themselves(open_folder: Path) -> None:
    tree = copied_into(open_folder)
    data = open_folder / "home" / "data"
    data.mkdir(parents=True)
    os.chown(data, NOBODY, NOBODY)
    with PythonChild(CHILD, data, NOBODY, tree) as child:
        told = child.tells()
        assert owner_of(told["pid"]) == NOBODY
        await keep(told["dsn"], "mine")
    async with EmbeddedPostgres(data, tree=tree) as server:
        assert await kept(server.dsn) == ["mine"]
        assert server.cluster.path.stat().st_uid == NOBODY


async def test_processes_are_found_without_a_proc_folder_too(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = server_processes(server.cluster.path)
    monkeypatch.setattr("damso.kernel.postgres_processes.PROC", Path("/nonexistent"))
    assert sorted(server_processes(server.cluster.path)) == sorted(found)
