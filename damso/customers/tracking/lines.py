"""What sources told of a customer, for the timeline."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from damso.customers.timeline import Kind, Place, TimelineEntry
from damso.customers.tracking.read import NAMES
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text, literal
from damso.team.access import Caller

PAGES = NAMES["page"]
"""Pages have lines of their own, whichever way they were sent."""
_TITLES = {
    NAMES["identify"]: Text("로그인 또는 정보 전달", "Identified"),
    NAMES["screen"]: Text("앱 화면 조회", "Looked at a screen"),
    NAMES["group"]: Text("회사 소속 전달", "Joined a company"),
    NAMES["alias"]: Text("회원 번호 연결", "Ids joined"),
}
COUNTER = "counter"
"""The kind of what a till sent."""
MOST_TOLD = 6
"""Properties of an event that its line shows."""


Sentence = Callable[[str, Mapping[str, Any]], tuple[Text, str] | None]
"""Contribution point: what an event of a vocabulary says and what it is about, from its name and properties; None for
one that is not of it."""


class TrackedLines:
    """Events that sites, apps and systems sent. `hidden` are names that the caller may not see."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"event"})

    def __init__(self, caller: Caller, sentence: Sentence, hidden: Collection[str]) -> None:
        self._brands = list(caller.limits.brands)
        self._sentence = sentence
        self._hidden = [PAGES, *hidden]

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        rows = await tx.rows(
            """SELECT e.key, e.at, e.name, e.subject_kind, e.properties, s.name AS source
            FROM unnest($1::bigint[]) AS own(id) CROSS JOIN LATERAL (
                SELECT 'tracked:' || epoch || '.' || id AS key, occurred_at AS at, name, subject_kind, properties,
                    actor_id
                FROM tracked_event WHERE identity_id = own.id AND occurred_at <= $2 AND name <> ALL ($5)
                    AND (occurred_at < $2 OR 'tracked:' || epoch || '.' || id < $3 COLLATE "C")
                    AND ($6::uuid[] = '{}' OR brand_id IS NULL OR brand_id = ANY ($6))
                ORDER BY occurred_at DESC, ('tracked:' || epoch || '.' || id) COLLATE "C" DESC LIMIT $4) e
            LEFT JOIN source s ON s.id::text = e.actor_id
            ORDER BY e.at DESC, e.key COLLATE "C" DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
            self._hidden,
            self._brands,
        )
        return [self._entry(dict(row)) for row in rows]

    def _entry(self, row: Mapping[str, Any]) -> TimelineEntry:
        name, call, properties = row["name"], row["subject_kind"], row["properties"]
        said = self._sentence(name, properties) if call in ("track", COUNTER) else None
        title, text = said or (_title(name, call), told(properties))
        source = row["source"] or (COUNTER if call == COUNTER else "")
        return TimelineEntry(id=row["key"], at=row["at"], kind="event", title=title, text=text, source=source)


def _title(name: str, call: str) -> Text:
    return literal(name) if call == "track" else _TITLES.get(name, literal(name))


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
