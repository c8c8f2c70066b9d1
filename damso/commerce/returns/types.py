"""The words of returns."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from msgspec import Struct

from damso.kernel.i18n import Text

Wanted: TypeAlias = Literal["refund", "exchange"]
Reason: TypeAlias = Literal["changed_mind", "faulty", "not_as_described", "wrong_item", "damaged_on_way"]
"""Why something comes back. All but the first are the shop's to answer for."""
Condition: TypeAlias = Literal["unopened", "opened", "used", "damaged"]
"""How the goods are. `damaged`: by the customer."""
Way: TypeAlias = Literal["post", "shop"]
BoughtAt: TypeAlias = Literal["online", "shop"]
Payer: TypeAlias = Literal["customer", "company"]
"""Who pays for the way back."""
Verdict: TypeAlias = Literal["allowed", "person", "refused"]
"""What the policy says: yes, a person decides, or no."""
Move: TypeAlias = Literal["approved", "refused", "received", "refunded", "exchanged", "withdrawn"]
"""A state that a return is brought to by somebody."""
ReturnState: TypeAlias = Literal["asked", "approved", "refused", "received", "refunded", "exchanged", "withdrawn"]
Why: TypeAlias = Literal[
    "IN_TIME",
    "FAULT_IN_TIME",
    "FAULT_TO_CHECK",
    "FAULT_LATE",
    "DELIVERY_UNKNOWN",
    "ORDER_UNVERIFIED",
    "PERSON_UNPROVEN",
    "CONDITION",
    "PERIOD_JUST_OVER",
    "PERIOD_OVER",
    "ORDER_CANCELLED",
    "NO_EXCHANGES",
    "NOT_AT_SHOPS",
    "NOT_BY_POST",
]
"""Why the policy says so."""

WHY: Mapping[Why, Text] = {
    "IN_TIME": Text("{until}까지 반품·교환할 수 있어요.", "It can come back until {until}."),
    "FAULT_IN_TIME": Text(
        "하자·오배송 접수 기간 안이에요. {until}까지예요.", "Within the time for faults, until {until}."
    ),
    "FAULT_TO_CHECK": Text("하자·오배송이 맞는지 확인해 주세요.", "Please check the fault."),
    "FAULT_LATE": Text(
        "하자 접수 기간이 {until}에 끝났어요. 보증 기간도 함께 확인해 주세요.",
        "The time for faults ended on {until}. A warranty may still hold.",
    ),
    "DELIVERY_UNKNOWN": Text(
        "언제 받았는지 알 수 없어요. 기간은 받은 날부터 세요. 고객에게 확인해 주세요.",
        "Nobody told when it arrived, and the period counts from then. Please ask the customer.",
    ),
    "ORDER_UNVERIFIED": Text(
        "회사 시스템이 알려 준 주문이 아니에요. 주문부터 확인해 주세요.",
        "Our own systems did not tell of this order. Please check it first.",
    ),
    "PERSON_UNPROVEN": Text(
        "본인 확인 없이 전화번호만 말하고 접수했어요. 영수증을 확인해 주세요.",
        "Only a phone number was given. Please check the receipt.",
    ),
    "CONDITION": Text("사용했거나 훼손된 상품이에요.", "The goods were used or damaged."),
    "PERIOD_JUST_OVER": Text(
        "기간이 {until}에 끝났지만 공휴일이 끼어 있으면 늦춰져요. 달력을 확인해 주세요.",
        "The period ended on {until}; a public holiday would move that. Please look at the calendar.",
    ),
    "PERIOD_OVER": Text("반품·교환 기간이 {until}에 끝났어요.", "The period for returns ended on {until}."),
    "ORDER_CANCELLED": Text("취소된 주문이에요.", "The order was cancelled."),
    "NO_EXCHANGES": Text("교환은 하지 않고 환불만 해요.", "There are refunds, but no exchanges."),
    "NOT_AT_SHOPS": Text("온라인 주문은 매장에서 반품할 수 없어요.", "Online orders cannot be returned in shops."),
    "NOT_BY_POST": Text("매장에서 산 상품은 매장에서만 반품할 수 있어요.", "What a shop sold comes back to a shop."),
}


class Judgement(Struct, frozen=True, kw_only=True):
    """What the policy says of a return, and until when it would have been or is in time."""

    verdict: Verdict
    why: Why
    payer: Payer
    until: date | None = None

    @property
    def text(self) -> Text:
        said, day = WHY[self.why], self.until
        if day is None:
            return said
        ko, en = f"{day.year}년 {day.month}월 {day.day}일", f"{day:%B} {day.day}, {day.year}"
        return Text(said.ko.format(until=ko), said.en.format(until=en))


class StoredReturn(Struct, frozen=True, kw_only=True):
    """A return as it stands. `amount` is what the shop's own system gave back, in minor units of the order's
    currency; `reference` is that system's number of it."""

    id: UUID
    order_id: UUID
    order_number: str
    currency: str
    identity_id: int
    conversation_id: UUID | None
    wanted: Wanted
    reason: Reason
    condition: Condition
    bought_at: BoughtAt
    return_to: Way
    place: str | None
    delivered_on: date | None
    note: str
    verdict: Verdict
    why: Why
    payer: Payer
    until: date | None
    state: ReturnState
    amount: int | None
    reference: str
    asked_at: datetime
    changed_at: datetime


class ReturnedLine(Struct, frozen=True, kw_only=True):
    """What comes back; `exchange_sku` is what somebody wants in its place, `exchange_name` its name where it has
    one."""

    return_id: UUID
    sku: str
    variant: str
    name: str
    price: int
    quantity: int
    exchange_sku: str
    exchange_name: str | None


class ReturnStep(Struct, frozen=True, kw_only=True):
    """Something that happened to a return: who, when."""

    return_id: UUID
    state: ReturnState
    at: datetime
    actor_kind: str
    actor_name: str | None
    note: str
