"""Search over all that was ever said: newest first, fifty at a time, and early to stop.

Entries lie in monthly partitions, each with an inverted index of n-grams. The search walks them from the newest
back and ends as soon as it has enough, so a common word costs one partition; a rare one costs a probe of each.
The n-grams find every hit and a few more, so the texts of a page are checked again.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.conversations.reach import reach
from damso.conversations.rows import customer_name
from damso.conversations.search_index import facets
from damso.conversations.types import ConversationStatus, CustomerName
from damso.kernel.database import Transaction
from damso.kernel.ngrams import excerpt, gram_keys, matches, query_grams
from damso.kernel.pagination import decode_cursor, encode_cursor
from damso.team.access import Caller

PAGE = 50
ENOUGH = 1_000
"""Counting stops here: the desk says "more than 1,000"."""
ENOUGH_NARROWED = 100
"""The same where conversations narrow: each hit then costs a look at its conversation."""
CHUNK = 250
"""Texts checked at a time, when a page's worth did not have enough hits."""
FEW, MANY = 1_000, 20_000
"""Up to a few conversations are searched through themselves; of many, hits are looked up one by one."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What to look for, and what narrows it; `until` is not included."""

    q: str
    status: ConversationStatus | None = None
    inbox_id: UUID | None = None
    assignee_id: UUID | None = None
    channel: str | None = None
    customer_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def narrows_conversations(self, caller: Caller) -> bool:
        """Whether what changes with the conversation has to be looked up; the rest is in the index."""
        return bool(self.status or self.assignee_id or self.customer_id) or caller.limits.narrows_rows


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


async def search(tx: Transaction, wanted: Wanted, caller: Caller, *, cursor: str | None = None) -> Found:
    """The newest messages in reach in which every word of the query occurs, in Korean or English.

    How many there are is counted for the first page only, by n-grams; a page that goes on tells what it holds. A page
    may be shorter than fifty though there are more: only `next` None is the end.
    """
    words = query_grams(wanted.q)
    if not words:
        return Found(items=[], next=None, count=0, more_than=False)
    keys = gram_keys([*words, *facets(wanted.inbox_id, wanted.channel)])
    after = decode_cursor(cursor, datetime, UUID) if cursor else None
    limit = 2 * PAGE if after else (ENOUGH_NARROWED if wanted.narrows_conversations(caller) else ENOUGH)
    async with _planned_afresh(tx):
        candidates = await _candidates(tx, wanted, caller, keys, after, limit + 1)
    hits, looked_at = await _recheck(tx, candidates[:limit], wanted.q)
    last = candidates[looked_at - 1] if looked_at < len(candidates) else None
    return Found(
        items=hits,
        next=encode_cursor(last.position_at, last.message_id) if last else None,
        count=len(hits) if after or last is None else min(len(candidates), limit),
        more_than=len(candidates) > limit,
    )


async def _recheck(tx: Transaction, candidates: Sequence[_Candidate], q: str) -> tuple[list[Hit], int]:
    """A page of those whose text says it, and how many had to be looked at. Of digits that are often somewhere in a
    number, few candidates are hits: so only texts are fetched first, and what goes around them for the hits alone."""
    hits: list[UUID] = []
    looked_at = 0
    async for message_id, text in _texts(tx, candidates):
        looked_at += 1
        if matches(text, q):
            hits.append(message_id)
        if len(hits) == PAGE:
            break
    return [_hit(row, q) for row in await tx.rows(_DRESS, hits)] if hits else [], looked_at


async def _texts(tx: Transaction, candidates: Sequence[_Candidate]) -> AsyncIterator[tuple[UUID, str]]:
    """What they say, a page's worth at first and then more at a time; nothing of one that is gone."""
    for start, stop in pairwise((0, PAGE + 10, *range(PAGE + 10 + CHUNK, len(candidates) + CHUNK, CHUNK))):
        ids = [candidate.message_id for candidate in candidates[start:stop]]
        rows = await tx.rows("SELECT id, subject || E'\\n' || text AS said FROM message WHERE id = ANY ($1)", ids)
        texts = {row["id"]: row["said"] for row in rows}
        for message_id in ids:
            yield message_id, texts.get(message_id, "")


@asynccontextmanager
async def _planned_afresh(tx: Transaction) -> AsyncIterator[None]:
    """Have the words themselves decide the plan: a common one is found by walking back in time, a rare one by the
    index. A plan made for any word does neither well. One process, so that parts come in their order."""
    await tx.execute(
        "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0"
    )
    try:
        yield
    finally:
        await tx.execute("ROLLBACK")


