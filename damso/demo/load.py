"""Loading the sample company, on a first start, through the same verbs as everybody else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from damso.brand.create_brand import create_brand
from damso.brand.types import Hours, Opening
from damso.channels.connect import InboxChange, connect
from damso.channels.connect import change as change_inbox
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.items import Address, InboundMessage
from damso.channels.types import Adapter
from damso.conversations.canned import CannedAnswerDraft, make_tag, save_canned_answer
from damso.conversations.change import Change, change
from damso.conversations.note import write_note
from damso.conversations.receive import Arrival, receive
from damso.conversations.send import Sending, send
from damso.demo.counter import at_the_counter, bring_back
from damso.demo.mail.service import DemoMail
from damso.demo.orders import sell
from damso.demo.phones import connect_phones, give_numbers
from damso.demo.shop import CHAT_KEY
from damso.demo.stories import CANNED, STORIES, TAGS, Line, Story
from damso.demo.story_clock import at_time
from damso.demo.visits import visit
from damso.demo.working_day import set_up_working_day
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.log import SYSTEM, Actor, make_partitions
from damso.team.create_agent import create_agent
from damso.team.set_up import Company, found_company
from damso.team.teams import TeamRequest, create_team

COMPANY = Company(name="달빛상점", locale="ko", timezone="Asia/Seoul", demo=True)
_DAY = [Opening(opens="00:00", closes="24:00")]
ALWAYS = Hours(mon=_DAY, tue=_DAY, wed=_DAY, thu=_DAY, fri=_DAY, sat=_DAY, sun=_DAY, closed_on=[])
"""Whoever tries the demo, at whatever hour, is the agent who is there."""
_NAMESPACE = UUID("5c8f7a1e-6d0b-4c8e-9a57-0d1f7f5f3a10")
_AGENTS = (
    ("seoyeon", "이서연", "owner"),
    ("doyun", "한도윤", "agent"),
    ("subin", "조수빈", "agent"),
)


async def load_demo(
    database: Database, adapters: Mapping[str, Adapter], keyring: Keyring, inboxes: Inboxes, mail: DemoMail
) -> None:
    """Make the sample company with its people, channels and a few days of conversations.

    Where it is there already, its mailbox is told where the demo's mail server listens today, and channels that are
    new are connected.
    """
    now = database.clock.now()
    async with database.transaction() as tx:
        if await tx.value("SELECT EXISTS (SELECT FROM installation)"):
            await _find_mailbox(tx, adapters, keyring, mail)
            await connect_phones(tx, adapters, keyring, COMPANY.name)
            return
        await found_company(tx, COMPANY, ())
        brand_id = await create_brand(
            tx, COMPANY.name, colour="#2f5d50", signature="달빛상점 · help@damso.example", hours=ALWAYS
        )
        agents = {
            key: await create_agent(tx, name=name, email=f"{key}@damso.example", role=role, availability="online")  # type: ignore[arg-type]
            for key, name, role in _AGENTS
        }
        await create_team(tx, TeamRequest(name="배송·교환", member_ids=[agents["doyun"], agents["subin"]]), SYSTEM)
        made = {
            "chat": await connect(
                tx, adapters, keyring, channel="chat", name="달빛상점 채팅", brand_id=brand_id, config={}, key=CHAT_KEY
            ),
            "email": await connect(
                tx,
                adapters,
                keyring,
                channel="email",
                name="help@damso.example",
                brand_id=brand_id,
                config=mail.connection(),
            ),
        }
        for title, shortcut, text in CANNED:
            await save_canned_answer(tx, CannedAnswerDraft(title=title, shortcut=shortcut, text=text))
        await connect_phones(tx, adapters, keyring, COMPANY.name)
        tags = {name: (await make_tag(tx, name, colour)).id for name, colour in TAGS}
    for story in STORIES:
        async with database.reading() as tx:
            inbox = await inboxes.by_id(tx, made[story.channel])
        await _tell(database, keyring, inbox, story, agents, tags, now)
    async with database.transaction() as tx:
        await sell(tx, now)
        await set_up_working_day(tx, agents["seoyeon"], tags)
        await visit(tx, now)
        await give_numbers(tx)
    await at_the_counter(database, keyring, now)
    await bring_back(database, agents["doyun"], now)


async def _find_mailbox(tx: Transaction, adapters: Mapping[str, Adapter], keyring: Keyring, mail: DemoMail) -> None:
    inbox_id = await tx.value(
        "SELECT id FROM inbox WHERE channel = 'email' AND config->>'address' = $1 ORDER BY created_at LIMIT 1",
        mail.shop,
    )
    if inbox_id:
        await change_inbox(tx, adapters, keyring, inbox_id, InboxChange(config=mail.connection()))


async def _tell(
    database: Database,
    keyring: Keyring,
    inbox: InboxRecord,
    story: Story,
    agents: Mapping[str, UUID],
    tags: Mapping[str, UUID],
    now: datetime,
) -> None:
    conversation_id: UUID | None = None
    agent = Actor("agent", str(agents[story.agent]))
    for line in story.lines:
        async with at_time(database, now - line.ago).transaction() as tx:
            await make_partitions(tx)
            conversation_id = await _say(tx, keyring, inbox, story, line, agent, conversation_id)
    assert conversation_id is not None
    async with database.transaction() as tx:
        wanted = Change(tag_ids=[tags[tag] for tag in story.tags], priority=story.priority)  # type: ignore[arg-type]
        await change(tx, conversation_id, wanted, agent)
        if story.after == "resolved":
            await change(tx, conversation_id, Change(status="resolved"), agent)
        if story.after == "snoozed":
            tomorrow = tx.now + timedelta(days=1)
            await change(tx, conversation_id, Change(status="snoozed", snoozed_until=tomorrow), agent)


async def _say(
    tx: Transaction,
    keyring: Keyring,
    inbox: InboxRecord,
    story: Story,
    line: Line,
    agent: Actor,
    conversation_id: UUID | None,
) -> UUID:
    key = uuid5(_NAMESPACE, f"{story.email} {line.text}")
    if line.by == "customer":
        item = InboundMessage(
            external_id=str(key),
            dedupe_scope="demo",
            sender=_sender(story, inbox),
            text=line.text,
            subject=story.subject,
            authenticated=True,
        )
        return (await receive(tx, keyring, inbox, Arrival(item=item, received_at=tx.now))).conversation_id
    assert conversation_id is not None
    if line.by == "note":
        await write_note(
            tx, conversation_id, UUID(agent.id), send_key=str(key), text=line.text, mentions=(), attachment_ids=()
        )
        return conversation_id
    identity_id = await tx.value("SELECT anchor_identity_id FROM conversation WHERE id = $1", conversation_id)
    sending = Sending(
        conversation_id=conversation_id,
        send_key=str(key),
        inbox=inbox,
        identity_id=identity_id,
        text=line.text,
        author=agent,
        send_anyway=True,
    )
    await send(tx, sending)
    return conversation_id


def _sender(story: Story, inbox: InboxRecord) -> Address:
    """A mail comes from the customer's address, a chat message from their browser."""
    if inbox.channel == "email":
        return Address(kind="email", value=story.email, name=story.customer)
    visitor = uuid5(_NAMESPACE, story.email)
    return Address(kind="visitor", scope=inbox.key, value=str(visitor), name=story.customer)
