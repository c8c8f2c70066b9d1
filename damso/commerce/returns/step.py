"""A return from one state to the next: each with who and when, each once, and money only as a record."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from damso.commerce.money import AmountInvalid, as_decimal, money_of
from damso.commerce.returns.quantities import lock_order, open_lines
from damso.commerce.returns.types import Move, ReturnState
from damso.commerce.shops import shop
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Actor, Event, append
from damso.kernel.masking import mask_kept

NEXT: Mapping[ReturnState, frozenset[Move]] = {
    "asked": frozenset({"approved", "refused", "withdrawn"}),
    "approved": frozenset({"received", "withdrawn"}),
    "refused": frozenset({"approved"}),
    "received": frozenset({"refunded", "exchanged", "refused"}),
    "refunded": frozenset(),
    "exchanged": frozenset(),
    "withdrawn": frozenset(),
}
"""A refused return can be approved after all: a person may be kinder than the policy."""


class StepWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a return goes. `place` is the shop that has received it; `amount` what the shop's own system gave back,
    `reference` its number there."""

    to: Move
    note: Annotated[str, Meta(max_length=2000)] = ""
    place: Annotated[str, Meta(max_length=200)] = ""
    amount: int | float | str | None = None
    reference: Annotated[str, Meta(max_length=200)] = ""


class StepImpossible(AppError):
    code = "RETURN_STEP_IMPOSSIBLE"
    text = Text(
        "지금 상태에서는 할 수 없어요. 다른 사람이 먼저 처리했을 수 있으니 새로 고쳐 주세요.",
        "Not from where it stands. Somebody may have been quicker: please reload.",
    )


class LeftMeanwhile(AppError):
    """A refused return holds nothing, and its products came back in another one."""

    code = "RETURN_LEFT_MEANWHILE"
    text = Text(
        "그사이 같은 상품이 다른 반품으로 접수됐어요. 남은 수량이 모자라요.",
        "Its products came back in another return meanwhile; too few are left.",
    )


class AmountTooLarge(AppError):
    code = "RETURN_AMOUNT_TOO_LARGE"
    status = 422
    text = Text(
        "주문 금액에서 이미 환불한 금액을 뺀 만큼만 환불할 수 있어요.", "That is more than is left of what was paid."
    )


class _Case(Struct, frozen=True, kw_only=True):
    """`remaining`: what was paid for the order, less what other returns of it gave back."""

    order_id: UUID
    state: ReturnState
    currency: str
    remaining: int


async def take_step(tx: Transaction, return_id: UUID, step: StepWanted, actor: Actor) -> bool:
    """Whether it went there now: one that was there already stays as it is.

    Raises `NotFound`, `StepImpossible`, `LeftMeanwhile`, `AmountInvalid`, `AmountTooLarge`, `ShopUnknown`.
    """
    order_id = await tx.value("SELECT order_id FROM return_case WHERE id = $1", return_id)
    if order_id is None:
        raise NotFound
    await lock_order(tx, order_id)
    case = await tx.one(
        _Case,
        """SELECT r.order_id, r.state, o.currency, o.total - coalesce((
            SELECT sum(other.amount) FROM return_case other WHERE other.order_id = o.id AND other.id <> r.id
        ), 0)::bigint AS remaining
        FROM return_case r JOIN customer_order o ON o.id = r.order_id WHERE r.id = $1""",
        return_id,
    )
    if case.state == step.to:
        return False
    if step.to not in NEXT[case.state]:
        raise StepImpossible
    if case.state == "refused":
        await _check_left(tx, return_id, case.order_id)
    place_id = await _place(tx, step)
    await tx.execute(
        """UPDATE return_case SET place_id = coalesce($2, place_id), amount = coalesce($3, amount),
            reference = coalesce(nullif($4, ''), reference) WHERE id = $1""",
        return_id,
        place_id,
        _amount(step, case),
        step.reference.strip(),
    )
    await tell(tx, return_id, step.to, actor, await mask_kept(tx, step.note.strip()))
    return True


async def _check_left(tx: Transaction, return_id: UUID, order_id: UUID) -> None:
    left = {line.item: line.open_in_all for line in await open_lines(tx, order_id)}
    wanted = await tx.rows(
        "SELECT item, sum(quantity)::bigint AS n FROM return_line WHERE return_id = $1 GROUP BY item", return_id
    )
    if any(row["n"] > left.get(row["item"], 0) for row in wanted):
        raise LeftMeanwhile


def _amount(step: StepWanted, case: _Case) -> int | None:
    if step.to != "refunded" or step.amount in (None, ""):
        return None
    number: Decimal | None = as_decimal(step.amount)
    if number is None or number < 0:
        raise AmountInvalid(field="amount")
    minor = money_of(number, case.currency).minor
    if minor > case.remaining:
        raise AmountTooLarge(field="amount")
    return minor


async def _place(tx: Transaction, step: StepWanted) -> UUID | None:
    return (await shop(tx, step.place)).id if step.place else None


async def tell(tx: Transaction, return_id: UUID, state: ReturnState, actor: Actor, note: str = "") -> None:
    """Note the state with who and when, and put it into the log."""
    row = await tx.row(
        """WITH moved AS (
            UPDATE return_case SET state = $2, changed_at = $3 WHERE id = $1 RETURNING *
        ), noted AS (
            INSERT INTO return_step (return_id, number, state, at, actor_kind, actor_id, note)
            SELECT $1, (SELECT count(*) FROM return_step WHERE return_id = $1), $2, $3, $4, $5, $6
        )
        SELECT m.*, o.brand_id FROM moved m JOIN customer_order o ON o.id = m.order_id""",
        return_id,
        state,
        tx.now,
        actor.kind,
        actor.id,
        note,
    )
    assert row is not None
    await append(
        tx,
        Event(
            name=f"return.{state}",
            subject_kind="return",
            subject_id=str(return_id),
            identity_id=row["identity_id"],
            conversation_id=row["conversation_id"],
            brand_id=row["brand_id"],
            actor=actor,
            properties={
                "order_id": str(row["order_id"]),
                "wanted": row["wanted"],
                "reason": row["reason"],
                "verdict": row["verdict"],
                "why": row["why"],
            },
        ),
    )
