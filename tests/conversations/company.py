"""A small fictional company, and the verbs with which tests talk to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from msgspec import Struct

from damso.bootstrap import Parts, contact_rules_of, lanes_of, readers_of, timers_of
from damso.brand.create_brand import create_brand
from damso.channels.connect import connect
from damso.channels.inboxes import InboxRecord
from damso.channels.items import InboundMessage
from damso.conversations.entries import entries_of
from damso.conversations.receive import Arrival, Received, receive
from damso.conversations.rows import rows_by_id
from damso.conversations.send import Sending, send
from damso.conversations.types import Entry, Row
from damso.conversations.waiting import Follower, follow
from damso.conversations.widget.entries import WidgetEntry, own_identities, widget_entries
from damso.conversations.widget.say import say
from damso.conversations.widget.visitor import Visitor, new_visitor
from damso.customers.consent.may_contact import ContactRules
from damso.kernel import log
from damso.kernel.lanes import Worker
from damso.kernel.log import Actor
from damso.kernel.readers import advance
from damso.kernel.timers import run_due
from damso.team.create_agent import create_agent


class Company(Struct, frozen=True, kw_only=True):
    parts: Parts
    brand_id: UUID
    chat: InboxRecord
    post: InboxRecord
    agent: Actor
    colleague: Actor

    async def gets(self, item: InboundMessage, *, at: datetime | None = None) -> Received:
        """A card arrives."""
        async with self.parts.database.transaction() as tx:
            arrival = Arrival(item=item, received_at=at or tx.now)
            return await receive(tx, self.parts.keyring, self.post, arrival)

    async def hears(self, item: Follower) -> None:
        """News of a card arrives."""
        async with self.parts.database.transaction() as tx:
            await follow(tx, self.parts.keyring, self.post, item)

    async def answers(
        self,
        conversation_id: UUID,
        text: str = "확인해 볼게요.",
        *,
        to: int | None = None,
        inbox: InboxRecord | None = None,
        author: Actor | None = None,
        send_key: str | None = None,
        seen: UUID | None = None,
        send_anyway: bool = True,
        accept_warnings: bool = False,
        cc: Sequence[str] = (),
        purpose: str = "service",
        rules: ContactRules | None = None,
    ) -> UUID:
        """An agent answers, by the card unless told otherwise."""
        async with self.parts.database.transaction() as tx:
            identity_id = to or await tx.value(
                "SELECT anchor_identity_id FROM conversation WHERE id = $1", conversation_id
            )
            sending = Sending(
                conversation_id=conversation_id,
                send_key=send_key or str(uuid4()),
                inbox=inbox or self.post,
                identity_id=identity_id,
                text=text,
                author=author or self.agent,
                seen_message_id=seen,
                send_anyway=send_anyway,
                accept_warnings=accept_warnings,
                cc=cc,
                purpose=purpose,
                rules=rules,
            )
            return await send(tx, sending)

    async def works(self) -> None:
        """Everything that waits is done: lanes, readers."""
        await Worker(self.parts.database, lanes_of(self.parts)).drain()
        async with self.parts.database.reading() as tx:
            below = await log.horizon(tx)
        for reader in readers_of():
            while await advance(self.parts.database, reader, below):
                pass

    @property
    def rules(self) -> ContactRules:
        """By which it is decided whom they may write to."""
        return contact_rules_of(self.parts)

    async def due(self) -> None:
        """What is due now happens, and what comes of it."""
        await run_due(self.parts.database, timers_of(self.parts))
        await self.works()

    async def delivers(self) -> None:
        """The time to undo is over and what is queued leaves."""
        clock = self.parts.database.clock
        clock.advance(timedelta(seconds=11))  # type: ignore[attr-defined]
        await self.works()

    async def lines(self, conversation_id: UUID) -> list[Entry]:
        async with self.parts.database.reading() as tx:
            return (await entries_of(tx, conversation_id, "ko")).items

    async def line(self, conversation_id: UUID, message_id: UUID) -> Entry:
        return next(entry for entry in await self.lines(conversation_id) if entry.id == message_id)

    async def row(self, conversation_id: UUID) -> Row:
        async with self.parts.database.reading() as tx:
            return (await rows_by_id(tx, [conversation_id]))[0]

    async def identity(self, value: str) -> int:
        async with self.parts.database.reading() as tx:
            found: int = await tx.value("SELECT id FROM identity WHERE value = $1", value)
            return found

    async def count(self, table: str, condition: str = "true") -> int:
        async with self.parts.database.reading() as tx:
            found: int = await tx.value(f"SELECT count(*) FROM {table} WHERE {condition}")
            return found

    def visitor(self) -> Visitor:
        return new_visitor(self.chat)

    async def hears_visitor(self, visitor: Visitor, text: str, *, client_id: UUID | None = None) -> Received:
        """A visitor writes in the chat."""
        async with self.parts.database.transaction() as tx:
            return await say(
                tx,
                self.parts.keyring,
                self.chat,
                visitor,
                client_id=client_id or uuid4(),
                text=text,
                attachment_ids=(),
            )

    async def shows(self, visitor: Visitor) -> list[WidgetEntry]:
        """What the visitor sees in their chat."""
        async with self.parts.database.reading() as tx:
            identities = await own_identities(tx, visitor.key)
            return (await widget_entries(tx, self.parts.keyring, identities, self.brand_id)).items


async def make_company(parts: Parts) -> Company:
    async with parts.database.transaction() as tx:
        brand_id = await create_brand(tx, "달빛상점")
        inboxes = [
            await connect(
                tx, parts.adapters, parts.keyring, channel=channel, name=name, brand_id=brand_id, config=config
            )
            for channel, name, config in (("chat", "채팅", {}), ("postcard", "엽서", {}))
        ]
        agents = [
            await create_agent(tx, name=name, email=email)
            for name, email in (("이서연", "seoyeon@damso.example"), ("한도윤", "doyun@damso.example"))
        ]
    async with parts.database.reading() as tx:
        chat, post = [await parts.inboxes.by_id(tx, inbox_id) for inbox_id in inboxes]
    agent, colleague = (Actor("agent", str(agent_id)) for agent_id in agents)
    return Company(parts=parts, brand_id=brand_id, chat=chat, post=post, agent=agent, colleague=colleague)
