"""A mail server that misbehaves: what an agent sees of their answer, and that nobody gets it twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from damso.channels.inboxes import InboxRecord
from tests.channels.email.peers import DROP, HANG, SmtpPeer, serving
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.faults.conftest import add_inbox

MINA = "mina@naver.example"


@pytest.fixture
async def peer() -> AsyncIterator[SmtpPeer]:
    async with serving(SmtpPeer()) as peer:
        yield peer


@pytest.fixture
async def mailbox(company: Company, peer: SmtpPeer) -> InboxRecord:
    config: dict[str, Any] = {
        "address": "help@shop.example",
        "password": "secret",
        "imap_host": "127.0.0.1",
        "imap_port": 9,
        "imap_security": "none",
        "sent_folder": "",
        "smtp_host": "127.0.0.1",
        "smtp_port": peer.port,
        "smtp_security": "none",
        "timeout": 0.3,
    }
    return await add_inbox(company, "email", config)


class Answer:
    """An answer by mail, and what became of it."""

    def __init__(self, company: Company, conversation_id: UUID, message_id: UUID) -> None:
        self._company = company
        self._conversation_id = conversation_id
        self._message_id = message_id

    async def stands(self) -> tuple[str | None, str | None]:
        """Its status and the reason of it."""
        line = await self._company.line(self._conversation_id, self._message_id)
        return line.status, line.reason

    async def after(self, passes: timedelta = timedelta(seconds=11)) -> tuple[str | None, str | None]:
        self._company.parts.database.clock.advance(passes)  # type: ignore[attr-defined]
        await self._company.works()
        return await self.stands()


@pytest.fixture
async def answer(company: Company, mailbox: InboxRecord) -> Answer:
    received = await company.gets(postcard(sender=MINA))
    message_id = await company.answers(received.conversation_id, "내일 도착해요.", inbox=mailbox)
    return Answer(company, received.conversation_id, message_id)


@pytest.mark.parametrize(
    "script",
    [
        {"greeting": "421 4.3.2 going down"},
        {"greeting": HANG},
        {"greeting": DROP},
        {"auth": "454 4.7.0 try later"},
        {"mail": "451 4.7.1 greylisted"},
        {"rcpt": "450 4.2.1 mailbox busy"},
        {"rcpt": DROP},
        {"data": "452 4.3.1 no space"},
        {"data": HANG},
        {"end": "451 4.3.0 not now"},
    ],
    ids=str,
)
async def test_a_fault_that_passes_keeps_it_queued_until_it_leaves_once(
    answer: Answer, peer: SmtpPeer, script: dict[str, str]
) -> None:
    peer.script = script
    meanwhile = await answer.after()
    complete = peer.complete
    peer.script = {}

    afterwards = await answer.after(timedelta(minutes=2))

    assert meanwhile == ("queued", None)
    assert afterwards == ("sent", None)
    assert peer.complete == complete + 1


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ({"rcpt": "550 5.1.1 no such user"}, "recipient_unreachable"),
        ({"end": "554 5.7.1 spam"}, "content_rejected"),
        ({"data": "552 5.3.4 too big"}, "content_rejected"),
    ],
    ids=str,
)
async def test_a_fault_that_stays_fails_with_its_reason(
    answer: Answer, peer: SmtpPeer, script: dict[str, str], reason: str
) -> None:
    peer.script = script

    failed = await answer.after()
    peer.script = {}
    later = await answer.after(timedelta(days=1))

    assert failed == later == ("failed", reason)


@pytest.mark.parametrize("script", [{"end": HANG}, {"end": DROP}], ids=str)
async def test_an_outcome_nobody_knows_is_shown_and_never_repeated(
    answer: Answer, peer: SmtpPeer, script: dict[str, str]
) -> None:
    peer.script = script

    unknown = await answer.after()
    peer.script = {}
    later = await answer.after(timedelta(days=1))

    assert unknown == later == ("unknown", "interrupted")
    assert peer.complete == 1


async def test_a_password_that_is_refused_loses_nothing(answer: Answer, peer: SmtpPeer) -> None:
    peer.script = {"auth": "535 5.7.8 wrong"}
    refused = await answer.after()
    peer.script = {}

    assert refused == ("queued", None)
    assert await answer.after(timedelta(minutes=2)) == ("sent", None)


async def test_an_address_that_does_not_exist_is_marked(company: Company, answer: Answer, peer: SmtpPeer) -> None:
    peer.script = {"rcpt": "550 5.1.1 no such user"}

    await answer.after()

    assert await company.count("identity", f"value = '{MINA}' AND bounced_at IS NOT NULL") == 1
