"""Customers who may be one person: found by what is alike, decided by a person.

`suggest` compares customers with all others through the index that search goes by, in the same number of statements
however many they are. A reader notes of whom something new is known; a timer compares those and keeps what it found,
so that a supervisor has a list. Bulk matching (`damso.customers.matching`) writes into the same list, with a
probability.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.card import internal_identity
from damso.customers.cluster import entries_between, lock_cluster
from damso.customers.derive import derive
from damso.customers.entries import append_entries
from damso.customers.graph import active, separations
from damso.customers.likeness import WEIGHTS, Known, Profile, Reason, probes, reasons
from damso.customers.matching.types import Explanation
from damso.customers.merge import NothingToMerge
from damso.customers.parting import apart
from damso.customers.types import Evidence
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import Actor, Recorded, Stream
from damso.kernel.ngrams import gram_keys
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

CANDIDATES = 50
"""Customers that one clue may lead to; a clue that leads to more says little."""
SHOWN = 10
"""Suggestions for one customer."""
AT_ONCE = 20
"""Customers that are compared in one step of the timer."""
PAGE = 50


class Suggestion(Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person as whom it is suggested for, and why, strongest reason first."""

    customer_id: UUID
    reasons: Sequence[Reason]

    @property
    def weight(self) -> int:
        return WEIGHTS[self.reasons[0]] + len(self.reasons) - 1


class OpenSuggestion(Struct, frozen=True, kw_only=True):
    """Two customers on the list that a supervisor goes through."""

    one_id: UUID
    other_id: UUID
    reasons: list[Reason]
    weight: int
    found_at: datetime
    probability: float | None
    explanation: Explanation | None


async def suggest(tx: Transaction, customer_ids: Collection[UUID]) -> dict[UUID, list[Suggestion]]:
    """For each of these customers who else they may be, most likely first. Five statements."""
    profiles = await _profiles(tx, customer_ids)
    wanted = [(profile.id, gram_keys(probe)) for profile in profiles.values() for probe in probes(profile)]
    found = await _candidates(tx, wanted)
    others = await _profiles(tx, {other for some in found.values() for other in some})
    apart = await kept_apart(tx, profiles.keys() | others.keys())
    return {
        customer_id: _best(
            profile,
            [
                others[other]
                for other in found[customer_id]
                if other in others and frozenset((customer_id, other)) not in apart
            ],
        )
        for customer_id, profile in profiles.items()
    }


def _best(profile: Profile, others: Sequence[Profile]) -> list[Suggestion]:
    alike = [
        Suggestion(customer_id=other.id, reasons=why)
        for other in others
        if other.id != profile.id and (why := reasons(profile, other))
    ]
    return sorted(alike, key=lambda one: (-one.weight, one.customer_id))[:SHOWN]


async def _profiles(tx: Transaction, customer_ids: Collection[UUID]) -> dict[UUID, Profile]:
    """What is known of customers that lists show; of one that became part of another, nothing."""
    rows = await tx.rows(
        """SELECT c.id, c.name, k.kind, k.value, k.claimed FROM customer c LEFT JOIN LATERAL (
            SELECT kind, value, false AS claimed FROM identity WHERE customer_id = c.id
            UNION
            SELECT l.kind, l.value, true FROM identity i JOIN claim l ON l.identity_id = i.id WHERE i.customer_id = c.id
        ) k ON true WHERE c.id = ANY ($1) AND c.merged_into IS NULL ORDER BY c.id""",
        list(customer_ids),
    )
    profiles: dict[UUID, Profile] = {}
    for row in rows:
        profile = profiles.setdefault(row["id"], Profile(row["id"], row["name"], []))
        profile.known.append(Known(row["id"], row["kind"], row["value"], row["claimed"]))
    return profiles


# Each probe is one scan of the inverted index.
_CANDIDATES = """
SELECT p.id, s.customer_id FROM jsonb_to_recordset($1) AS p(id uuid, grams integer[]) CROSS JOIN LATERAL (
    SELECT customer_id FROM customer_search WHERE grams @> p.grams LIMIT $2
) s
"""


