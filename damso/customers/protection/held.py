"""The list of joins that a rule held back: looked through by a person, who lets them through, keeps the two apart, or
blocks the value that they share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.link import link, separate
from damso.customers.protection.blocked import NewBlocked, block
from damso.customers.protection.join import Road
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.kernel.pagination import Page, decode_cursor, encode_cursor
from damso.team import audit

PAGE = 50
Verdict = Literal["allow", "apart", "block"]


class AlreadyDecided(AppError):
    code = "ALREADY_DECIDED"
    status = 409
    text = Text("다른 사람이 이미 결정했어요.", "Somebody has decided already.")


class HeldJoin(Struct, frozen=True, kw_only=True):
    """Two identities that a rule would not bring together."""

    id: int
    one_id: int
    other_id: int
    one_customer: UUID
    other_customer: UUID
    kind: str
    count: int
    most: int
    road: Road
    times: int
    first_at: datetime
    last_at: datetime


_SELECT = """
SELECT h.id, h.one_id, h.other_id, a.customer_id AS one_customer, b.customer_id AS other_customer, h.kind, h.count,
    h.most, h.road, h.times, h.first_at, h.last_at
FROM held_join h JOIN identity a ON a.id = h.one_id JOIN identity b ON b.id = h.other_id
"""


async def held_joins(tx: Transaction, *, cursor: str | None = None, limit: int = PAGE) -> Page[HeldJoin]:
    """Those that wait, the latest first."""
    before = decode_cursor(cursor, datetime, int) if cursor else None
    rows = await tx.all(
        HeldJoin,
        _SELECT
        + """WHERE h.state = 'waiting' AND ($1::timestamptz IS NULL OR (h.last_at, h.id) < ($1, $2))
        ORDER BY h.last_at DESC, h.id DESC LIMIT $3""",
        before[0] if before else None,
        before[1] if before else 0,
        limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items=rows[:limit], next=encode_cursor(last.last_at, last.id) if last else None)


async def held_join(tx: Transaction, number: int) -> HeldJoin:
    """Raises `NotFound`."""
    return await tx.one(HeldJoin, _SELECT + "WHERE h.id = $1", number)


async def decide(
    tx: Transaction, number: int, verdict: Verdict, *, actor: Actor, identity_id: int | None = None
) -> int | None:
    """Let a join through, keep the two apart for good, or block the value of one of the two (`identity_id`). The entry
    of the log of links that undoes it, where one was written. Raises `NotFound`, `AlreadyDecided`."""
    row = await tx.row("SELECT one_id, other_id, state FROM held_join WHERE id = $1 FOR UPDATE", number)
    if row is None:
        raise NotFound
    if row["state"] != "waiting":
        raise AlreadyDecided
    pair = (row["one_id"], row["other_id"])
    evidence = {"by": "held", "held": number}
    link_id: int | None = None
    if verdict == "allow":
        # A person says so, whatever the road was: asserted, and no proof.
        link_id = (await link(tx, *pair, strength="asserted", evidence=evidence, actor=actor)).link_id
        await _settle(tx, [number], "allowed", actor)
    elif verdict == "apart":
        link_id = await separate(tx, *pair, evidence={**evidence, "act": "separate"}, actor=actor)
        await _settle(tx, [number], "apart", actor)
    else:
        await _block(tx, pair, identity_id, actor)
    await audit.record(tx, actor, "identity.held_decided", str(number), verdict=verdict)
    return link_id


async def _block(tx: Transaction, pair: Sequence[int], identity_id: int | None, actor: Actor) -> None:
    """All that is held for this identity is decided by it."""
    if identity_id not in pair:
        raise NotFound
    named = await tx.row("SELECT kind, value FROM identity WHERE id = $1", identity_id)
    assert named is not None
    await block(tx, NewBlocked(kind=named["kind"], pattern=named["value"].replace("*", "")), actor)
    numbers = await tx.values(
        """SELECT id FROM held_join WHERE state = 'waiting' AND one_id = $1
        UNION SELECT id FROM held_join WHERE state = 'waiting' AND other_id = $1""",
        identity_id,
    )
    await _settle(tx, numbers, "blocked", actor)


async def _settle(tx: Transaction, numbers: Sequence[int], state: str, actor: Actor) -> None:
    await tx.execute(
        "UPDATE held_join SET state = $2, decided_by = $3, decided_at = $4 WHERE id = ANY ($1)",
        list(numbers),
        state,
        actor.id,
        tx.now,
    )
