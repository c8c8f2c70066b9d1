"""Rows of a GA4 export: events of browsers and apps, and who they turned out to be.

`user_pseudo_id` is the browser's random id, `user_id` what the company's own site called the person: the first time
that a file says both, the two are joined as a server would by `identify`.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from damso.conversations.tables.event_rows import EventRow, EventRows
from damso.conversations.tables.ga4 import call_of, micros_of, traits_of, unfolded
from damso.conversations.tables.types import Filing, Refusal, Row
from damso.conversations.tables.values import as_moment
from damso.customers.tracking.known import KnownSource
from damso.customers.tracking.types import Call
from damso.kernel.crypto import Keyring


class Ga4Rows(EventRows):
    def __init__(self, filing: Filing, keyring: Keyring, known: KnownSource, columns: Sequence[str]) -> None:
        super().__init__(filing, keyring, known)
        self._columns = columns
        self._pairs: set[int] = set()

    def read(self, row: Row) -> EventRow | Refusal:
        record = unfolded(dict(zip(self._columns, row.cells, strict=True)))
        if not record.get("event_name"):
            return Refusal(row.line, "NOT_GA4")
        moment = as_moment(micros_of(record), "UTC")
        if moment is None:
            return Refusal(row.line, "DATE_UNREADABLE")
        told = msgspec.json.encode(record, order="deterministic")
        digest = hashlib.blake2b(told, digest_size=16).hexdigest()
        said = call_of(record, digest) | {"timestamp": moment.isoformat()}
        judged = self.judge(row, said)
        if isinstance(judged, Refusal) or not (said["userId"] and said["anonymousId"]):
            return judged
        who = self._identify(said, traits_of(record))
        return judged if who is None else replace(judged, calls=(who, *judged.calls))

    def remember(self, item: EventRow) -> EventRow:
        """Each pair is joined once."""
        item = super().remember(item)
        if len(item.calls) == 1:
            return item
        pair = hash((item.event.user, item.event.anonymous))
        if item.again or pair in self._pairs:
            return replace(item, calls=item.calls[-1:])
        self._pairs.add(pair)
        return item

    def _identify(self, said: dict[str, Any], traits: dict[str, Any]) -> Call | None:
        told = f"{said['anonymousId']}\n{said['userId']}".encode()
        call = self.call(
            {
                "type": "identify",
                "messageId": f"ga4:{hashlib.blake2b(told, digest_size=16).hexdigest()}",
                "userId": said["userId"],
                "anonymousId": said["anonymousId"],
                "timestamp": said["timestamp"],
                "traits": traits,
            }
        )
        return call if isinstance(call, Call) else None
