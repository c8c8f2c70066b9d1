"""`damso inbox`: connected, listed, checked."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal

pytestmark = pytest.mark.slow

MAILBOX = """
address = "help@shop.example"
password = "a password nobody may see"
imap_host = "127.0.0.1"
imap_port = 1
imap_security = "none"
smtp_host = "127.0.0.1"
smtp_port = 1
smtp_security = "none"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A mailbox that nobody answers for."""
    file = tmp_path / "mail.toml"
    file.write_text(MAILBOX)
    return file


def test_connection_that_does_not_work_is_not_saved_unless_asked_for(shop: Terminal, config: Path) -> None:
    refused = shop.run("inbox", "add", "email", "--config", config)
    assert refused.returncode == 1
    assert "IMAP" in refused.stderr
    assert shop.result("inbox", "list") == []

    added = shop.result("inbox", "add", "email", "--config", config, "--force", "--name", "고객센터")
    listed = shop.run("inbox", "list", "--json").stdout
    assert [inbox["id"] for inbox in json.loads(listed)] == [added["id"]]
    assert "a password nobody may see" not in listed
    assert json.loads(listed)[0]["secrets_set"] == ["password"]


def test_check_says_what_is_wrong_and_fails(shop: Terminal, config: Path) -> None:
    inbox = shop.result("inbox", "add", "email", "--config", config, "--force")
    checked = shop.run("inbox", "check", inbox["id"], "--json")
    assert checked.returncode == 1
    assert not json.loads(checked.stdout)["ok"]
    korean = shop.run("inbox", "health", inbox["id"], DAMSO_LOCALE="ko").stdout
    assert "문제 있음" in korean
    assert "연결하지 못했어요" in korean


def test_settings_may_come_from_standard_input_as_json(shop: Terminal) -> None:
    added = shop.run("inbox", "add", "chat", "--config", "-", "--name", "Shop chat", "--json", typed="{}")
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["name"] == "Shop chat"


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (["carrier-pigeon"], "{}", "channel: This channel is not installed."),
        (["email"], "{}", "config.address: This is required."),
        (["email"], "address = ", "cannot be read as JSON or TOML"),
        (["chat", "--brand", "Nobody's"], "{}", "There is no brand 'Nobody's'. There are: Corner Shop"),
    ],
)
def test_what_does_not_fit_is_named(shop: Terminal, words: list[str], typed: str, says: str) -> None:
    refused = shop.run("inbox", "add", *words, "--config", "-", typed=typed)
    assert refused.returncode == 1
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


def test_inbox_nobody_knows_is_not_found(shop: Terminal) -> None:
    refused = shop.run("inbox", "check", "01890000-0000-7000-8000-000000000000")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Not found.")
