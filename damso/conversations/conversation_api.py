"""Cases over HTTP: views, lists, one case, and what people do with it."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter, SkipValidation
from msgspec import Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.change import Change, change
from damso.conversations.drafts import Draft, drop_draft, keep_draft, mark_seen
from damso.conversations.join import join
from damso.conversations.reach import check_conversation
from damso.conversations.rows import Filter, list_rows
from damso.conversations.send import Sending, send
from damso.conversations.signature import SignatureBelow, signature_below
from damso.conversations.start import start
from damso.conversations.story import Cases
from damso.conversations.types import ConversationStatus, Row
from damso.conversations.view import ConversationView, open_view
from damso.conversations.views import filter_of
from damso.kernel.database import Database
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class NewConversation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A first message of ours, where the channel lets the company write first."""

    customer_id: UUID
    inbox_id: UUID
    identity_id: int
    text: str
    send_key: UUID
    subject: str = ""
    attachment_ids: list[UUID] = []


class JoinInto(Struct, frozen=True, forbid_unknown_fields=True):
    """`act_id` is made by the client, which can undo the act under it."""

    into: UUID
    act_id: UUID | None = None


class SeenUpTo(Struct, frozen=True, forbid_unknown_fields=True):
    message_id: UUID


class ConversationController(Controller):
    path = "/api/conversations"
    tags = ("Conversations",)
    guards = (needs("conversations.read"),)

    @get()
    async def list_conversations(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        view: Annotated[str | None, Parameter(description="A view's id")] = None,
        cursor: FromQuery[str | None] = None,
        status: FromQuery[ConversationStatus | None] = None,
        assignee: FromQuery[str | None] = None,
        inbox_id: FromQuery[UUID | None] = None,
        channel: FromQuery[str | None] = None,
        tag_id: FromQuery[UUID | None] = None,
    ) -> Page[Row]:
        """A page of conversations, by a view or by filters."""
        async with database.reading() as tx:
            if view:
                chosen = await filter_of(tx, view, caller.agent)
            else:
                chosen = Filter(
                    status=[status] if status else None,
                    assignee=assignee,
                    inbox_ids=[inbox_id] if inbox_id else None,
                    channels=[channel] if channel else None,
                    tag_ids=[tag_id] if tag_id else None,
                )
            page = await list_rows(tx, chosen, caller, cursor=cursor)
        witness.listed(row.customer.id for row in page.items)
        return page

    @post(guards=[needs("conversations.write")])
    async def start_conversation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        cases: NamedDependency[SkipValidation[Cases]],
        data: JSONBody[NewConversation],
    ) -> ConversationView:
        """Write to a customer first."""
        async with database.transaction() as tx:
            inbox = await inboxes.by_id(tx, data.inbox_id)
            caller.check_inbox(inbox.id, inbox.brand_id)
            await cases.check(tx, data.customer_id)
            conversation_id = await start(
                tx,
                inbox,
                data.customer_id,
                data.identity_id,
                send_key=str(data.send_key),
                subject=data.subject,
                actor=caller.actor,
            )
            sending = Sending(
                conversation_id=conversation_id,
                send_key=str(data.send_key),
                inbox=inbox,
                identity_id=data.identity_id,
                text=data.text,
                subject=data.subject,
                attachment_ids=data.attachment_ids,
                author=caller.actor,
            )
            await send(tx, sending)
            if caller.limits.teams:
                # Else a program that is limited to teams could not see what it began.
                await change(tx, conversation_id, Change(team_id=min(caller.limits.teams)), caller.actor)
            view = await open_view(tx, inboxes, conversation_id, caller, locale)
        witness.changed(view.customer.id)
        return view

    @get("/{conversation_id:uuid}")
    async def get_conversation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        conversation_id: FromPath[UUID],
    ) -> ConversationView:
        """One case with its routes, its draft and what it may belong to."""
        async with database.reading() as tx:
            await check_conversation(tx, caller, conversation_id)
            view = await open_view(tx, inboxes, conversation_id, caller, locale)
        await witness.viewed(view.customer.id)
        return view

    @get("/{conversation_id:uuid}/signature", guards=[needs("conversations.write")])
    async def get_signature(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        conversation_id: FromPath[UUID],
        identity_id: FromQuery[int | None] = None,
    ) -> SignatureBelow:
        """What stands under a mail of one's own to somebody in this case, its customer unless it is said."""
        async with database.reading() as tx:
            await check_conversation(tx, caller, conversation_id)
            return await signature_below(tx, conversation_id, identity_id, caller.agent)

    @patch("/{conversation_id:uuid}", guards=[needs("conversations.write")])
    async def update_conversation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        conversation_id: FromPath[UUID],
        data: JSONBody[Change],
    ) -> ConversationView:
        """Assign, snooze, resolve, tag, set the priority."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await change(tx, conversation_id, data, caller.actor)
            view = await open_view(tx, inboxes, conversation_id, caller, locale)
        witness.changed(view.customer.id)
        return view

    @put("/{conversation_id:uuid}/draft", guards=[needs("conversations.write")], status_code=204)
    async def put_draft(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        conversation_id: FromPath[UUID],
        data: JSONBody[Draft],
    ) -> None:
        """Keep what is being written."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await keep_draft(tx, conversation_id, caller.agent, data)

    @delete("/{conversation_id:uuid}/draft", guards=[needs("conversations.write")])
    async def remove_draft(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], conversation_id: FromPath[UUID]
    ) -> None:
        """Forget what was being written."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await drop_draft(tx, conversation_id, caller.agent)

    @post("/{conversation_id:uuid}/join", guards=[needs("conversations.write")])
    async def join_conversation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        conversation_id: FromPath[UUID],
        data: JSONBody[JoinInto],
    ) -> ConversationView:
        """Move all of this case into another of the same customer; answers with the other."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await check_conversation(tx, caller, data.into)
            joined = await join(tx, conversation_id, data.into, caller.actor, act_id=data.act_id)
            view = await open_view(tx, inboxes, joined, caller, locale)
        witness.changed(view.customer.id)
        return view

    @post("/{conversation_id:uuid}/seen", guards=[needs("conversations.write")], status_code=204)
    async def see_conversation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        conversation_id: FromPath[UUID],
        data: JSONBody[SeenUpTo],
    ) -> None:
        """The agent has read up to a message, which the customer's chat shows: so it is an act of writing."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await mark_seen(tx, conversation_id, caller.agent, data.message_id)
