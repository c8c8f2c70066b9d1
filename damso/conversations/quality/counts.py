"""Counting what is amiss. Each number is one statement over an index and looks at a bounded part of its table, so the
page costs the same in a company of a thousand customers and of a million; what reaches the bound says "at least"."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from damso.customers.consent.types import Ways
from damso.customers.matching.types import BANDS
from damso.customers.tracking.refusals import REASONS
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale

MOST = 10_000
"""Rows that one number looks at, the newest ones."""
TRAITS = 50_000
"""Changes of traits that are looked at."""
FRESH = timedelta(days=7)
LISTED = 50


class RefusedCount(Struct, frozen=True, kw_only=True):
    """Events of a source that were not taken, by reason; `text` says it to people."""

    source_id: UUID
    source: str
    code: str
    text: str
    count: int


class HeldCount(Struct, frozen=True, kw_only=True):
    """Joins that wait for a person, by the kind of which there would be too many."""

    kind: str
    count: int


class PairCount(Struct, frozen=True, kw_only=True):
    """Possible duplicates nobody has decided on, in a band of probability; `least` null: found by a reason alone."""

    least: float | None
    below: float | None
    count: int


class UnknownEvent(Struct, frozen=True, kw_only=True):
    """An event that came for the first time in the last seven days, from a source whose plan does not name it."""

    source_id: UUID
    source: str
    name: str
    count: int
    first_at: datetime


class MixedTrait(Struct, frozen=True, kw_only=True):
    """A trait that was set with values of several types: a segment that compares it sees only some of them."""

    key: str
    types: list[str]
    sources: list[str]


class UnreachableKind(Struct, frozen=True, kw_only=True):
    """Addresses of a kind that no connected channel writes to."""

    kind: str
    count: int


class OrderProblem(Struct, frozen=True, kw_only=True):
    """Orders of which something could not be read, and a customer who has one."""

    code: str
    count: int
    customer_id: UUID


class LookedAt(Struct, frozen=True, kw_only=True):
    """Whether there was anything to look at, without which an empty part says nothing: event sources, ones with a plan,
    changes of traits, addresses, orders; and when all customers were compared last."""

    sources: bool
    plans: bool
    compared_at: datetime | None
    traits: bool
    addresses: bool
    orders: bool


class DataQuality(Struct, frozen=True, kw_only=True):
    """What is amiss, and what was looked at for it. A count of `most` means at least so many."""

    most: int
    looked_at: LookedAt
    refused: list[RefusedCount]
    held: list[HeldCount]
    pairs: list[PairCount]
    unknown_events: list[UnknownEvent]
    mixed_traits: list[MixedTrait]
    unreachable: list[UnreachableKind]
    order_problems: list[OrderProblem]


async def data_quality(tx: Transaction, ways: Ways, locale: Locale) -> DataQuality:
    return DataQuality(
        most=MOST,
        looked_at=await tx.one(LookedAt, _LOOKED_AT),
        refused=[RefusedCount(**row, text=_said(row["code"], locale)) for row in await tx.rows(_REFUSED, MOST)],
        held=await tx.all(HeldCount, _HELD, MOST),
        pairs=await _pairs(tx),
        unknown_events=await tx.all(UnknownEvent, _UNKNOWN, tx.now - FRESH, LISTED),
        mixed_traits=await tx.all(MixedTrait, _MIXED, TRAITS, LISTED),
        unreachable=await _unreachable(tx, ways),
        order_problems=await tx.all(OrderProblem, _ORDERS, MOST),
    )


_LOOKED_AT = """
SELECT EXISTS (SELECT FROM source) AS sources, EXISTS (SELECT FROM planned_event) AS plans,
    (SELECT max(finished_at) FROM match_run WHERE state = 'done') AS compared_at,
    EXISTS (SELECT FROM trait_change) AS traits,
    EXISTS (SELECT FROM identity WHERE kind IN ('email', 'phone')) AS addresses,
    EXISTS (SELECT FROM customer_order WHERE kind = 'order') AS orders
