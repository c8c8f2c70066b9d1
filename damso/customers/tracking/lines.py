"""What sources told of a customer, for the timeline."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from damso.customers.timeline import Kind, Place, TimelineEntry
from damso.customers.tracking.read import NAMES
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text

PAGES = NAMES["page"]
"""Pages have lines of their own, whichever way they were sent."""
_TITLES = {
    NAMES["identify"]: Text("로그인 또는 정보 전달", "Identified"),
    NAMES["screen"]: Text("앱 화면 조회", "Looked at a screen"),
    NAMES["group"]: Text("회사 소속 전달", "Joined a company"),
    NAMES["alias"]: Text("회원 번호 연결", "Ids joined"),
}
COUNTER = "counter"
"""The kind of what a till sent; it names its shop."""
_AT_COUNTERS = {
    "Store Visited": Text("매장 방문", "Came to a shop"),
    "Order Completed": Text("매장 구매", "Bought in a shop"),
    "Order Returned": Text("매장 반품", "Returned in a shop"),
}
MOST_TOLD = 6
"""Properties of an event that its line shows."""


class TrackedLines:
    """Events that sites, apps and systems sent."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"event"})

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        rows = await tx.rows(
            """SELECT e.key, e.at, e.name, e.subject_kind, e.properties, s.name AS source
            FROM unnest($1::bigint[]) AS own(id) CROSS JOIN LATERAL (
                SELECT 'tracked:' || epoch || '.' || id AS key, occurred_at AS at, name, subject_kind, properties,
                    actor_id
                FROM tracked_event WHERE identity_id = own.id AND occurred_at <= $2 AND name <> $5
                    AND (occurred_at < $2 OR 'tracked:' || epoch || '.' || id < $3 COLLATE "C")
                ORDER BY occurred_at DESC, ('tracked:' || epoch || '.' || id) COLLATE "C" DESC LIMIT $4) e
            LEFT JOIN source s ON s.id::text = e.actor_id
            ORDER BY e.at DESC, e.key COLLATE "C" DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
            PAGES,
        )
        return [
            TimelineEntry(
                id=row["key"],
                at=row["at"],
                kind="event",
                title=_title(row["name"], row["subject_kind"]),
                text=_at_counter(row["properties"]) if row["subject_kind"] == COUNTER else told(row["properties"]),
                source=row["source"] or (COUNTER if row["subject_kind"] == COUNTER else ""),
            )
            for row in rows
        ]


def _title(name: str, call: str) -> Text:
    if call == COUNTER:
        return _AT_COUNTERS.get(name, Text(name, name))
    return Text(name, name) if call == "track" else _TITLES.get(name, Text(name, name))


def _at_counter(properties: Mapping[str, Any]) -> str:
    """The shop, and the receipt where there is one: `서촌점 · seochon/0412`."""
    return " · ".join(str(properties[name]) for name in ("place_name", "order_id") if properties.get(name))


def told(properties: Mapping[str, Any]) -> str:
    """An event's properties as a person reads them: `total: 39000 · coupon: SPRING`."""
    own = {
        key: value for key, value in properties.items() if not key.startswith("$") and value not in (None, "", [], {})
    }
    ours = [str(properties[name]) for name in ("$name", "$group", "$previous") if properties.get(name)]
    parts = [*ours, *(f"{key}: {_value(value)}" for key, value in list(own.items())[:MOST_TOLD])]
    return " · ".join(parts)[:300] + (" …" if len(own) > MOST_TOLD else "")


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{len(value)}]"
    return (value if isinstance(value, str) else msgspec.json.encode(value).decode())[:80]
