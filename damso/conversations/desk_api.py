"""The rest of the desk over HTTP: canned answers, tags, search, the live socket."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, WebSocket, delete, get, patch, post, websocket
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from msgspec import Meta, Struct

from damso.conversations.canned import (
    CannedAnswer,
    CannedAnswerDraft,
    canned_answers,
    delete_canned_answer,
    delete_tag,
    make_tag,
    render_canned_answer,
    save_canned_answer,
    tags,
)
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.live import DeskLive
from damso.conversations.reach import check_conversation, customer_reach
from damso.conversations.rows import customer_name
from damso.conversations.search import Found, Hit, Piece, Wanted, search
from damso.conversations.subjects import customer_of
from damso.conversations.types import ConversationStatus, Tag
from damso.customers.search import list_customers
from damso.kernel.database import Database
from damso.kernel.settings import Settings
from damso.team.access import Caller, needs, signed_in
from damso.team.addresses import address_of
from damso.team.records.witness import Witness
from damso.team.sessions import session_secret


class RenderedText(Struct, frozen=True):
    text: str


class CannedAnswerController(Controller):
    path = "/api/canned-answers"
    tags = ("Desk",)
    guards = (needs("conversations.read"),)

    @get()
    async def list_canned_answers(self, database: NamedDependency[Database]) -> list[CannedAnswer]:
        """All canned answers."""
        async with database.reading() as tx:
            return await canned_answers(tx)

    @post(guards=[needs("conversations.write")])
    async def create_canned_answer(
        self, database: NamedDependency[Database], data: JSONBody[CannedAnswerDraft]
    ) -> CannedAnswer:
        """Add one."""
        async with database.transaction() as tx:
            return await save_canned_answer(tx, data)

    @patch("/{answer_id:uuid}", guards=[needs("conversations.write")])
    async def update_canned_answer(
        self, database: NamedDependency[Database], answer_id: FromPath[UUID], data: JSONBody[CannedAnswerDraft]
    ) -> CannedAnswer:
        """Change one."""
        async with database.transaction() as tx:
            return await save_canned_answer(tx, data, answer_id=answer_id)

    @delete("/{answer_id:uuid}", guards=[needs("conversations.write")])
    async def remove_canned_answer(self, database: NamedDependency[Database], answer_id: FromPath[UUID]) -> None:
        """Delete one."""
        async with database.transaction() as tx:
            await delete_canned_answer(tx, answer_id)

    @get("/{answer_id:uuid}/render")
    async def render_canned_answer(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        links: NamedDependency[SkipValidation[PreferenceLinks]],
        answer_id: FromPath[UUID],
        conversation_id: FromQuery[UUID],
    ) -> RenderedText:
        """Its text for one conversation, with the variables put in."""
        async with database.reading() as tx:
            await check_conversation(tx, caller, conversation_id)
            text = await render_canned_answer(tx, answer_id, conversation_id, caller.agent, links)
            customer_id = await customer_of(tx, conversation_id)
        await witness.viewed(customer_id)
        return RenderedText(text)


class NewTag(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    colour: Annotated[str, Meta(pattern="^[a-z]{3,10}$")] = "grey"


class TagController(Controller):
    path = "/api/tags"
    tags = ("Desk",)
    guards = (needs("conversations.read"),)

    @get()
    async def list_tags(self, database: NamedDependency[Database]) -> list[Tag]:
        """All tags."""
        async with database.reading() as tx:
            return await tags(tx)

    @post(guards=[needs("conversations.write")])
    async def create_tag(self, database: NamedDependency[Database], data: JSONBody[NewTag]) -> Tag:
        """Add a tag."""
        async with database.transaction() as tx:
            return await make_tag(tx, data.name, data.colour)

    @delete("/{tag_id:uuid}", guards=[needs("conversations.write")])
    async def remove_tag(self, database: NamedDependency[Database], tag_id: FromPath[UUID]) -> None:
        """Delete a tag from everywhere."""
        async with database.transaction() as tx:
            await delete_tag(tx, tag_id)


@get("/api/search", tags=["Desk"], guards=[needs("conversations.read")])
async def search_everything(
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    witness: NamedDependency[Witness],
    q: FromQuery[str],
    kind: FromQuery[Literal["all", "message", "customer"]] = "all",
    status: FromQuery[ConversationStatus | None] = None,
    inbox_id: FromQuery[UUID | None] = None,
    channel: FromQuery[str | None] = None,
    assignee: FromQuery[UUID | None] = None,
    customer: FromQuery[UUID | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    cursor: FromQuery[str | None] = None,
) -> Found:
    """Search all history: customers first (on the first page), then messages, newest first."""
    wanted = Wanted(
        q=q,
        status=status,
        inbox_id=inbox_id,
        channel=channel,
        assignee_id=assignee,
        customer_id=customer,
        since=since,
        until=until,
    )
    narrowed = any((status, inbox_id, channel, assignee, customer, since, until, cursor))
    async with database.reading() as tx:
        people: list[Hit] = []
        if caller.may("customers.read") and (kind == "customer" or (kind == "all" and not narrowed)):
            page = await list_customers(tx, q=q, within=partial(customer_reach, caller))
            people = [
                Hit(
                    kind="customer",
                    customer=customer_name(person.id, person.name),
                    snippet=[Piece(identity.value, hit=False) for identity in person.identities[:1]],
                    at=person.last_seen_at,
                )
                for person in page.items[: 50 if kind == "customer" else 5]
            ]
        if kind == "customer":
            witness.searched(hit.customer.id for hit in people)
            return Found(items=people, next=None, count=len(people), more_than=False)
        found = await search(tx, wanted, caller, cursor=cursor)
    witness.searched(hit.customer.id for hit in people + found.items)
    return Found(
        items=people + found.items, next=found.next, count=found.count + len(people), more_than=found.more_than
    )


@websocket("/api/live", guards=[signed_in])
async def live(
    socket: WebSocket[Any, Caller, Any],
    desk_live: NamedDependency[DeskLive],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> None:
    """The desk's live socket; see docs/api.md for its frames."""
    caller = socket.user
    async with database.reading() as tx:
        name = await tx.value("SELECT name FROM agent WHERE id = $1", caller.agent_id)
    await desk_live.serve(socket, caller, name, session_secret(socket, settings) or "", address_of(socket, settings))
