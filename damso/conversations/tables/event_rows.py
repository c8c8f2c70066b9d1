"""Rows of events: each becomes a call of the tracking protocol and goes the way of what sources send.

What was refused stays in its file, which is its quarantine. An event is known by the message id of its row; a row
without one by the file and its line.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from damso.conversations.tables.mapping import Uses
from damso.conversations.tables.people import Erased, person_keys
from damso.conversations.tables.types import Filing, Refusal, Row, Tally
from damso.conversations.tables.values import as_moment
from damso.customers.tracking.known import KnownSource
from damso.customers.tracking.life import write_down
from damso.customers.tracking.read import read_event
from damso.customers.tracking.record import record
from damso.customers.tracking.stitch import addresses_of, stitch
from damso.customers.tracking.types import Call, Parcel
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction

MOST_REMEMBERED = 2_000_000
"""Message ids of a file that are remembered. Of what repeats a file of more, a dry run may not know that it does."""
CODE = "EVENT_"
"""What reasons of the tracking protocol begin with, among those of imports."""


class EventRow(Struct, frozen=True, kw_only=True):
    """What a row sends: an event, after what has to be said of its person first. `code` why it cannot be taken after
    all, `again` that the file said it before."""

    line: int
    calls: tuple[Call, ...]
    surplus: bool = False
    code: str = ""
    again: bool = False

    @property
    def event(self) -> Call:
        return self.calls[-1]


class EventRows:
    kind: ClassVar[str] = "event"
    largest: ClassVar[int] = 500

    def __init__(self, filing: Filing, keyring: Keyring, known: KnownSource) -> None:
        self._filing = filing
        self._uses = Uses(filing.mapping)
        self._source = known
        self._erased = Erased(keyring)
        self._seen: set[int] = set()

    def read(self, row: Row) -> EventRow | Refusal:
        cells = self._uses.cells(row)
        moment = as_moment(cells.get("timestamp", ""), self._filing.zone)
        if moment is None:
            return Refusal(row.line, "DATE_UNREADABLE" if "timestamp" in cells else "NO_DATE")
        properties, sound = self._uses.values(cells, "property:")
        if not sound:
            return Refusal(row.line, "PROPERTY_UNREADABLE")
        people, _ = person_keys(
            {key: cells[key] for key in ("email", "phone") if key in cells}, "", self._source.blocked
        )
        named = str(cells["user_id"]) if "user_id" in cells else people[0].value if people else None
        said = {
            "type": str(cells.get("type", "track")).strip().lower(),
            "event": str(cells["event"]) if "event" in cells else None,
            "name": str(cells["event"]) if "event" in cells and cells.get("type") in ("page", "screen") else None,
            "messageId": str(cells.get("message_id") or f"import:{self._filing.fingerprint[:32]}:{row.line}"),
            "userId": named,
            "anonymousId": str(cells["anonymous_id"]) if "anonymous_id" in cells else None,
            "timestamp": moment.isoformat(),
            "properties": _whole(cells, "properties") | properties,
            "traits": _whole(cells, "traits"),
            "context": _whole(cells, "context"),
        }
        key = people[0] if people and "user_id" not in cells else None
        return self.judge(row, said, key)

    def judge(self, row: Row, said: dict[str, Any], key: IdentityKey | None = None) -> EventRow | Refusal:
        """An event as the protocol has it; `key` says whose it is where that is no user id."""
        call = self.call(said)
        if isinstance(call, str):
            return Refusal(row.line, CODE + call)
        if key is not None:
            call = replace(call, user=key)
        return EventRow(line=row.line, calls=(call,), surplus=row.surplus)

    def call(self, said: dict[str, Any]) -> Call | str:
        """What can be stored of it, or the code of why nothing can."""
        body = msgspec.json.encode({name: value for name, value in said.items() if value not in (None, {})})
        parcel = Parcel(body=body, received_at=self._filing.begun_at, historical=True)
        judged = read_event(self._source, parcel)
        return judged if isinstance(judged, Call) else judged.code

    def keys(self, item: EventRow) -> Sequence[Hashable]:
        return (item.event.key,)

    def remember(self, item: EventRow) -> EventRow:
        number = hash(item.event.key)
        if number in self._seen:
            return replace(item, again=True)
        if len(self._seen) < MOST_REMEMBERED:
            self._seen.add(number)
        return item

    async def foresee(self, tx: Transaction, items: Sequence[EventRow]) -> Tally:
        items = await self._without_erased(tx, items)
        keys = [item.event.key for item in items]
        before = set(
            await tx.values(
                "SELECT key FROM event_key WHERE source = $1 AND key = ANY ($2)", self._source.source.number, keys
            )
        )
        return _tally(items, {item.line for item in items if item.event.key not in before})

    async def before(self, database: Database, items: Sequence[EventRow]) -> Sequence[EventRow]:
        """Join people, where events say so."""
        async with database.reading() as tx:
            items = await self._without_erased(tx, items)
        calls = [(item, call) for item in items if not item.code and not item.again for call in item.calls]
        refused = {id(calls[place][1]) for place in await stitch(database, [call for _, call in calls])}
        return [_without(item, refused) for item in items] if refused else items

    async def bring(self, tx: Transaction, items: Sequence[EventRow]) -> Tally:
        wanted = [(item, call) for item in items if not item.code and not item.again for call in item.calls]
        recorded = await record(tx, [call for _, call in wanted], [])
        await self._live(tx, [call for _, call in wanted], recorded.fresh)
        fresh = {
            item.line for place, (item, call) in enumerate(wanted) if place in recorded.fresh and call is item.event
        }
        return _tally(items, fresh)

    async def _live(self, tx: Transaction, calls: Sequence[Call], fresh: frozenset[int]) -> None:
        """The source's signs of life."""
        source_id = self._source.source.id
        names = Counter((source_id, call.name) for call in calls if call.type == "track")
        counts = {(source_id, "taken"): len(fresh), (source_id, "repeated"): len(calls) - len(fresh)}
        await write_down(tx, Counter(counts), names)

    async def _without_erased(self, tx: Transaction, items: Sequence[EventRow]) -> list[EventRow]:
        """What somebody did before they were erased brings nobody back."""
        whose = {item.line: _people(item) for item in items}
        since = await self._erased.since(tx, {key for keys in whose.values() for key in keys})
        if not since:
            return list(items)

        def gone(item: EventRow) -> bool:
            return any(key in since and item.event.occurred_at <= since[key] for key in whose[item.line])

        return [replace(item, code="ERASED") if gone(item) else item for item in items]


def _without(item: EventRow, refused: set[int]) -> EventRow:
    """The row where some of its calls would have joined strangers."""
    if id(item.event) in refused:
        return replace(item, code=f"{CODE}TOO_MANY_IDENTITIES")
    return replace(item, calls=tuple(call for call in item.calls if id(call) not in refused))


def _people(item: EventRow) -> list[IdentityKey]:
    named = [key for call in item.calls for key in (call.user, call.anonymous, call.previous) if key]
    return [*named, *(key for call in item.calls for key in addresses_of(call))]


def _tally(items: Sequence[EventRow], fresh: set[int]) -> Tally:
    tally = Tally()
    for item in items:
        if item.code:
            tally.refuse(item.line, item.code)
            continue
        tally.count("new" if item.line in fresh and not item.again else "same")
        if item.surplus:
            tally.warn(item.line, "COLUMN_UNKNOWN")
    return tally


def _whole(cells: dict[str, Any], key: str) -> dict[str, Any]:
    value = cells.get(key)
    return value if isinstance(value, dict) else {}
