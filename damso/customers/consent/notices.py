"""Notices the law wants: what came of a consent or withdrawal within 14 days, and a reminder of each consent every two
years.

An entry of the ledger plans its notices in its own transaction. Entries that fall due on the same day share one, so a
customer who turns five switches gets one mail. A notice goes once: it leaves `waiting` in the transaction that hands
it over, and planning its successor is part of that.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.consent.days import (
    CONFIRM_EVERY,
    begin_confirming,
    confirm_due,
    day_of,
    result_due,
    years_later,
)
from damso.customers.consent.types import ADVERTISING, ALL, Entry, Said
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor, Event

GATHER = timedelta(minutes=10)
"""How long a result waits for what else the customer changes."""

Kind = Literal["result", "confirm"]
State = Literal["waiting", "by_hand", "queued", "sent", "dropped"]


class Notice(Struct, frozen=True, kw_only=True):
    """A notice of one address."""

    id: UUID
    identity_id: int
    kind: Kind
    consent_ids: list[int]
    due_on: date
    state: State


_COLUMNS = "id, identity_id, kind, consent_ids, due_on, state"


async def plan_notices(tx: Transaction, entered: Sequence[Any], confirmed: Mapping[str | None, Said]) -> None:
    """Plan what new entries set going. An entry older than 14 days, of which somebody told the customer before we
    came, has no result to tell; `confirmed` are those with a reminder before us, by their external key."""
    planned: dict[tuple[int, Kind, date], tuple[datetime, list[int]]] = {}
    for row in entered:
        if row["purpose"] not in ADVERTISING:
            continue
        results: list[tuple[Kind, date, datetime]] = []
        if result_due(row["at"]) >= day_of(tx.now):
            results.append(("result", result_due(row["at"]), tx.now + GATHER))
        if row["given"]:
            reminded = confirmed.get(row["external_key"]) if row["external_key"] else None
            due = confirm_due(max(row["at"], reminded.confirmed_at or row["at"]) if reminded else row["at"])
            results.append(("confirm", due, begin_confirming(due)))
        for kind, due_on, try_at in results:
            planned.setdefault((row["identity_id"], kind, due_on), (try_at, []))[1].append(row["id"])
    for (identity_id, kind, due_on), (try_at, ids) in planned.items():
        await _plan(tx, identity_id, kind, due_on, try_at, ids)


async def _plan(
    tx: Transaction, identity_id: int, kind: Kind, due_on: date, try_at: datetime, ids: Sequence[int]
) -> None:
    await tx.execute(
        """INSERT INTO consent_notice (id, identity_id, kind, consent_ids, due_on, try_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, 'waiting')
        ON CONFLICT (identity_id, kind, due_on) WHERE state = 'waiting'
            DO UPDATE SET consent_ids = consent_notice.consent_ids || excluded.consent_ids""",
        new_id(),
        identity_id,
        kind,
        list(ids),
        due_on,
        try_at,
    )


async def due_notices(tx: Transaction, limit: int) -> list[Notice]:
    """What waits and is due now, locked; what another process holds is passed over."""
    return await tx.all(
        Notice,
        f"""SELECT {_COLUMNS} FROM consent_notice WHERE state = 'waiting' AND try_at <= $1
        ORDER BY try_at, id LIMIT $2 FOR UPDATE SKIP LOCKED""",
        tx.now,
        limit,
    )


async def what_to_tell(tx: Transaction, notices: Sequence[Notice]) -> Mapping[UUID, Sequence[Entry]]:
    """The entries each notice is about, oldest first. To be confirmed is only what is still the last word of its
    address."""
    wanted = [one for notice in notices for one in notice.consent_ids]
    entries = {
        entry.id: entry
        for entry in await tx.all(
            Entry,
            """SELECT id, identity_id, purpose, channel, given, method, at, recorded_at, text_id, proof, ip, actor_kind,
                actor_id FROM consent WHERE id = ANY ($1)""",
            wanted,
        )
    }
    standing = set(
        await tx.values(
            """SELECT c.id FROM consent c WHERE c.id = ANY ($1) AND NOT EXISTS (
                SELECT 1 FROM consent n WHERE n.identity_id = c.identity_id AND n.purpose = c.purpose
                    AND n.channel IN (c.channel, $2) AND (n.at, NOT n.given, n.id) > (c.at, NOT c.given, c.id))""",
            wanted,
            ALL,
        )
    )
    return {
        notice.id: _in_order(
            entries[one]
            for one in notice.consent_ids
            if one in entries and (notice.kind == "result" or one in standing)
        )
        for notice in notices
    }


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.at, entry.id))


async def drop(tx: Transaction, notice: Notice) -> None:
    """There is nothing left to tell."""
    await tx.execute("UPDATE consent_notice SET state = 'dropped' WHERE id = $1", notice.id)


async def leave_to_people(tx: Transaction, notice: Notice) -> None:
    """We can write to no address of theirs: somebody has to tell them."""
    await tx.execute("UPDATE consent_notice SET state = 'by_hand' WHERE id = $1", notice.id)


async def handed_over(tx: Transaction, notice: Notice, told: Sequence[Entry], send_key: str) -> None:
    """A mail waits to leave under this key."""
    await tx.execute("UPDATE consent_notice SET state = 'queued', send_key = $2 WHERE id = $1", notice.id, send_key)
    await _plan_next(tx, notice, told)


async def mail_left(tx: Transaction, send_key: str) -> None:
    """The mail under this key was sent; where it was no notice of ours, nothing happens."""
    row = await tx.row(
        f"""UPDATE consent_notice SET state = 'sent', sent_at = $2
        WHERE send_key = $1 AND state IN ('queued', 'by_hand') RETURNING {_COLUMNS}""",
        send_key,
        tx.now,
    )
    if row:
        await log.append(tx, _sent(Notice(**row), SYSTEM))


async def mail_failed(tx: Transaction, send_key: str) -> None:
    """The mail under this key cannot be sent: somebody has to tell them."""
    await tx.execute(
        "UPDATE consent_notice SET state = 'by_hand' WHERE send_key = $1 AND state = 'queued'",
        send_key,
    )


async def told_by_hand(tx: Transaction, notice_id: UUID, *, note: str, actor: Actor) -> None:
    """Somebody told the customer. Raises `NotFound`, also for what has been sent."""
    row = await tx.row(
        f"""UPDATE consent_notice SET state = 'sent', sent_at = $2, sent_by = $3, note = $4
        WHERE id = $1 AND state = 'by_hand' RETURNING {_COLUMNS}, send_key""",
        notice_id,
        tx.now,
        actor.id,
        note,
    )
    if row is None:
        raise NotFound
    facts = dict(row)
    planned_already = facts.pop("send_key") is not None
    notice = Notice(**facts)
    if not planned_already:
        await _plan_next(tx, notice, (await what_to_tell(tx, [notice]))[notice.id])
    await log.append(tx, _sent(notice, actor))


async def _plan_next(tx: Transaction, notice: Notice, told: Sequence[Entry]) -> None:
    """Two years after the day this reminder was for, however late it came."""
    if notice.kind == "confirm" and told:
        due = years_later(notice.due_on, CONFIRM_EVERY)
        await _plan(tx, notice.identity_id, "confirm", due, begin_confirming(due), [entry.id for entry in told])


def _sent(notice: Notice, actor: Actor) -> Event:
    return Event(
        name="consent.notice_sent",
        subject_kind="consent_notice",
        subject_id=str(notice.id),
        identity_id=notice.identity_id,
        actor=actor,
        properties={"kind": notice.kind, "consent_ids": list(notice.consent_ids)},
    )
