"""A return as the desk and programs are shown it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.commerce.api import Amount, amount_of
from damso.commerce.returns.look_up import returned_lines, steps_of
from damso.commerce.returns.step import NEXT
from damso.commerce.returns.types import (
    BoughtAt,
    Condition,
    Judgement,
    Move,
    Payer,
    Reason,
    ReturnState,
    ReturnStep,
    StoredReturn,
    Verdict,
    Wanted,
    Way,
    Why,
)
from damso.conversations.order_api import people_of
from damso.conversations.reach import reach
from damso.conversations.types import CustomerName
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale
from damso.team.access import Caller


class ReturnProduct(Struct, frozen=True, kw_only=True):
    """What comes back. `exchange` is the name of what goes out in its place."""

    sku: str
    variant: str
    name: str
    price: Amount
    quantity: int
    exchange_sku: str
    exchange: str


class ReturnMove(Struct, frozen=True, kw_only=True):
    """A state it came to. `by` is the name of an agent or of an API key; empty where the policy decided."""

    state: ReturnState
    at: datetime
    by: str
    note: str


class Judged(Struct, frozen=True, kw_only=True):
    """What the policy says: `why` is its reason, `said` that reason in the caller's language."""

    verdict: Verdict
    why: Why
    said: str
    payer: Payer
    until: date | None


class ReturnView(Struct, frozen=True, kw_only=True):
    """A return. `next` are the states it can go to now; `conversation_id` is null where the caller may not see it."""

    id: UUID
    order_id: UUID
    order_number: str
    customer: CustomerName
    conversation_id: UUID | None
    wanted: Wanted
    reason: Reason
    condition: Condition
    bought_at: BoughtAt
    return_to: Way
    place: str
    delivered_on: date | None
    note: str
    judged: Judged
    state: ReturnState
    next: list[Move]
    amount: Amount | None
    reference: str
    asked_at: datetime
    changed_at: datetime
    lines: list[ReturnProduct]
    steps: list[ReturnMove]


def judged(judgement: Judgement, locale: Locale) -> Judged:
    return Judged(
        verdict=judgement.verdict,
        why=judgement.why,
        said=judgement.text.say(locale),
        payer=judgement.payer,
        until=judgement.until,
    )


async def views_of(
    tx: Transaction, caller: Caller, locale: Locale, returns: Sequence[StoredReturn]
) -> list[ReturnView]:
    """In the order given; four statements however many they are."""
    ids = [one.id for one in returns]
    lines, steps = await returned_lines(tx, ids), await steps_of(tx, ids)
    people = await people_of(tx, [one.identity_id for one in returns])
    cases = await _cases(tx, caller, [one.conversation_id for one in returns if one.conversation_id])
    return [
        ReturnView(
            **_same(one),
            customer=people[one.identity_id],
            conversation_id=cases.get(one.conversation_id) if one.conversation_id else None,
            place=one.place or "",
            judged=judged(
                Judgement(verdict=one.verdict, why=one.why, payer=one.payer, until=one.until),
                locale,
            ),
            next=sorted(NEXT[one.state]),
            amount=None if one.amount is None else amount_of(one.amount, one.currency),
            lines=[
                ReturnProduct(
                    sku=line.sku,
                    variant=line.variant,
                    name=line.name,
                    price=amount_of(line.price, one.currency),
                    quantity=line.quantity,
                    exchange_sku=line.exchange_sku,
                    exchange=line.exchange_name or line.exchange_sku,
                )
                for line in lines[one.id]
            ],
            steps=[_move(step) for step in steps[one.id]],
        )
        for one in returns
    ]


_SAME = frozenset(ReturnView.__struct_fields__) & frozenset(StoredReturn.__struct_fields__) - {
    "conversation_id",
    "place",
    "amount",
}


def _same(one: StoredReturn) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(one).items() if name in _SAME}


def _move(step: ReturnStep) -> ReturnMove:
    return ReturnMove(state=step.state, at=step.at, by=step.actor_name or "", note=step.note)


async def _cases(tx: Transaction, caller: Caller, ids: Sequence[UUID]) -> Mapping[UUID, UUID]:
    """Where each of these conversations is to be found now, as far as the caller may see it."""
    if not ids or not caller.may("conversations.read"):
        return {}
    args: list[object] = [list(set(ids))]
    conditions = " AND ".join(["o.id = ANY ($1)", *reach(caller, args)])
    rows = await tx.rows(
        f"""SELECT o.id AS old, c.id FROM conversation o JOIN conversation c ON c.id = coalesce(o.joined_into, o.id)
        WHERE {conditions}""",
        *args,
    )
    return {row["old"]: row["id"] for row in rows}