async def _candidates(tx: Transaction, wanted: Sequence[tuple[UUID, Sequence[int]]]) -> Mapping[UUID, set[UUID]]:
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    rows = await tx.rows(
        _CANDIDATES, [{"id": customer_id, "grams": list(keys)} for customer_id, keys in wanted], CANDIDATES
    )
    for row in rows:
        found[row["id"]].add(row["customer_id"])
    return found


async def kept_apart(tx: Transaction, customer_ids: Collection[UUID]) -> set[frozenset[UUID]]:
    """Pairs of whom somebody said that they are not the same."""
    rows = await tx.rows("SELECT id, customer_id FROM identity WHERE customer_id = ANY ($1)", list(customer_ids))
    customer_of: dict[int, UUID] = {row["id"]: row["customer_id"] for row in rows}
    standing = separations(active(await entries_between(tx, customer_of)))
    sides = [
        [{customer_of[one] for one in side if one in customer_of} for side in (some.one_side, some.other_side)]
        for some in standing
    ]
    return {frozenset(pair) for left, right in sides for pair in product(left, right)}


async def not_the_same(tx: Transaction, customer_id: UUID, other_id: UUID, *, actor: Actor, evidence: Evidence) -> int:
    """Note that two customers are two people: no rule joins them, nobody suggests it again, until it is undone.

    The number of an entry of the act. Raises `NotFound`, `NothingToMerge`.
    """
    inner = [await internal_identity(tx, one) for one in (customer_id, other_id)]
    cluster = await lock_cluster(tx, inner)
    customer_of = cluster.customer_of
    sides = [{one for one, whose in customer_of.items() if whose == customer_of[inner_self]} for inner_self in inner]
    if sides[0] & sides[1]:
        raise NothingToMerge(field="customer_id", most=2)
    numbers = await append_entries(tx, apart(sides), evidence={**evidence, "act": "separate"}, actor=actor)
    await derive(tx, cluster, actor)
    await tx.execute("DELETE FROM suggestion WHERE one_id = $1 AND other_id = $2", *sorted((customer_id, other_id)))
    return numbers[0]


_TOP = (2**31, datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1), UUID(int=2**128 - 1))


async def open_suggestions(
    tx: Transaction,
    *,
    cursor: str | None = None,
    limit: int = PAGE,
    least: float | None = None,
    below: float | None = None,
) -> Page[OpenSuggestion]:
    """All that were found and nobody has decided on, most likely first; or those of a band of probability."""
    after = decode_cursor(cursor, int, datetime, UUID, UUID) if cursor else _TOP
    found = await tx.rows(
        """SELECT s.one_id, s.other_id, s.reasons, s.weight, s.found_at, s.probability, s.explanation FROM suggestion s
        JOIN customer a ON a.id = s.one_id JOIN customer b ON b.id = s.other_id
        WHERE (s.weight, s.found_at, s.one_id, s.other_id) < ($1, $2, $3::uuid, $4::uuid)
            AND a.merged_into IS NULL AND b.merged_into IS NULL
            AND ($6::float8 IS NULL OR s.probability >= $6) AND ($7::float8 IS NULL OR s.probability < $7)
        ORDER BY s.weight DESC, s.found_at DESC, s.one_id DESC, s.other_id DESC LIMIT $5""",
        *after,
        limit + 1,
        least,
        below,
    )
    rows = [msgspec.convert(dict(row), OpenSuggestion) for row in found]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=rows[:limit],
        next=encode_cursor(last.weight, last.found_at, last.one_id, last.other_id) if last else None,
    )


class MatchedSuggestion(Struct, frozen=True, kw_only=True):
    """Somebody whom bulk matching thinks to be the same person as a customer."""

    customer_id: UUID
    probability: float
    explanation: Explanation


