"""Search over all that was ever said: newest first, fifty at a time, and early to stop.

Entries lie in monthly partitions, each with an inverted index of n-grams. The search walks them from the newest
back and ends as soon as it has enough, so a common word costs one partition; a rare one costs a probe of each.
The n-grams find every hit and a few more, so the texts of a page are checked again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.conversations.rows import customer_name
from damso.conversations.types import ConversationStatus, CustomerName
from damso.kernel.database import Transaction
from damso.kernel.ngrams import excerpt, matches, query_grams
from damso.kernel.pagination import decode_cursor, encode_cursor

PAGE = 50
ENOUGH = 1_000
"""Counting stops here: the desk says "more than 1,000"."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What to look for, and what narrows it; `until` is not included."""

    q: str
    status: ConversationStatus | None = None
    inbox_id: UUID | None = None
    assignee_id: UUID | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Piece(Struct, frozen=True):
    text: str
    hit: bool


class Hit(Struct, frozen=True, kw_only=True):
    """A message, or a customer, that was found."""

    kind: Literal["message", "note", "customer"]
    customer: CustomerName
    snippet: list[Piece]
    at: datetime
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    subject: str = ""
    channel: str | None = None
    status: ConversationStatus | None = None


class Found(Struct, frozen=True, kw_only=True):
    """A page of hits; `count` is how many there are in all, `more_than` set where counting stopped."""

    items: list[Hit]
    next: str | None
    count: int
    more_than: bool


class _Candidate(Struct, frozen=True):
    message_id: UUID
    position_at: datetime


async def search(tx: Transaction, wanted: Wanted, *, cursor: str | None = None) -> Found:
    """The newest messages in which every word of the query occurs, in Korean or English."""
    wanted_grams = query_grams(wanted.q)
    if not wanted_grams:
        return Found(items=[], next=None, count=0, more_than=False)
    after = decode_cursor(cursor, datetime, UUID) if cursor else None
    candidates = await _candidates(tx, wanted, wanted_grams, after)
    hits: list[Hit] = []
    looked_at = 0
    while len(hits) < PAGE and looked_at < len(candidates):
        chunk = candidates[looked_at : looked_at + PAGE + 10]
        for row in await tx.rows(_DRESS, [candidate.message_id for candidate in chunk]):
            looked_at += 1
            if len(hits) < PAGE and matches(f"{row['subject']}\n{row['text']}", wanted.q):
                hits.append(_hit(row, wanted.q))
            if len(hits) == PAGE:
                break
    last = candidates[looked_at - 1] if looked_at else None
    more = looked_at < len(candidates)
    return Found(
        items=hits,
        next=encode_cursor(last.position_at, last.message_id) if last and more else None,
        count=min(len(candidates), ENOUGH) if more else len(hits),
        more_than=len(candidates) > ENOUGH,
    )


async def _candidates(
    tx: Transaction, wanted: Wanted, wanted_grams: Sequence[str], after: Sequence[object] | None
) -> list[_Candidate]:
    found: list[_Candidate] = []
    until = after[0] if after else wanted.until
    for partition in await _partitions(tx, wanted.since, until if isinstance(until, datetime) else None):
        args: list[object] = [list(wanted_grams), ENOUGH + 1 - len(found)]
        conditions = _conditions(wanted, after, args)
        found += await tx.all(
            _Candidate,
            f"""SELECT s.message_id, s.position_at FROM {partition} s {_joined(wanted)}
            WHERE {" AND ".join(conditions)} ORDER BY s.position_at DESC, s.message_id DESC LIMIT $2""",
            *args,
        )
        if len(found) > ENOUGH:
            break
    return found


def _joined(wanted: Wanted) -> str:
    narrowed = wanted.status or wanted.assignee_id
    conversation = "JOIN conversation c ON c.id = s.conversation_id" if narrowed else ""
    message = "JOIN message m ON m.id = s.message_id" if wanted.inbox_id or wanted.channel else ""
    return f"{conversation} {message}"


def _conditions(wanted: Wanted, after: Sequence[object] | None, args: list[object]) -> list[str]:
    conditions = ["s.grams @> $1"]

    def narrow(condition: str, *values: object) -> None:
        numbers = [f"${len(args) + number}" for number in range(1, len(values) + 1)]
        args.extend(values)
        conditions.append(condition.format(*numbers))

    if wanted.status:
        narrow("c.status = {}", wanted.status)
    if wanted.assignee_id:
        narrow("c.assignee_id = {}", wanted.assignee_id)
    if wanted.inbox_id:
        narrow("m.inbox_id = {}", wanted.inbox_id)
    if wanted.channel:
        narrow("m.channel = {}", wanted.channel)
    if wanted.since:
        narrow("s.position_at >= {}", wanted.since)
    if wanted.until:
        narrow("s.position_at < {}", wanted.until)
    if after:
        narrow("(s.position_at, s.message_id) < ({}::timestamptz, {}::uuid)", *after)
    return conditions


async def _partitions(tx: Transaction, since: datetime | None, until: datetime | None) -> list[str]:
    """The monthly partitions that a time touches, the newest first."""
    names: list[str] = await tx.values(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'search_entry'::regclass ORDER BY 1 DESC"
    )
    first = f"search_entry_p{since:%Y_%m}" if since else ""
    last = f"search_entry_p{until:%Y_%m}" if until else "search_entry_p9999"
    return [name for name in names if first <= name <= last]


_DRESS = """
SELECT m.id, m.kind, m.conversation_id, m.text, m.subject, m.position_at, m.channel, c.status, u.id AS customer_id,
    coalesce(nullif(u.name, ''), i.name) AS customer_name
FROM unnest($1::uuid[]) WITH ORDINALITY AS w(id, n) JOIN message m ON m.id = w.id
    JOIN conversation c ON c.id = m.conversation_id JOIN identity i ON i.id = c.anchor_identity_id
    JOIN customer u ON u.id = i.customer_id
ORDER BY w.n
"""


def _hit(row: Any, q: str) -> Hit:
    shown = row["text"] if matches(row["text"], q) else f"{row['subject']}\n{row['text']}"
    return Hit(
        kind=row["kind"],
        conversation_id=row["conversation_id"],
        message_id=row["id"],
        customer=customer_name(row["customer_id"], row["customer_name"]),
        snippet=[Piece(text, hit) for text, hit in excerpt(shown, q)],
        subject=row["subject"],
        at=row["position_at"],
        channel=row["channel"],
        status=row["status"],
    )