"""
# By ix_refused_event_source, the newest of each source.
_REFUSED = """
SELECT s.id AS source_id, s.name AS source, r.code, count(*) AS count FROM source s CROSS JOIN LATERAL (
    SELECT code FROM refused_event WHERE source_id = s.id ORDER BY id DESC LIMIT $1) r
GROUP BY s.id, s.name, r.code ORDER BY count(*) DESC, s.name, r.code
"""
# By ix_held_join_waiting, which holds nothing else.
_HELD = """
SELECT kind, count(*) AS count FROM (
    SELECT kind FROM held_join WHERE state = 'waiting' ORDER BY last_at DESC LIMIT $1) h
GROUP BY kind ORDER BY count(*) DESC, kind
"""
# The whole list: a run keeps a bounded number of pairs.
_PAIRS = """
SELECT coalesce(width_bucket(s.probability, $1::float8[]), 0) AS place, count(*) AS count FROM suggestion s
JOIN customer a ON a.id = s.one_id AND a.merged_into IS NULL
JOIN customer b ON b.id = s.other_id AND b.merged_into IS NULL GROUP BY 1 ORDER BY 1 DESC
"""
# Names of events are few; those of the plan are looked up by its key.
_UNKNOWN = """
SELECT e.source_id, s.name AS source, e.name, e.count, e.first_at FROM seen_event e JOIN source s ON s.id = e.source_id
WHERE e.first_at >= $1 AND EXISTS (SELECT FROM planned_event WHERE source_id = e.source_id)
    AND NOT EXISTS (SELECT FROM planned_event p WHERE p.source_id = e.source_id AND p.name = e.name)
ORDER BY e.count DESC, e.name LIMIT $2
"""
# By the primary key, backwards.
_MIXED = """
SELECT key, array_agg(DISTINCT jsonb_typeof(value)) AS types, array_agg(DISTINCT source) AS sources FROM (
    SELECT key, value, source FROM trait_change ORDER BY id DESC LIMIT $1) t
WHERE value IS NOT NULL AND jsonb_typeof(value) <> 'null'
GROUP BY key HAVING count(DISTINCT jsonb_typeof(value)) > 1 ORDER BY key LIMIT $2
"""
# By uq_identity_kind_scope_value: no further than the bound in each kind.
_KINDS = """
SELECT k.kind, i.count FROM unnest($1::text[]) AS k(kind) CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM (SELECT FROM identity WHERE kind = k.kind LIMIT $2) few) i
WHERE i.count > 0 ORDER BY i.count DESC, k.kind
"""
# By ix_customer_order_placed, the newest orders.
_ORDERS = """
SELECT p.code, count(*) AS count, (array_agg(i.customer_id ORDER BY o.placed_at DESC))[1] AS customer_id FROM (
    SELECT problems, identity_id, placed_at FROM customer_order WHERE kind = 'order'
    ORDER BY placed_at DESC, id DESC LIMIT $1) o
CROSS JOIN LATERAL unnest(o.problems) AS p(code) JOIN identity i ON i.id = o.identity_id
GROUP BY p.code ORDER BY count(*) DESC, p.code
"""


def _said(code: str, locale: Locale) -> str:
    text = REASONS.get(code)
    return text.say(locale) if text else code


async def _pairs(tx: Transaction) -> list[PairCount]:
    ends = [*BANDS[1:], None]
    return [
        PairCount(
            least=BANDS[row["place"] - 1] if row["place"] else None,
            below=ends[row["place"] - 1] if row["place"] else None,
            count=row["count"],
        )
        for row in await tx.rows(_PAIRS, list(BANDS))
    ]


async def _unreachable(tx: Transaction, ways: Ways) -> list[UnreachableKind]:
    connected: Collection[str] = await tx.values("SELECT DISTINCT channel FROM inbox WHERE enabled")
    wanted = {way.reaches for way in ways.values() if way.reaches}
    reached = {way.reaches for way in ways.values() if way.channel in connected}
    return await tx.all(UnreachableKind, _KINDS, sorted(wanted - reached), MOST)
