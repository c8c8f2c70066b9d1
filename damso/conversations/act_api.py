"""Acts over HTTP: changing many cases at once, macros run on them, splitting; how far it has come; undoing it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from msgspec import UNSET, Meta, Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.act_lane import leave_to_lane
from damso.conversations.act_work import Wanted, chunk_of, go_on, wanted_of_macro
from damso.conversations.acts import (
    Act,
    ActKind,
    Begun,
    Chosen,
    act_of,
    begin_act,
    begin_undoing,
    choose_cases,
    choose_view,
    last_act,
    own_act,
)
from damso.conversations.change import Change, check_change
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.join import JoinCandidate, candidates_for, undo_join
from damso.conversations.macros import Macro, MacroDraft, delete_macro, macro, macros, save_macro, words_of
from damso.conversations.reach import check_conversation
from damso.conversations.say_macro import way_of
from damso.conversations.split_off import split_off, undo_split
from damso.conversations.subjects import customer_of
from damso.conversations.types import Route
from damso.conversations.views import filter_of
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Invalid
from damso.kernel.i18n import Locale
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class NewAct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do to which cases: a change, or a macro; on `cases`, or on all of a `view` as it was at `seen_at`. The id
    is made by the client: the same id again is the same act."""

    id: UUID
    cases: list[Chosen] = []
    view: str | None = None
    seen_at: Annotated[datetime, Meta(tz=True)] | None = None
    change: Change | None = None
    macro_id: UUID | None = None


class LastAct(Struct, frozen=True):
    act: Act | None


class SplitOff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages and notes go into a case of their own. `act_id` as of an act."""

    act_id: UUID
    message_ids: Annotated[list[UUID], Meta(min_length=1, max_length=500)]
    subject: Annotated[str, Meta(max_length=500)] = ""


class ActController(Controller):
    path = "/api/acts"
    tags = ("Acts",)
    guards = (needs("conversations.write"),)

    @post()
    async def start_act(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        inboxes: NamedDependency[Inboxes],
        links: NamedDependency[SkipValidation[PreferenceLinks]],
        data: JSONBody[NewAct],
    ) -> Act:
        """Do something to many cases. A few are done when this answers; of more, ask how far it has come."""
        async with database.transaction() as tx:
            wanted = await _wanted(tx, caller, data)
            kind: ActKind = "macro" if data.macro_id else "change"
            if await begin_act(tx, caller.actor, data.id, kind, _stored(wanted)):
                total = await _choose(tx, caller, data)
                if total < chunk_of(wanted):
                    await go_on(tx, inboxes, links, await own_act(tx, caller.actor, data.id), caller)
                else:
                    await leave_to_lane(tx, data.id)
            return await act_of(tx, caller, data.id)

    @get("/last")
    async def get_last_act(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> LastAct:
        """What the caller did last, if it goes on or can still be undone."""
        async with database.reading() as tx:
            return LastAct(await last_act(tx, caller))

    @get("/{act_id:uuid}")
    async def get_act(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], act_id: FromPath[UUID]
    ) -> Act:
        """How far one's own act has come."""
        async with database.reading() as tx:
            return await act_of(tx, caller, act_id)

    @post("/{act_id:uuid}/undo", status_code=200)
    async def undo_act(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        inboxes: NamedDependency[Inboxes],
        links: NamedDependency[SkipValidation[PreferenceLinks]],
        act_id: FromPath[UUID],
    ) -> Act:
        """Give each case back what it had before, unless it has changed since."""
        async with database.transaction() as tx:
            act = await own_act(tx, caller.actor, act_id)
            if await begin_undoing(tx, act):
                await _undo(tx, inboxes, links, await own_act(tx, caller.actor, act_id), caller)
            return await act_of(tx, caller, act_id)


async def _wanted(tx: Transaction, caller: Caller, data: NewAct) -> Wanted:
    """Raises `Invalid` for what does nothing, `NotFound` for a macro that is not there."""
    if (data.change is None) == (data.macro_id is None):
        raise Invalid(field="change")
    if data.macro_id:
        steps = (await macro(tx, caller, data.macro_id)).steps
        wanted = wanted_of_macro(steps, caller, tx.now)
    else:
        wanted = Wanted(change=data.change or Change())
    if wanted.change.subject is not UNSET:
        raise Invalid(field="change.subject")
    await check_change(tx, wanted.change)
    return wanted


