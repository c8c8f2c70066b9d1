"""`damso simulate` in a process of its own, and the one that the demo brings."""

import json
import re
import urllib.parse
import urllib.request
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.cli.conftest import SecondStart
from tests.cli.terminal import Terminal, free_port
from tests.processes import wait_until

pytestmark = pytest.mark.slow

CHANNEL = "talktalk"


class Phones:
    """The simulator's page, as its script speaks to it."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def get(self, path: str, **query: str) -> Any:
        with urllib.request.urlopen(f"{self._origin}{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
            return json.load(answer)

    def says(self, person: str, text: str) -> None:
        doing = {"person": person, "chat": CHANNEL, "act": {"what": "says", "text": text}}
        request = urllib.request.Request(f"{self._origin}/api/acts", json.dumps(doing).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 204

    def reads(self, person: str) -> list[str]:
        bubbles = self.get("/api/phone", person=person, chat=CHANNEL)["bubbles"]
        return [bubble["text"] for bubble in bubbles if bubble["side"] == "company"]


class Agent:
    """The demo's owner, signed in by a fresh link."""

    def __init__(self, running: SecondStart) -> None:
        self._desk = httpx.Client(base_url=f"http://127.0.0.1:{running.serving.port}", headers={"x-damso": "desk"})
        token = re.findall(r"#(\S+)", running.run("owner", "link").stdout)[-1]
        self._desk.post("/api/session/link", json={"token": token}).raise_for_status()

    def get(self, path: str) -> Any:
        return self._desk.get(path).raise_for_status().json()

    def case(self, text: str) -> str | None:
        """The conversation that shows this as its last words."""
        cases = self.get("/api/conversations?view=unassigned")["items"]
        return next((case["id"] for case in cases if case["preview"] == text), None)

    def answers(self, case: str, text: str) -> None:
        way = self.get(f"/api/conversations/{case}")["routes"][0]
        message = {"send_key": str(uuid4()), "text": text} | {name: way[name] for name in ("inbox_id", "identity_id")}
        self._desk.post(f"/api/conversations/{case}/messages", json=message).raise_for_status()


@pytest.fixture(scope="module")
def agent(running: SecondStart) -> Agent:
    return Agent(running)


@pytest.fixture(scope="module")
def phones(running: SecondStart) -> Phones:
    """Those of the demo, by the address that stays."""
    with urllib.request.urlopen(f"http://127.0.0.1:{running.serving.port}/demo/phone") as page:
        assert page.status == 200
        return Phones(page.url.rstrip("/"))


def test_a_customer_and_the_desk_talk_both_ways(phones: Phones, agent: Agent) -> None:
    phones.says("mina", "재입고 언제 되나요?")
    wait_until(lambda: agent.case("재입고 언제 되나요?"), what="the question at the desk")
    agent.answers(agent.case("재입고 언제 되나요?") or "", "내일 오전에 들어와요.")
    wait_until(lambda: phones.reads("mina") == ["내일 오전에 들어와요."], what="the answer on the phone")


def test_the_desk_marks_what_is_for_practice_and_doctor_warns(agent: Agent, running: SecondStart) -> None:
    marks = {inbox["channel"]: inbox["simulator"] for inbox in agent.get("/api/inboxes")}
    assert marks[CHANNEL].startswith("http://127.0.0.1:")
    assert marks["email"] == marks["chat"] == ""
    findings = running.result("doctor")["findings"]
    assert [one["state"] for one in findings if one["about"] == "simulator"] == ["warning"]


def test_a_process_of_its_own_posts_to_a_running_damso(running: SecondStart, agent: Agent) -> None:
    port = free_port()
    with running.process("simulate", "--port", port, DAMSO_PORT=str(running.serving.port)) as process:
        ready = f"The customers' phones are ready: http://127.0.0.1:{port}"
        wait_until(lambda: ready in process.said, what="its start")
        phones = Phones(f"http://127.0.0.1:{port}")
        assert phones.get("/api/about")["desk"] == f"http://127.0.0.1:{running.serving.port}"
        phones.says("emma", "Is anybody there?")
        wait_until(lambda: agent.case("Is anybody there?"), what="the question at the desk")
        refused = running.run("simulate", "--port", port)
        assert refused.returncode == 1
        assert f"Another program is using 127.0.0.1:{port}." in refused.stderr
        assert process.interrupt() == 0


@pytest.mark.parametrize("command", [("serve", "--demo"), ("worker",), ("simulate",)])
def test_no_other_machine_takes_the_providers_place(nothing: Terminal, command: tuple[str, ...]) -> None:
    refused = nothing.run(*command, DAMSO_SIMULATOR="http://simulator.example:8090")
    assert refused.returncode == 1
    assert refused.stderr.startswith("DAMSO_SIMULATOR: only an address of this machine will do")
    assert not nothing.folder.exists()


def test_a_desk_on_another_machine_is_refused(nothing: Terminal) -> None:
    refused = nothing.run("simulate", "--desk", "http://192.0.2.1:8000")
    assert refused.returncode == 1
    assert "192.0.2.1:8000 is no address of this machine" in refused.stderr
