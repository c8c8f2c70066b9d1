"""Routes of who is one person: merging, taking apart, undoing, and what may be the same."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct
from msgspec.structs import replace

from damso.customers.api import CustomerIdentity, identity_view
from damso.customers.card import internal_identity
from damso.customers.history import HistoryLine, history
from damso.customers.identity_graph import IdentityGraph, identity_graph
from damso.customers.likeness import Reason, say
from damso.customers.matching.explain import MatchEvidence, in_short, told
from damso.customers.matching.types import Explanation
from damso.customers.merge import merge, plan_merge
from damso.customers.preview import Conflict, Side, merge_preview, unmerge_preview
from damso.customers.suggested import Cases, SuggestedCustomer, check_all, faces, in_reach
from damso.customers.suggestions import MatchedSuggestion, matched_suggestions, not_the_same, open_suggestions, suggest
from damso.customers.types import DividedCase
from damso.customers.unmerge import customers_of_act, plan_unmerge, undo, unmerge
from damso.kernel.database import Database
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text
from damso.kernel.pagination import Page
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


class CustomerSuggestion(Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person, and why; `reasons` are codes, `reason_texts` the same for people.

    What bulk matching found has a `probability`, and what speaks for and against it (`evidence`)."""

    customer: SuggestedCustomer
    reasons: list[Reason]
    reason_texts: list[str]
    probability: float | None
    evidence: MatchEvidence | None


class SuggestedPair(Struct, frozen=True, kw_only=True):
    """Two customers who may be one person; see `CustomerSuggestion`."""

    one: SuggestedCustomer
    other: SuggestedCustomer
    reasons: list[Reason]
    reason_texts: list[str]
    found_at: datetime
    probability: float | None
    evidence: MatchEvidence | None


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

    @get("/{customer_id:uuid}/suggestions", guards=[needs("customers.read")])
    async def get_customer_suggestions(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
    ) -> list[CustomerSuggestion]:
        """Other customers who may be this person, most likely first. A person decides."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            await internal_identity(tx, customer_id)
            found = (await suggest(tx, [customer_id])).get(customer_id, [])
            matched = {one.customer_id: one for one in await matched_suggestions(tx, customer_id)}
            others = {one.customer_id for one in found} | matched.keys()
            shown = await faces(tx, await in_reach(tx, cases, others))
        await witness.viewed(customer_id, *shown)
        reasons = {one.customer_id: list(one.reasons) for one in found}
        return [
            _suggestion(shown[other], reasons.get(other, []), matched.get(other), locale)
            for other in dict.fromkeys([*reasons, *matched])
            if other in shown
        ]

    @get("/suggestions", guards=[needs("customers.read")])
    async def list_suggestions(
        self,
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        locale: NamedDependency[Locale],
        cursor: FromQuery[str | None] = None,
        least: FromQuery[float | None] = None,
        below: FromQuery[float | None] = None,
    ) -> Page[SuggestedPair]:
        """All pairs that nobody has decided on, most likely first; with `least` and `below` those that bulk matching
        found in a band of probability. Only `next` null is the end."""
        async with database.reading() as tx:
            page = await open_suggestions(tx, cursor=cursor, least=least, below=below)
            both = {one for pair in page.items for one in (pair.one_id, pair.other_id)}
            shown = await faces(tx, await in_reach(tx, cases, both))
        witness.listed(shown)
        return Page(
            items=[
                SuggestedPair(
                    one=shown[pair.one_id],
                    other=shown[pair.other_id],
                    reasons=pair.reasons,
                    reason_texts=_said(pair.reasons, pair.explanation, locale),
                    found_at=pair.found_at,
                    probability=pair.probability,
                    evidence=told(pair.explanation, locale) if pair.explanation else None,
                )
                for pair in page.items
                if pair.one_id in shown and pair.other_id in shown
            ],
            next=page.next,
        )

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


def _suggestion(
    customer: SuggestedCustomer, codes: list[Reason], matched: MatchedSuggestion | None, locale: Locale
) -> CustomerSuggestion:
    return CustomerSuggestion(
        customer=customer,
        reasons=codes,
        reason_texts=_said(codes, matched.explanation if matched else None, locale),
        probability=matched.probability if matched else None,
        evidence=told(matched.explanation, locale) if matched else None,
    )


def _said(codes: Sequence[Reason], explanation: Explanation | None, locale: Locale) -> list[str]:
    """Why, in words; of what bulk matching found in short."""
    return say(codes, locale) or (in_short(explanation, locale) if explanation else [])


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
