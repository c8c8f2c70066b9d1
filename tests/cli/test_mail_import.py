"""`damso mail import`: old mail becomes conversations, once."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_mail_archives import maildir

pytestmark = pytest.mark.slow

SEPARATOR = b"From somebody@somewhere Mon Nov  2 01:00:00 2020\n"


def letter(number: int, *, answers: int | None = None) -> bytes:
    reference = f"In-Reply-To: <{answers}@naver.example>\n" if answers else ""
    return (
        f"From: =?utf-8?b?6rmA66+47J6Q?= <mina@naver.example>\nTo: help@shop.example\nSubject: order\n"
        f"Message-ID: <{number}@naver.example>\nDate: Mon, 02 Nov 2020 {number:02}:00:00 +0900\n{reference}"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n편지 {number}\n"
    ).encode()


@pytest.fixture
def mailbox(shop: Terminal, tmp_path: Path) -> str:
    """The id of a mailbox that is not there: nothing is polled or sent here."""
    config = {"address": "help@shop.example", "imap_host": "127.0.0.1", "imap_port": 1, "smtp_host": "127.0.0.1"}
    added = shop.run("inbox", "add", "email", "--config", "-", "--force", "--json", typed=json.dumps(config))
    assert added.returncode == 0, added.stderr
    return str(json.loads(added.stdout)["id"])


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Four mails of 2020 in three kinds of archive, one of them twice, and something that is no mail."""
    folder = tmp_path / "archive"
    maildir(folder / "Maildir", cur__1=letter(3, answers=2), new__2=letter(1))
    (folder / "2020.mbox").write_bytes(b"\n".join(SEPARATOR + letter(number) for number in (2, 3)))
    (folder / "one.eml").write_bytes(letter(4).replace(b"\n", b"\r\n"))
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    return folder


def test_old_mail_comes_in_once_in_its_order(shop: Terminal, mailbox: str, archive: Path) -> None:
    first = shop.result("mail", "import", archive, "--inbox", mailbox)
    assert {name: first[name] for name in ("found", "imported", "parked", "queued")} == {
        "found": 5,
        "imported": 5,
        "parked": 0,
        "queued": 0,
    }
    assert [Path(skipped["path"]).name for skipped in first["skipped"]] == ["photo.jpg"]

    said = [
        message for case in shop.lines("export", "conversations", "--reason", "moving") for message in case["messages"]
    ]
    texts = [message["text"].strip() for message in said if message["kind"] == "message"]
    assert sorted(texts) == ["편지 1", "편지 2", "편지 3", "편지 4"]

    again = shop.result("mail", "import", archive, "--inbox", mailbox)
    assert (again["imported"], again["duplicates"]) == (0, 5)


def test_progress_and_report_are_in_korean_too(shop: Terminal, mailbox: str, archive: Path) -> None:
    done = shop.run("mail", "import", archive / "one.eml", "--inbox", mailbox, DAMSO_LOCALE="ko")
    assert done.stdout.startswith("메일 1통 중 1통을 새로 가져왔어요.")


def test_mail_is_brought_into_mailboxes_only(shop: Terminal, archive: Path) -> None:
    chat = shop.run("inbox", "add", "chat", "--config", "-", "--json", typed="{}")
    refused = shop.run("mail", "import", archive, "--inbox", json.loads(chat.stdout)["id"])
    assert refused.returncode == 1
    assert refused.stderr.startswith("'chat' is not a mailbox.")