def _stored(wanted: Wanted) -> dict[str, object]:
    return {"change": wanted.change, **({"steps": wanted.steps} if wanted.steps else {})}


async def _choose(tx: Transaction, caller: Caller, data: NewAct) -> int:
    if data.view:
        chosen = await filter_of(tx, data.view, caller.agent)
        return await choose_view(tx, data.id, caller, chosen, data.seen_at or tx.now)
    return await choose_cases(tx, data.id, caller, data.cases)


async def _undo(tx: Transaction, inboxes: Inboxes, links: PreferenceLinks, act: Begun, caller: Caller) -> None:
    if act.kind == "split":
        await undo_split(tx, act, caller.actor)
    elif act.kind == "join":
        await undo_join(tx, act, caller.actor)
    elif await go_on(tx, inboxes, links, act, caller):
        await leave_to_lane(tx, act.id)


class SplitController(Controller):
    path = "/api/conversations/{conversation_id:uuid}"
    tags = ("Acts",)

    @post("/split", guards=[needs("conversations.write")])
    async def split_conversation(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        conversation_id: FromPath[UUID],
        data: JSONBody[SplitOff],
    ) -> Act:
        """Move some messages into a case of their own."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            await split_off(
                tx, conversation_id, data.message_ids, caller, act_id=data.act_id, subject=data.subject.strip()
            )
            return await act_of(tx, caller, data.act_id)

    @get("/join-candidates", guards=[needs("conversations.read")])
    async def list_join_candidates(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        conversation_id: FromPath[UUID],
    ) -> list[JoinCandidate]:
        """The customer's other cases that this one can be joined into."""
        async with database.reading() as tx:
            await check_conversation(tx, caller, conversation_id)
            candidates = await candidates_for(tx, conversation_id, caller)
            customer_id = await customer_of(tx, conversation_id)
        await witness.viewed(customer_id)
        return candidates


class MacroPreview(Struct, frozen=True):
    """What a macro would say in a case, and by which way; without a way nothing can be sent."""

    answer: str
    note: str
    route: Route | None


class MacroController(Controller):
    path = "/api/macros"
    tags = ("Desk",)
    guards = (needs("conversations.write"),)

    @get()
    async def list_macros(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> list[Macro]:
        """One's own and everybody's."""
        async with database.reading() as tx:
            return await macros(tx, caller)

    @post()
    async def create_macro(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], data: JSONBody[MacroDraft]
    ) -> Macro:
        """Add one."""
        async with database.transaction() as tx:
            return await save_macro(tx, caller, data)

    @put("/{macro_id:uuid}")
    async def update_macro(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        macro_id: FromPath[UUID],
        data: JSONBody[MacroDraft],
    ) -> Macro:
        """Change one."""
        async with database.transaction() as tx:
            return await save_macro(tx, caller, data, macro_id=macro_id)

    @delete("/{macro_id:uuid}")
    async def remove_macro(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], macro_id: FromPath[UUID]
    ) -> None:
        """Delete one."""
        async with database.transaction() as tx:
            await delete_macro(tx, caller, macro_id)

    @get("/{macro_id:uuid}/preview")
    async def preview_macro(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        inboxes: NamedDependency[Inboxes],
        links: NamedDependency[SkipValidation[PreferenceLinks]],
        locale: NamedDependency[Locale],
        macro_id: FromPath[UUID],
        conversation_id: FromQuery[UUID],
    ) -> MacroPreview:
        """What it would say in one case, its variables put in."""
        async with database.reading() as tx:
            await check_conversation(tx, caller, conversation_id)
            steps = (await macro(tx, caller, macro_id)).steps
            words = await words_of(tx, links, steps, conversation_id, caller.agent_id)
            return MacroPreview(words.answer, words.note, await way_of(tx, inboxes, conversation_id, caller))
