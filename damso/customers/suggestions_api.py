"""Routes of who may be one person: for a person to decide."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.customers.card import internal_identity
from damso.customers.likeness import Reason, say
from damso.customers.matching.explain import MatchEvidence, in_short, told
from damso.customers.matching.types import Explanation
from damso.customers.suggested import Cases, SuggestedCustomer, faces, in_reach
from damso.customers.suggestions import MatchedSuggestion, matched_suggestions, open_suggestions, suggest
from damso.kernel.database import Database
from damso.kernel.i18n import Locale
from damso.kernel.pagination import Page
from damso.team.access import needs
from damso.team.records.witness import Witness


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


class SuggestionController(Controller):
    """Who may be one person."""

    path = "/api/customers"
    tags = ("customers",)

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


CONTROLLERS: Sequence[ControllerRouterHandler] = (SuggestionController,)
