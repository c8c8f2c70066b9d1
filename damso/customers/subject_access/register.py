"""The register of requests: who asked what is held about them, when and how, until when the law wants an answer.

The decree to Korea's Personal Information Protection Act (article 41) gives ten days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from damso.customers.disclose import disclosed
from damso.customers.erasing.person import customers_of
from damso.customers.types import INTERNAL, Proof
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, Invalid, NotFound
from damso.kernel.i18n import Locale, Text
from damso.kernel.ids import new_id
from damso.kernel.lanes import enqueue
from damso.kernel.log import Actor
from damso.team import audit

LANE = "access_export"
DAYS = 10
SOON = timedelta(days=3)
"""When an unanswered request counts as urgent."""

Way = Literal["email", "phone", "letter", "chat", "visit", "other"]
Answer = Literal["given", "refused", "withdrawn"]
State = Literal["building", "ready", "failed", "destroyed"]


class IdentitiesApart(AppError):
    """What is joined without proof may be somebody else's: telling it could tell one person about another."""

    code = "IDENTITIES_NOT_PROVEN"
    text = Text(
        "본인 확인으로 이어지지 않은 연락처가 함께 선택됐어요. 다른 사람의 정보를 알려 주게 될 수 있으니, "
        "같은 사람이 맞는지 확인하고 다시 요청해 주세요.",
        "Addresses were chosen that nothing proves to be one person's. Make sure of it first: otherwise you may tell "
        "one person about another.",
    )


class AlreadyAnswered(AppError):
    code = "ACCESS_REQUEST_ANSWERED"
    text = Text("이미 처리한 요청이에요.", "This request has been answered already.")


class OfferedIdentity(Struct, frozen=True, kw_only=True):
    """An identity the answer may be about. Those of one `group` are proven to be one person's."""

    id: int
    kind: str
    value: str
    name: str
    proof: Proof
    group: int
    last_seen_at: datetime


class AccessOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request as it came: when and how, about which identities. `accept_unproven` says that a person has made sure
    that they are one person's."""

    way: Way
    identity_ids: Annotated[list[int], Meta(min_length=1, max_length=1000)]
    asked_at: Annotated[datetime, Meta(tz=True)] | None = None
    locale: Locale = "ko"
    notes: bool = False
    accept_unproven: bool = False


class AccessRequestView(Struct, frozen=True, kw_only=True):
    """A line of the register. Nobody's name or address."""

    id: UUID
    customer_id: UUID
    way: Way
    asked_at: datetime
    due_at: datetime
    state: State
    progress: int
    file_size: int | None
    left_out: int
    expires_at: datetime | None
    answered_at: datetime | None
    answer: Answer | None
    asker_id: UUID | None
    prepared_by: str
    notes: bool
    urgent: bool


async def offered(tx: Transaction, customer_id: UUID) -> list[OfferedIdentity]:
    """All identities of a customer, by who is proven to be one. Raises `NotFound`, `MergedAway`."""
    rows = await tx.rows(
        """SELECT id, kind, value, name, proof, last_seen_at FROM identity WHERE customer_id = ANY ($1) AND kind <> $2
        ORDER BY last_seen_at DESC, id""",
        await customers_of(tx, customer_id),
        INTERNAL,
    )
    groups: dict[int, int] = {}
    for row in rows:
        if row["id"] not in groups:
            groups |= dict.fromkeys(await disclosed(tx, row["id"]), len(set(groups.values())))
    return [OfferedIdentity(**row, group=groups[row["id"]]) for row in rows]


