"""Mails made to hurt, on the whole way from the import to the desk. What follows them goes through."""

import pytest

from damso.channels.inboxes import InboxRecord
from damso.channels.poll import import_raw
from tests.conversations.company import Company
from tests.faults.conftest import add_inbox

HEAD = (
    b"From: Mina <mina@naver.example>\r\nTo: help@shop.example\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
    b"Date: Sat, 21 Nov 2026 09:00:00 +0900\r\nMessage-ID: <%s@naver.example>\r\n"
)
LINE = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"


def large() -> bytes:
    """50 MB, as an attachment."""
    parts = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nsee attachment\r\n",
        b"--b\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=big.zip\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n" + LINE * (50 * 1024 * 1024 // len(LINE)) + b"\r\n--b--\r\n",
    )
    return HEAD % b"large" + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"".join(parts)


def many_parts() -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    text = b"--b\r\nContent-Type: text/plain\r\n\r\nso many\r\n"
    return (
        HEAD % b"parts" + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + text + part * 10_000 + b"--b--\r\n"
    )


def many_headers() -> bytes:
    return HEAD % b"headers" + b"X-Hop: somewhere\r\n" * 10_000 + b"\r\nso many headers\r\n"


def nested() -> bytes:
    mail = b"Content-Type: text/plain\r\n\r\ndeep\r\n"
    for depth in range(500):
        boundary = b"n%d" % depth
        mail = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--\r\n' % (
            boundary,
            boundary,
            mail,
            boundary,
        )
    return HEAD % b"nested" + mail


ORDINARY = HEAD % b"ordinary" + b"\r\nan ordinary mail\r\n"


@pytest.fixture
async def mailbox(company: Company) -> InboxRecord:
    config: dict[str, object] = {"address": "help@shop.example", "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1"}
    return await add_inbox(company, "email", config)


@pytest.mark.slow
@pytest.mark.parametrize("make", [large, many_parts, many_headers, nested], ids=lambda make: make.__name__)
async def test_it_is_read_or_parked_and_the_next_one_goes_through(
    company: Company, mailbox: InboxRecord, make: type[bytes]
) -> None:
    parts = company.parts
    hurting = make()
    await import_raw(parts.database, parts.blobs, mailbox, hurting)
    await import_raw(parts.database, parts.blobs, mailbox, hurting)
    await import_raw(parts.database, parts.blobs, mailbox, ORDINARY)

    await company.works()

    async with parts.database.reading() as tx:
        texts = await tx.values("SELECT trim(text) FROM message WHERE kind = 'message' ORDER BY created_at, id")
        states = await tx.rows("SELECT state, reason FROM delivery ORDER BY received_at, id")
        stuck = await tx.value("SELECT count(*) FROM lane_item")
    parked = [row for row in states if row["state"] == "parked"]
    assert "an ordinary mail" in texts
    assert len(texts) + len(parked) == 2, "neither read nor parked, or twice"
    assert all(row["reason"] for row in parked)
    assert stuck == 0


async def test_a_file_of_a_large_mail_can_be_downloaded(company: Company, mailbox: InboxRecord) -> None:
    parts = company.parts
    await import_raw(parts.database, parts.blobs, mailbox, large())

    await company.works()

    async with parts.database.reading() as tx:
        row = await tx.row("SELECT name, size, blob_ref FROM attachment")
    assert row
    assert row["name"] == "big.zip"
    assert len(await parts.blobs.get(row["blob_ref"])) == row["size"] > 35 * 1024 * 1024
