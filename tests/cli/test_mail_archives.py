"""Finding mails in files and folders."""

from pathlib import Path

import pytest

from damso.channels.imports.mail_archives import FoundMail, Skipped, find_mails, read_mail

LETTER = b"From: mina@naver.example\nDate: Mon, 02 Nov 2026 09:00:00 +0900\nSubject: one\n\nHello\n"
ANSWER = b"From: jiho@daum.example\nDate: Mon, 02 Nov 2026 10:00:00 +0900\nSubject: two\n\nFrom here on\n"


def crlf(mail: bytes) -> bytes:
    return mail.replace(b"\n", b"\r\n")


def found_in(*paths: Path) -> list[FoundMail]:
    return sorted(found for found in find_mails(paths) if isinstance(found, FoundMail))


def maildir(folder: Path, **mails: bytes) -> Path:
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, mail in mails.items():
        (folder / name.replace("__", "/")).write_bytes(mail)
    return folder


def test_mail_of_each_kind_is_the_same_mail(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(crlf(LETTER))
    (tmp_path / "old.mbox").write_bytes(b"From mina Mon Nov  2 00:00:00 2026\n" + LETTER + b"\n")
    maildir(tmp_path / "Maildir", cur__1=LETTER)
    assert {read_mail(found) for found in found_in(tmp_path)} == {crlf(LETTER)}
    assert len(found_in(tmp_path)) == 3


def test_mails_come_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(ANSWER)
    (tmp_path / "b.eml").write_bytes(LETTER)
    assert [read_mail(found) for found in found_in(tmp_path)] == [crlf(LETTER), crlf(ANSWER)]


def test_mbox_is_cut_at_separators_and_nowhere_else(tmp_path: Path) -> None:
    quoted = ANSWER.replace(b"From here", b">From here")
    text = b"Hello\nFrom now on 2026 it is quiet\n"
    separator = b"From somebody@somewhere Mon Nov  2 01:00:00 2026\n"
    box = tmp_path / "Inbox"
    box.write_bytes(separator + LETTER.replace(b"Hello\n", text) + b"\n" + separator + quoted + b"\n")
    first, second = found_in(box)
    assert read_mail(first) == crlf(LETTER.replace(b"Hello\n", text))
    assert read_mail(second) == crlf(ANSWER)


def test_half_delivered_mail_of_a_maildir_is_left_alone_and_its_subfolders_are_found(tmp_path: Path) -> None:
    folder = maildir(tmp_path / "Maildir", new__1=LETTER, tmp__2=ANSWER, dovecot_index=b"\0")
    maildir(folder / ".Archive", cur__3=ANSWER)
    assert [read_mail(found) for found in found_in(folder)] == [crlf(LETTER), crlf(ANSWER)]


def test_what_is_no_mail_is_skipped_and_told(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "empty.eml").touch()
    assert {Path(skipped.path).name for skipped in find_mails([tmp_path]) if isinstance(skipped, Skipped)} == {
        "photo.jpg",
        "empty.eml",
    }


@pytest.mark.parametrize(
    "header",
    [
        b"Date: yesterday\nReceived: from a\n by b;\n Mon, 02 Nov 2026 09:00:00 +0900\n",
        b"date: Mon, 02 Nov 2026\n 09:00:00 +0900\n",
        b"Date: Mon, 02 Nov 2026 00:00:00 -0000\n",
    ],
)
def test_time_is_read_from_whatever_says_it(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "one.eml").write_bytes(header + b"Subject: one\n\nHello\n")
    (found,) = found_in(tmp_path)
    assert found.at.isoformat() == "2026-11-02T00:00:00+00:00"


def test_every_recorded_mail_is_found(outside_data: Path) -> None:
    folder = outside_data / "email" / "chatwoot"
    assert len(found_in(folder)) == len(list(folder.glob("*.eml")))
