"""`damso doctor`, `key` and `owner`."""

import json
from typing import Any

import pytest

from damso.kernel.database import Database
from tests.cli.conftest import SecondStart
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.slow


def findings(terminal: Terminal) -> dict[str, Any]:
    done = terminal.run("doctor", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == (0 if said["ok"] else 1)
    return {finding["about"]: finding for finding in said["findings"]}


def test_running_demo_is_sound(running: SecondStart) -> None:
    states = {about: finding["state"] for about, finding in findings(running).items()}
    assert states.pop("address") == states.pop("simulator") == "warning"
    states.pop("web apps")
    assert set(states.values()) == {"ok"}
    assert {"disk", "files", "file limit", "key", "database", "clock", "schema", "worker", "readers", "work"} <= set(
        states
    )
    assert any(about.startswith("inbox help@") for about in states)


def test_doctor_looks_at_a_stopped_installation_too_and_speaks_korean(demo: Terminal) -> None:
    said = demo.run("doctor", DAMSO_LOCALE="ko")
    assert "백그라운드 작업을 하는 프로세스가 없어요" in said.stdout
    assert said.returncode == 1
    assert "고쳐야 할 것이" in said.stdout


def test_folder_with_nothing_in_it_is_not_filled(nothing: Terminal) -> None:
    assert findings(nothing)["database"]["state"] == "broken"
    assert not nothing.folder.exists()


def test_another_key_and_open_rights_are_noticed(shop: Terminal) -> None:
    config = {"address": "help@shop.example", "imap_host": "x.invalid", "smtp_host": "x.invalid", "password": "secret"}
    added = shop.run("inbox", "add", "email", "--config", "-", "--force", typed=json.dumps(config))
    assert added.returncode == 0, added.stderr
    key = shop.folder / "secret.key"
    key.write_text("A" * 43)
    key.chmod(0o644)
    found = findings(shop)
    assert found["key"]["state"] == "warning"
    assert found["key"]["mend"] == f"Run chmod 600 {key}."
    assert found["inbox help@shop.example"]["state"] == "broken"
    assert "key" in found["inbox help@shop.example"]["mend"]


def test_lost_key_is_not_replaced_by_a_look(shop: Terminal) -> None:
    assert findings(shop)["key"]["state"] == "broken"
    assert not (shop.folder / "secret.key").exists()


async def test_late_and_parked_work_is_told(elsewhere: Terminal, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO lane_item (lane, payload, due_at, created_at, parked_at, reason) VALUES"
            " ('inbound', '{}', now() - interval '1 hour', now(), NULL, NULL),"
            " ('outbound', '{}', now(), now(), now(), 'CREDENTIALS_REJECTED')"
        )
        await tx.execute(
            "INSERT INTO reader_parked (reader, epoch, xid, id, stream, reason, parked_at)"
            " VALUES ('media', 1, 1, 1, 'care', 'KeyError', now())"
        )
    said = elsewhere.run("doctor").stdout
    assert "'inbound' has waited for 60 minutes." in said
    assert "1 of 'outbound' are parked (CREDENTIALS_REJECTED)." in said
    assert "'media' could not take 1 facts (KeyError)." in said


def test_key_has_the_scopes_it_was_given_and_unknown_ones_are_named(elsewhere: Terminal) -> None:
    made = elsewhere.result("key", "create", "orders", "--scope", "customers.read", "--scope", "conversations.write")
    assert made["scopes"] == ["conversations.write", "customers.read"]
    assert made["secret"].startswith(made["prefix"])
    refused = elsewhere.run("key", "create", "orders", "--scope", "everything")
    assert refused.returncode == 1
    assert refused.stderr.startswith("There is no scope 'everything'.")


def test_owner_link_sets_up_where_there_is_no_owner(elsewhere: Terminal) -> None:
    made = elsewhere.result("owner", "link")
    assert made["purpose"] == "setup"
    assert "/desk/setup#" in made["link"]


@pytest.mark.parametrize("command", [["owner", "link"], ["backup", "x.tar"]])
def test_command_in_the_wrong_folder_makes_nothing(nothing: Terminal, command: list[str]) -> None:
    refused = nothing.run(*command)
    assert refused.returncode == 1
    assert refused.stderr.startswith("There is no data of Damso in ")
    assert not nothing.folder.exists()
