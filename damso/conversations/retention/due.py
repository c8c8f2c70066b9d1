"""Which cases are over their time: said once, for the dry run and for what destroys, so that both mean the same.

A case is over when it is resolved, and its time begins with the last that happened to it. What is not resolved is
never destroyed, however old, nor what still waits for something to be done.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from damso.conversations.retention.rules import KEPT, Action, RecordClass, Rule, RuledClass
from damso.kernel.database import Transaction

CASES = 20
LINES = 200
"""Of one transaction, so that it takes no 100 ms."""

PENDING = """(
    EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id AND m.status = 'queued')
    OR EXISTS (SELECT FROM scheduled_answer s WHERE s.conversation_id = c.id
        AND s.state IN ('waiting', 'held', 'refused'))
    OR EXISTS (SELECT FROM reminder r WHERE r.conversation_id = c.id AND r.state <> 'done'))"""
"""Something is still to be sent or done in the case `c`."""

ON_HOLD = "EXISTS (SELECT FROM conversation_hold h WHERE h.conversation_id = c.id)"
"""Somebody has said that the case `c` is not to be destroyed, such as during a dispute."""

OVER = "GREATEST(c.resolved_at, c.last_message_at)"
"""When the time of the case `c` began, if it is resolved."""

# `last_message_at` is asked for as well, since an index goes by it.
IS_OVER = f"c.joined_into IS NULL AND c.status = 'resolved' AND c.last_message_at < $2 AND {OVER} < $2"
GOES = f"{IS_OVER} AND NOT {PENDING} AND NOT {ON_HOLD}"
"""Conditions on the case `c` and the moment $2."""


class Cutoff(Struct, frozen=True, kw_only=True):
    """Cases or records of a class that were over before a moment go."""

    record_class: RuledClass
    before: datetime
    action: Action


class DueCase(Struct, frozen=True, kw_only=True):
    """A case that is over its time."""

    id: UUID
    record_class: RecordClass
    brand_id: UUID
    anchor_identity_id: int
    last_message_at: datetime


def cutoff_of(rule: Rule, at: datetime, *, ahead: timedelta = timedelta(0)) -> Cutoff:
    """Records of other rooms go by whole days (UTC): there are millions, and files that repeat them are by the day."""
    before = at + ahead - rule.kept_for
    if rule.record_class in KEPT:
        before = before.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Cutoff(record_class=rule.record_class, before=before, action=rule.action)


_DUE = f"""
SELECT c.id, c.record_class, c.brand_id, c.anchor_identity_id, c.last_message_at FROM conversation c
WHERE c.record_class = $1 AND {GOES}
    AND ($4::timestamptz IS NULL OR c.last_message_at >= $4)
ORDER BY c.last_message_at, c.id LIMIT $3 FOR UPDATE OF c SKIP LOCKED
"""


async def take_due(tx: Transaction, cutoff: Cutoff, since: datetime | None = None) -> Sequence[DueCase]:
    """The next cases that go, locked, the oldest first; of those that came to their end since `since`."""
    return await tx.all(DueCase, _DUE, cutoff.record_class, cutoff.before, CASES, since)
