"""Routes of who is one person: merging, taking apart, undoing."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct
from msgspec.structs import replace

from damso.customers.api import CustomerIdentity, identity_view
from damso.customers.history import HistoryLine, history
from damso.customers.identity_graph import IdentityGraph, identity_graph
from damso.customers.merge import merge, plan_merge
from damso.customers.preview import Conflict, Side, merge_preview, unmerge_preview
from damso.customers.suggested import Cases, check_all, in_reach
from damso.customers.suggestions import not_the_same
from damso.customers.types import DividedCase
from damso.customers.unmerge import customers_of_act, plan_unmerge, undo, unmerge
from damso.kernel.database import Database
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text
from damso.team import audit
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class NotConfirmed(AppError):
    code = "NOT_CONFIRMED"
    status = 422
    text = Text(
        "미리보기를 확인한 사람이 결정해야 해요. confirmed를 true로 보내 주세요.",
        "A person who has seen the preview decides: send confirmed as true.",
    )


class MergeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who are one person; `confirmed` that a person has seen what becomes one."""

    customer_ids: list[UUID]
    confirmed: bool = False


class UnmergeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What leaves: chosen addresses, or all that one merge of the history joined (`link_id`)."""

    identity_ids: list[int] = []
    link_id: int | None = None
    confirmed: bool = False


class OtherCustomer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is another person."""

    customer_id: UUID


class PreviewSide(Struct, frozen=True, kw_only=True):
    """One customer before a merge or after an un-merge; `customer_id` is empty for one that is yet to be made."""

    customer_id: UUID | None
    name: str
    initials: str
    colour: int
    identities: list[CustomerIdentity]
    conversations: int
    messages: int
    traits: int


class MergePreviewView(Struct, frozen=True, kw_only=True):
    """What becomes one: `customer_id` remains, of `conflicts` the value said last is shown and every other is kept.

    `separated`: somebody said that they are not the same, which the merge takes back.
    """

    customer_id: UUID
    sides: list[PreviewSide]
    conflicts: list[Conflict]
    separated: bool
    not_disclosed: str


class UnmergePreviewView(Struct, frozen=True, kw_only=True):
    """What goes where. Messages of `divided` cases move into a case of their own; `stays` says what does not."""

    sides: list[PreviewSide]
    divided: list[DividedCase]
    stays: str
    kept_apart: str


class MergeResult(Struct, frozen=True, kw_only=True):
    """`link_id` undoes it."""

    customer_id: UUID
    link_id: int


class UnmergeResult(Struct, frozen=True, kw_only=True):
    """Who the customer is now, the one that was left first; `link_id` undoes it."""

    customer_ids: list[UUID]
    link_id: int


class DecisionResult(Struct, frozen=True, kw_only=True):
    """`link_id` undoes it."""

    link_id: int