async def _candidates(
    tx: Transaction, wanted: Wanted, caller: Caller, keys: Sequence[int], after: Sequence[object] | None, limit: int
) -> list[_Candidate]:
    """The newest messages that have all the keys, at most `limit`."""
    if not wanted.narrows_conversations(caller):
        return await _back_in_time(tx, wanted, caller, keys, after, limit)
    args: list[object] = []
    chosen = f"SELECT 1 FROM conversation c WHERE {_of_conversation(wanted, caller, args)} LIMIT {MANY + 1}"
    conversations = await tx.value(f"SELECT count(*) FROM ({chosen})", *args)
    if conversations <= FEW:
        return await _in_conversations(tx, wanted, caller, keys, after, limit)
    if conversations > MANY:
        # One in fifty fits or more, so each hit is looked up until there are enough; a hash of them all costs more.
        await tx.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    return await _back_in_time(tx, wanted, caller, keys, after, limit)


async def _in_conversations(
    tx: Transaction, wanted: Wanted, caller: Caller, keys: Sequence[int], after: Sequence[object] | None, limit: int
) -> list[_Candidate]:
    """All that was said in a few conversations is looked at, entry by entry: OFFSET keeps the planner from reading
    the whole index instead."""
    args: list[object] = [list(keys), limit]
    chosen = f"SELECT id FROM conversation c WHERE {_of_conversation(wanted, caller, args)}"
    return await tx.all(
        _Candidate,
        f"""SELECT e.message_id, e.position_at FROM message s CROSS JOIN LATERAL (
            SELECT message_id, position_at FROM search_entry
            WHERE position_at = s.position_at AND message_id = s.id AND grams @> $1 OFFSET 0) e
        WHERE s.conversation_id = ANY (ARRAY({chosen}))
            AND {_in_time(wanted, after, args, "s.id")}
        ORDER BY e.position_at DESC, e.message_id DESC LIMIT $2""",
        *args,
    )


async def _back_in_time(
    tx: Transaction, wanted: Wanted, caller: Caller, keys: Sequence[int], after: Sequence[object] | None, limit: int
) -> list[_Candidate]:
    """Month by month, until there are enough."""
    found: list[_Candidate] = []
    until = after[0] if after else wanted.until
    partitions = await _partitions(tx, wanted.since, until if isinstance(until, datetime) else None)
    taken = 0
    while taken < len(partitions) and len(found) < limit:
        # One month first, then two, four, eight: common words need one question, rare ones a few.
        months = partitions[taken : 2 * taken + 1]
        args: list[object] = [list(keys), limit - len(found)]
        joined = "JOIN conversation c ON c.id = s.conversation_id" if wanted.narrows_conversations(caller) else ""
        conditions = f"{_of_conversation(wanted, caller, args)} AND {_in_time(wanted, after, args, 's.message_id')}"
        parts = (
            f"""(SELECT s.message_id, s.position_at FROM {month} s {joined} WHERE s.grams @> $1 AND {conditions}
            ORDER BY s.position_at DESC, s.message_id DESC LIMIT $2)"""
            for month in months
        )
        # Each part is begun only when those before it did not fill the limit.
        found += await tx.all(
            _Candidate, f"SELECT message_id, position_at FROM ({' UNION ALL '.join(parts)}) LIMIT $2", *args
        )
        taken += len(months)
    return found


def _of_conversation(wanted: Wanted, caller: Caller, args: list[object]) -> str:
    """What the conversation `c` has to fulfil; only what narrows is named, and appended to `args`."""
    narrowing = {"c.status": wanted.status, "c.assignee_id": wanted.assignee_id}
    wants = [f"{column} = {_next(args, value)}" for column, value in narrowing.items() if value is not None]
    if wanted.customer_id:
        customer = _next(args, wanted.customer_id)
        wants.append(f"c.anchor_identity_id = ANY (ARRAY(SELECT id FROM identity WHERE customer_id = {customer}))")
    return _all_of([*wants, *reach(caller, args)])


def _in_time(wanted: Wanted, after: Sequence[object] | None, args: list[object], message_id: str) -> str:
    """What the entry or message `s` has to fulfil."""
    conditions = []
    if wanted.since:
        conditions.append(f"s.position_at >= {_next(args, wanted.since)}")
    if wanted.until:
        conditions.append(f"s.position_at < {_next(args, wanted.until)}")
    if after:
        at, last = (_next(args, part) for part in after)
        conditions.append(f"(s.position_at, {message_id}) < ({at}::timestamptz, {last}::uuid)")
    return _all_of(conditions)


def _all_of(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions) or "true"


def _next(args: list[object], value: object) -> str:
    """Append an argument; how the statement names it."""
    args.append(value)
    return f"${len(args)}"


async def _partitions(tx: Transaction, since: datetime | None, until: datetime | None) -> list[str]:
    """The monthly partitions that a time touches, the newest first."""
    names: list[str] = await tx.values(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'search_entry'::regclass ORDER BY 1 DESC"
    )
    first = f"search_entry_p{since.astimezone(UTC):%Y_%m}" if since else ""
    last = f"search_entry_p{until.astimezone(UTC):%Y_%m}" if until else "search_entry_p9999"
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
