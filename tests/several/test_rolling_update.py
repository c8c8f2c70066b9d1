"""The code of the last release goes on working while the database is already migrated, and meets the new code."""

from pathlib import Path

import pytest

from damso.kernel.migrations import migrate
from damso.kernel.postgres import EmbeddedPostgres
from tests.channels.api.system import SECRET
from tests.faults.peers import MailServer, WebhookReceiver, receiving
from tests.http.sockets import chat_socket, desk_socket
from tests.several.fleet import Fleet, Member, stopping
from tests.several.house import House
from tests.several.released import furnished_by, released_code

pytestmark = pytest.mark.slow


async def test_old_code_works_on_the_new_schema_beside_the_new_code(tmp_path: Path) -> None:
    code, data = released_code(tmp_path / "released"), tmp_path / "data"
    webhooks, mails = WebhookReceiver(SECRET), MailServer()
    async with receiving(webhooks, mails), EmbeddedPostgres(data, durable=False) as server:
        company = furnished_by(code, server.dsn, data, system_url=webhooks.origin, smtp_port=mails.port)
        with stopping(Fleet(server.dsn, data, webhooks.origin)) as fleet:
            old = Member("web", data, fleet.settings, code)
            old_worker = Member("worker", data, fleet.settings, code)
            new = fleet.web[0]
            fleet.web, fleet.workers = [old, new], [old_worker]
            for member in (old, old_worker):
                member.start()
                await member.is_ready()
            house = House(fleet, company, webhooks, mails)
            await serves(house, old, old, "before")

            assert await migrate(server.dsn)
            await serves(house, old, old, "after")
            new.start()
            await new.is_ready()
            await serves(house, old, new, "visitor-old")
            await serves(house, new, old, "visitor-new")
            await house.http.aclose()
            assert old.faults() == old_worker.faults() == new.faults() == []


async def serves(house: House, visitors: Member, agents: Member, who: str) -> None:
    """The main path: a visitor and a system write, an agent answers both; the old worker does what waits."""
    visitor = await house.visitor(visitors)
    async with (
        chat_socket(visitors.address, visitor) as chat,
        desk_socket(agents.address, house.company.session) as desk,
    ):
        await house.visitor_says(visitors, visitor, f"{who}: 안녕하세요")
        arrived = await desk.hears(lambda frame: frame["type"] == "entry" and who in frame["entry"]["text"])
        await house.answer(agents, arrived["conversation_id"], f"{who}: 네!", "chat")
        await chat.hears(lambda frame: frame["type"] == "entry" and frame["entry"]["text"] == f"{who}: 네!")
    await house.system_says(visitors, who, 0)
    conversation = await house.conversation_of(who)
    sent = await house.answer(agents, conversation, f"{who}님께", "api")
    await house.fleet.comes_true("SELECT status = 'sent' FROM message WHERE id = $1::uuid", sent)
    assert [said for said in house.webhooks.said.values() if said == {f"{who}님께"}]
