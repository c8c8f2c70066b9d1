"""`damso serve`: started, stopped, killed and started again for real."""

import signal
import socket

import pytest

from damso.kernel.postgres_processes import server_processes
from tests.cli.conftest import FirstStart, SecondStart
from tests.cli.terminal import Terminal, all_gone, free_port
from tests.processes import wait_until

pytestmark = pytest.mark.slow


def test_first_start_shows_the_demo_and_lets_its_owner_in(first_start: FirstStart) -> None:
    assert first_start.setup == {"needed": False, "demo": True}
    assert first_start.me["role"] == "owner"


def test_first_start_says_what_takes_long_then_where_to_go(first_start: FirstStart) -> None:
    said = first_start.server.said
    assert said[0] == "Starting Damso."
    assert "Making the database." in said
    assert f"Damso is ready: http://127.0.0.1:{first_start.server.port}" in said


def test_ctrl_c_stops_everything_in_order(first_start: FirstStart) -> None:
    assert first_start.exit_code == 0
    said = [line for line in first_start.server.said if "[info" not in line]
    assert said[-1] == "Stopping.", said
    wait_until(lambda: all_gone(first_start.family), what="the end of every process")
    assert server_processes(first_start.folder / "postgres") == []


def test_sigterm_stops_it_too_and_the_demo_is_still_there_at_the_second_start(demo: Terminal) -> None:
    with demo.server("serve") as server:
        assert server.get("/api/setup")["demo"]
        assert "Making the database." not in server.said
        family = server.family()
        assert server.interrupt(signal.SIGTERM) == 0
    wait_until(lambda: all_gone(family), what="the end of every process")


def test_second_start_finds_the_demo_mailbox_wherever_it_listens(running: SecondStart) -> None:
    mailbox = next(inbox for inbox in running.result("inbox", "list") if inbox["channel"] == "email")
    assert running.result("inbox", "check", mailbox["id"])["ok"]


def test_every_start_prints_a_fresh_link(running: SecondStart, first_start: FirstStart) -> None:
    token = running.serving.link.partition("#")[2]
    assert token != first_start.server.link.partition("#")[2]
    assert running.serving.post("/api/session/link", {"token": token})["role"] == "owner"


def test_what_was_committed_survives_kill_9(demo: Terminal) -> None:
    with demo.server("serve") as server:
        secret = demo.result("key", "create", "survivor", "--scope", "keys.manage")["secret"]
        family = server.family()
        server.kill()
    wait_until(lambda: all_gone(family), what="the end of what was left behind")
    with demo.server("serve") as server:
        keys = server.get("/api/keys", authorization=f"Bearer {secret}")
    assert [key["name"] for key in keys] == ["survivor"]


def test_second_start_on_one_folder_is_refused_with_a_sentence(running: SecondStart) -> None:
    refused = running.run("serve", DAMSO_PORT=str(free_port()))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[1:] == [
        f"Another Damso (process {running.serving.pid}) is using this data folder. "
        "Stop it first, or name another folder by DAMSO_DATA."
    ]


def test_second_start_on_the_same_port_hears_about_the_folder_in_korean(running: SecondStart) -> None:
    refused = running.run("serve", DAMSO_PORT=str(running.serving.port), DAMSO_LOCALE="ko")
    assert refused.returncode == 1
    assert "이 데이터 폴더는 이미 실행 중인 담소" in refused.stderr


def test_port_in_use_is_told_in_a_sentence_before_a_database_is_made(nothing: Terminal) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = nothing.run("serve", DAMSO_PORT=str(port))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[1:] == [
        f"Another program is using 127.0.0.1:{port}. Stop it, or choose another port by DAMSO_PORT."
    ]
    assert not nothing.folder.exists()


def test_start_without_demo_waits_for_its_owner(nothing: Terminal) -> None:
    with nothing.server("serve") as server:
        assert server.get("/api/setup") == {"needed": True, "demo": False}
        token = server.link.partition("/desk/setup#")[2]
        owner = {"token": token, "company": "Corner Shop", "name": "Noa", "email": "noa@shop.example", "locale": "en"}
        me = server.post("/api/setup", owner | {"password": "correct horse battery"})
        assert me["role"] == "owner"
        assert server.interrupt() == 0


def test_demo_is_not_put_into_a_company_in_earnest(elsewhere: Terminal) -> None:
    with elsewhere.server("serve") as server:
        owner = {"token": server.link.partition("#")[2], "company": "Corner Shop", "name": "Noa", "locale": "en"}
        server.post("/api/setup", owner | {"email": "noa@shop.example", "password": "correct horse battery"})
        server.interrupt()
    with elsewhere.server("serve", "--demo") as server:
        assert not server.get("/api/setup")["demo"]
        assert "This data folder has a company already, so the sample shop was not loaded." in server.said
