"""The copy of an answer in the mailbox's own folder for sent mail."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from damso.channels.adapters.email.adapter import SENT_SCOPE, EmailAdapter
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.types import Blob, Receipt, Thread
from tests.channels.email.dovecot import ADDRESS, PASSWORD, Dovecot, free_port
from tests.channels.email.messages import SEND_KEY, TOKEN, make_message
from tests.channels.email.peers import Inbound, honest_smtp

SENT_SPECIAL = ".&vPSwuLpUx3zVaA-"
"""보낸메일함 in the modified UTF-7 in which Maildir names its folders."""

MESSAGE = make_message(attachments=(Blob(name="견적서.pdf", content_type="application/pdf", data=b"%PDF"),))


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def config_for(dovecot: Dovecot, smtp_port: int) -> EmailConfig:
    return EmailConfig(
        address=ADDRESS,
        password=PASSWORD,
        imap_host="127.0.0.1",
        imap_port=dovecot.port,
        imap_security="none",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_security="none",
        timeout=5,
    )


async def send(dovecot: Dovecot, http: httpx.AsyncClient, **changed: object) -> tuple[Inbound, Receipt]:
    inbound, adapter = Inbound(), EmailAdapter()
    async with honest_smtp(inbound, account=(ADDRESS, PASSWORD)) as port:
        config = msgspec.structs.replace(config_for(dovecot, port), **changed)
        receipt = await adapter.send(MESSAGE, Thread(), config, http)
        await adapter.settle()
    return inbound, receipt


async def test_the_receipt_names_the_mail(dovecot: Dovecot, http: httpx.AsyncClient) -> None:
    _, receipt = await send(dovecot, http)
    assert receipt == Receipt(external_id=f"{TOKEN}.{SEND_KEY}@shop.example", dedupe_scope=SENT_SCOPE)


async def test_the_copy_is_what_was_sent_in_the_servers_own_folder_and_read(
    dovecot: Dovecot, http: httpx.AsyncClient
) -> None:
    inbound, _ = await send(dovecot, http)
    (copy,) = (dovecot.maildir / SENT_SPECIAL / "cur").iterdir()
    assert copy.read_bytes().replace(b"\n", b"\r\n") == inbound.envelopes[0].content
    assert copy.name.endswith("S")


async def test_a_folder_that_is_there_is_used(dovecot: Dovecot, http: httpx.AsyncClient) -> None:
    dovecot.deliver(b"Subject: x\r\n\r\n", folder=".Sent")
    await send(dovecot, http)
    assert len(list((dovecot.maildir / ".Sent" / "cur").iterdir())) == 1


async def test_no_copy_where_the_provider_keeps_one(dovecot: Dovecot, http: httpx.AsyncClient) -> None:
    inbound, _ = await send(dovecot, http, sent_folder="")
    assert len(inbound.envelopes) == 1
    assert not (dovecot.maildir / SENT_SPECIAL).exists()


async def test_a_copy_that_cannot_be_kept_leaves_the_mail_sent(dovecot: Dovecot, http: httpx.AsyncClient) -> None:
    inbound, receipt = await send(dovecot, http, imap_port=free_port())
    assert len(inbound.envelopes) == 1
    assert receipt.external_id


async def test_our_own_sent_mail_is_not_read_as_new(dovecot: Dovecot, http: httpx.AsyncClient) -> None:
    await send(dovecot, http)
    config = msgspec.structs.replace(config_for(dovecot, 1), import_existing=True)
    assert len([polled async for polled in EmailAdapter().poll({}, config, http)]) == 1