class CustomerIdentityController(Controller):
    """Who is one person, and who is not."""

    path = "/api/customers"
    tags = ("customers",)

    @get("/{customer_id:uuid}/history", guards=[needs("customers.read")])
    async def get_customer_history(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> list[HistoryLine]:
        """Who joined or parted this customer's identities, when and why; newest first."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            lines = await history(tx, customer_id, locale)
            seen = await in_reach(tx, cases, {party.customer_id for line in lines for party in line.parties})
        await witness.viewed(customer_id, *seen)
        return [_without_strangers(line, seen) for line in lines]

    @get("/{customer_id:uuid}/graph", guards=[needs("customers.read")])
    async def get_identity_graph(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> IdentityGraph:
        """What this customer's identities are, and what holds each two of them together."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            graph = await identity_graph(tx, customer_id, locale)
        await witness.viewed(customer_id)
        return graph

    @post("/merge/preview", guards=[needs("customers.read")], status_code=200)
    async def preview_merge(
        self,
        data: JSONBody[MergeBody],
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> MergePreviewView:
        """What would become one."""
        async with database.reading() as tx:
            await check_all(tx, cases, data.customer_ids)
            preview = await merge_preview(tx, *await plan_merge(tx, data.customer_ids), cases, locale)
        await witness.viewed(*data.customer_ids)
        return MergePreviewView(
            customer_id=preview.customer_id,
            sides=[_side(side) for side in preview.sides],
            conflicts=preview.conflicts,
            separated=preview.separated,
            not_disclosed=preview.not_disclosed,
        )

    @post("/merge", guards=[needs("customers.merge")], status_code=200)
    async def merge_customers(
        self,
        data: JSONBody[MergeBody],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> MergeResult:
        """Make customers one. Nothing is disclosed to the customer by it, and it can be undone."""
        if not data.confirmed:
            raise NotConfirmed(field="confirmed")
        async with database.transaction() as tx:
            await check_all(tx, cases, data.customer_ids)
            merged = await merge(tx, data.customer_ids, actor=caller.actor, evidence={"by": caller.actor.kind})
            await audit.record(tx, caller.actor, "customers.merged", merged.customer_id, ids=data.customer_ids)
        return MergeResult(customer_id=merged.customer_id, link_id=merged.link_id)

    @post("/{customer_id:uuid}/unmerge/preview", guards=[needs("customers.read")], status_code=200)
    async def preview_unmerge(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[UnmergeBody],
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> UnmergePreviewView:
        """What would go where."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            plan = await plan_unmerge(tx, customer_id, identity_ids=data.identity_ids, link_id=data.link_id)
            preview = await unmerge_preview(tx, customer_id, *plan, cases, locale)
        await witness.viewed(customer_id)
        return UnmergePreviewView(
            sides=[_side(side) for side in preview.sides],
            divided=preview.divided,
            stays=preview.stays,
            kept_apart=preview.kept_apart,
        )

    @post("/{customer_id:uuid}/unmerge", guards=[needs("customers.merge")], status_code=200)
    async def unmerge_customer(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[UnmergeBody],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> UnmergeResult:
        """Let addresses, or what one merge joined, become a customer of their own. No rule joins them again."""
        if not data.confirmed:
            raise NotConfirmed(field="confirmed")
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            parted = await unmerge(
                tx,
                customer_id,
                identity_ids=data.identity_ids,
                link_id=data.link_id,
                actor=caller.actor,
                evidence={"by": caller.actor.kind},
            )
            ids = list(parted.customer_ids)
            await audit.record(tx, caller.actor, "customers.unmerged", customer_id, ids=ids)
        return UnmergeResult(customer_ids=list(parted.customer_ids), link_id=parted.link_id)

    @post("/{customer_id:uuid}/separate", guards=[needs("customers.merge")], status_code=200)
    async def separate_customers(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[OtherCustomer],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> DecisionResult:
        """Say that two customers are two people: no rule joins them, and nobody suggests it again."""
        async with database.transaction() as tx:
            await check_all(tx, cases, [customer_id, data.customer_id])
            number = await not_the_same(
                tx, customer_id, data.customer_id, actor=caller.actor, evidence={"by": caller.actor.kind}
            )
            await audit.record(tx, caller.actor, "customers.separated", customer_id, ids=[data.customer_id])
        return DecisionResult(link_id=number)

    @post("/links/{link_id:int}/undo", guards=[needs("customers.merge")], status_code=204)
    async def undo_decision(
        self,
        link_id: FromPath[int],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> None:
        """Take a decision back as if it had never been made: a merge, an un-merge, "not the same"."""
        async with database.transaction() as tx:
            await check_all(tx, cases, sorted(await customers_of_act(tx, link_id)))
            await undo(tx, link_id, actor=caller.actor, evidence={"by": caller.actor.kind})
            await audit.record(tx, caller.actor, "customers.decision_undone", str(link_id))


def _without_strangers(line: HistoryLine, seen: set[UUID]) -> HistoryLine:
    """A decision, without the names and addresses of whom the caller may not see."""
    parties = [party if party.customer_id in seen else replace(party, label="") for party in line.parties]
    can_undo = line.can_undo and all(party.customer_id in seen for party in line.parties)
    return replace(line, parties=parties, can_undo=can_undo)


def _side(side: Side) -> PreviewSide:
    return PreviewSide(
        customer_id=side.customer_id,
        name=side.name,
        initials=side.initials,
        colour=side.colour,
        identities=[identity_view(identity) for identity in side.identities],
        conversations=side.conversations,
        messages=side.messages,
        traits=side.traits,
    )


CONTROLLERS: Sequence[ControllerRouterHandler] = (CustomerIdentityController,)