async def matched_suggestions(tx: Transaction, customer_id: UUID) -> list[MatchedSuggestion]:
    """What the last run found of one customer and nobody has decided on, most likely first."""
    rows = await tx.rows(
        """SELECT c.id AS customer_id, s.probability, s.explanation FROM (
            SELECT other_id AS id, probability, explanation FROM suggestion WHERE one_id = $1
            UNION ALL SELECT one_id, probability, explanation FROM suggestion WHERE other_id = $1
        ) s JOIN customer c ON c.id = s.id AND c.merged_into IS NULL
        WHERE s.probability IS NOT NULL ORDER BY s.probability DESC, c.id LIMIT $2""",
        customer_id,
        SHOWN,
    )
    return [msgspec.convert(dict(row), MatchedSuggestion) for row in rows]


class SuggestionReader:
    """Notes of whom something new is known."""

    name: ClassVar[str] = "customers.suggestions"
    title: ClassVar[Text] = Text("같은 고객일 수 있는 사람 찾기", "Finding who may be one person")
    stream: ClassVar[Stream] = "care"
    names: ClassVar[Collection[str] | None] = {
        "claim.made",
        "identity.added",
        "customer.renamed",
        "customer.merged",
        "customer.unmerged",
        "identity.unlinked",
    }

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        told = [event for event in events if event.properties.get("kind") != "visitor"]
        await tx.execute(
            """INSERT INTO suggestion_due (customer_id, due_at)
            SELECT DISTINCT customer_id, $2::timestamptz FROM identity WHERE id = ANY ($1) ORDER BY customer_id
            ON CONFLICT (customer_id) DO UPDATE SET due_at = excluded.due_at""",
            [event.identity_id for event in told if event.identity_id],
            tx.now,
        )


class SuggestionTimer:
    """Compares those of whom something new is known, and keeps what was found."""

    name: ClassVar[str] = "suggestions"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.values(
            """DELETE FROM suggestion_due WHERE customer_id IN (
                SELECT customer_id FROM suggestion_due WHERE due_at <= $1 ORDER BY due_at LIMIT $2
                FOR UPDATE SKIP LOCKED) RETURNING customer_id""",
            tx.now,
            AT_ONCE,
        )
        if due:
            await _keep(tx, due, await suggest(tx, due))
        return len(due) == AT_ONCE


async def _keep(tx: Transaction, due: Collection[UUID], found: Mapping[UUID, Sequence[Suggestion]]) -> None:
    """Replace what stood about these customers. Of a pair the reasons are as the one with the smaller id has them."""
    rows = {}
    for customer_id, some in found.items():
        for one in some:
            low, high = sorted((customer_id, one.customer_id))
            codes = one.reasons if low == customer_id else [_MIRRORED.get(code, code) for code in one.reasons]
            rows[low, high] = {"one": low, "other": high, "reasons": list(codes), "weight": one.weight}
    await tx.execute(
        "DELETE FROM suggestion WHERE (one_id = ANY ($1) OR other_id = ANY ($1)) AND probability IS NULL", list(due)
    )
    # What bulk matching found stands until it compares everybody again.
    await tx.execute(
        """UPDATE suggestion SET reasons = '[]', weight = round(probability * 100)
        WHERE (one_id = ANY ($1) OR other_id = ANY ($1)) AND reasons <> '[]'""",
        list(due),
    )
    await tx.execute(
        """INSERT INTO suggestion (one_id, other_id, reasons, weight, found_at)
        SELECT one, other, reasons, weight, $2
        FROM jsonb_to_recordset($1) AS s(one uuid, other uuid, reasons jsonb, weight bigint) ORDER BY one, other
        ON CONFLICT (one_id, other_id) DO UPDATE SET reasons = excluded.reasons,
            weight = greatest(excluded.weight, round(suggestion.probability * 100))""",
        [rows[pair] for pair in sorted(rows)],
        tx.now,
    )


_MIRRORED: Mapping[Reason, Reason] = {
    "typed_our_address": "their_address_typed",
    "their_address_typed": "typed_our_address",
}