async def register(tx: Transaction, customer_id: UUID, order: AccessOrder, actor: Actor, asker_id: UUID | None) -> UUID:
    """Enter a request; its id. Raises `NotFound`, `MergedAway`, `Invalid`, `IdentitiesApart`."""
    asked_at = order.asked_at or tx.now
    if asked_at > tx.now:
        raise Invalid(field="asked_at")
    chosen = [one for one in await offered(tx, customer_id) if one.id in set(order.identity_ids)]
    if len(chosen) != len(set(order.identity_ids)):
        raise NotFound(field="identity_ids")
    apart = len({one.group for one in chosen}) > 1
    if apart and not order.accept_unproven:
        raise IdentitiesApart(field="identity_ids")
    request_id = new_id()
    await tx.execute(
        """INSERT INTO access_request (id, customer_id, identity_ids, way, asked_at, due_at, locale, notes, asker_id,
            state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'building', $10)""",
        request_id,
        customer_id,
        await _with_internal(tx, [one.id for one in chosen]),
        order.way,
        asked_at,
        asked_at + timedelta(days=DAYS),
        order.locale,
        order.notes,
        asker_id,
        tx.now,
    )
    await audit.record(
        tx, actor, "access_request.registered", customer_id, request_id=str(request_id), way=order.way, unproven=apart
    )
    return request_id


async def have_prepared(tx: Transaction, request_id: UUID) -> None:
    """Have the lane prepare the answer, to be downloaded."""
    await enqueue(tx, LANE, [(None, {"request_id": str(request_id)})])


async def taken_along(tx: Transaction, request_id: UUID) -> None:
    """The answer left as it was prepared; nothing of it is kept here."""
    await tx.execute("UPDATE access_request SET state = 'destroyed', progress = 100 WHERE id = $1", request_id)


async def _with_internal(tx: Transaction, identity_ids: Sequence[int]) -> list[int]:
    """What our own people noted of a customer hangs off an identity without an address: it goes with the addresses
    that were that customer's from the first."""
    internal = await tx.values(
        """SELECT id FROM identity WHERE kind = $2 AND home_id IN (SELECT home_id FROM identity WHERE id = ANY ($1))
        ORDER BY id""",
        list(identity_ids),
        INTERNAL,
    )
    return [*identity_ids, *internal]


_VIEW = """
SELECT r.id, r.customer_id, r.way, r.asked_at, r.due_at, r.state, r.progress, r.file_size, r.left_out, r.expires_at,
    r.answered_at, r.answer, r.asker_id, coalesce(a.name, k.name, '') AS prepared_by, r.notes,
    r.answered_at IS NULL AND r.due_at < $1 AS urgent
FROM access_request r LEFT JOIN agent a ON a.id = r.asker_id LEFT JOIN api_key k ON k.id = r.asker_id
"""


async def requests(tx: Transaction, customer_id: UUID | None = None) -> list[AccessRequestView]:
    """The newest 200, of everybody or of one customer; what has to be answered first comes first."""
    return await tx.all(
        AccessRequestView,
        _VIEW
        + """WHERE $2::uuid IS NULL OR r.customer_id = $2
        ORDER BY r.answered_at IS NOT NULL, CASE WHEN r.answered_at IS NULL THEN r.due_at END, r.id DESC LIMIT 200""",
        tx.now + SOON,
        customer_id,
    )


async def request_view(tx: Transaction, request_id: UUID) -> AccessRequestView:
    """Raises `NotFound`."""
    return await tx.one(AccessRequestView, _VIEW + "WHERE r.id = $2", tx.now + SOON, request_id)


async def answered(tx: Transaction, request_id: UUID, answer: Answer, actor: Actor, by: UUID | None) -> None:
    """Note that the person has their answer, or why not. Raises `NotFound`, `AlreadyAnswered`."""
    customer_id = await tx.value("SELECT customer_id FROM access_request WHERE id = $1", request_id)
    if customer_id is None:
        raise NotFound
    if not await tx.execute(
        """UPDATE access_request SET answered_at = $2, answer = $3, answered_by = $4
        WHERE id = $1 AND answered_at IS NULL""",
        request_id,
        tx.now,
        answer,
        by,
    ):
        raise AlreadyAnswered
    await audit.record(tx, actor, "access_request.answered", customer_id, request_id=str(request_id), answer=answer)
