"""The append-only log: every fact, written in the same transaction as the change it tells of.

Two streams of one shape: `care` (what happens between people and us: ids and enums, never message text or
addresses) and `tracked` (what sites, apps and shops send). Readers go by `(epoch, xid, id)` and stop below the
horizon: the oldest transaction that may still write the log.

Why the horizon is right. A writing transaction takes the shared lock LOG_WRITERS before it has an xid (see
`Database.transaction`). The horizon first takes a snapshot (the statement's own), then looks at pg_locks. A
transaction that was in progress in the snapshot is passed over only if it is positively foreign: its xid is seen in
pg_locks without that lock beside it. Every other one bounds the horizon. A writer not in the snapshot has an xid at
or above its xmax. So an idle transaction elsewhere stalls nobody, and a slow writer is never skipped.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel.database import LOG_WRITERS, Transaction

Stream = Literal["care", "tracked"]
CHANNEL = "log"
"""Where `Transaction.wake` tells of new events."""


class Actor(Struct, frozen=True):
    """Who did it: an `agent`, a `customer`, a `bot`, an API `key`, or the `system`."""

    kind: str
    id: str | None = None


SYSTEM = Actor("system")


class Event(Struct, frozen=True, kw_only=True):
    """A fact to be written. `name` is `noun.past_participle`; `properties` hold ids and enums only."""

    name: str
    subject_kind: str
    subject_id: str
    actor: Actor = SYSTEM
    stream: Stream = "care"
    version: int = 1
    occurred_at: datetime | None = None
    identity_id: int | None = None
    conversation_id: UUID | None = None
    inbox_id: UUID | None = None
    brand_id: UUID | None = None
    cause_id: int | None = None
    properties: Mapping[str, Any] = {}


class Position(Struct, frozen=True, order=True, array_like=True):
    """A place in a stream. Everything at or below it has been seen."""

    epoch: int
    xid: int
    id: int

    def encode(self) -> str:
        """An opaque cursor for clients."""
        return f"{self.epoch:x}.{self.xid:x}.{self.id:x}"

    @staticmethod
    def decode(cursor: str) -> "Position | None":
        """The place a cursor names, or None where it is not one of ours."""
        try:
            epoch, xid, number = (int(part, 16) for part in cursor.split("."))
        except ValueError:
            return None
        place = Position(epoch, xid, number)
        return place if all(0 <= part < 2**63 for part in (epoch, xid, number)) else None


START = Position(0, 0, 0)


class Recorded(Struct, frozen=True, kw_only=True):
    """A fact as it stands in the log."""

    epoch: int
    xid: int
    id: int
    stream: Stream
    name: str
    version: int
    recorded_at: datetime
    occurred_at: datetime
    identity_id: int | None
    conversation_id: UUID | None
    subject_kind: str
    subject_id: str
    actor_kind: str
    actor_id: str | None
    inbox_id: UUID | None
    brand_id: UUID | None
    cause_id: int | None
    properties: Mapping[str, Any]

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.xid, self.id)


_APPEND = """
INSERT INTO {stream}_event (epoch, xid, name, version, recorded_at, occurred_at, identity_id, conversation_id,
    subject_kind, subject_id, actor_kind, actor_id, inbox_id, brand_id, cause_id, properties)
SELECT (SELECT max(epoch) FROM log_epoch), pg_current_xact_id()::text::bigint, name, version, $2,
    coalesce(occurred_at, $2), identity_id, conversation_id, subject_kind, subject_id, actor_kind, actor_id,
    inbox_id, brand_id, cause_id, properties
FROM jsonb_to_recordset($1) AS e(name text, version smallint, occurred_at timestamptz, identity_id bigint,
    conversation_id uuid, subject_kind text, subject_id text, actor_kind text, actor_id text, inbox_id uuid,
    brand_id uuid, cause_id bigint, properties jsonb)
"""


async def append(tx: Transaction, *events: Event) -> None:
    """Write facts. They are seen by readers once the transaction is committed."""
    if not events:
        return
    for stream in {event.stream for event in events}:
        rows = [
            msgspec.structs.asdict(event) | {"actor_kind": event.actor.kind, "actor_id": event.actor.id}
            for event in events
            if event.stream == stream
        ]
        await tx.execute(_APPEND.format(stream=stream), rows, tx.now)
    tx.wake(CHANNEL)


_HORIZON = """
WITH taken AS (SELECT pg_current_snapshot() AS snapshot), held AS MATERIALIZED (SELECT * FROM pg_locks),
foreigner AS (
    SELECT h.transactionid::text::bigint AS low FROM held h
    WHERE h.locktype = 'transactionid' AND h.mode = 'ExclusiveLock' AND NOT EXISTS (
        SELECT 1 FROM held w WHERE w.virtualtransaction = h.virtualtransaction AND w.locktype = 'advisory'
            AND w.objsubid = 1 AND ((w.classid::bigint << 32) | w.objid::bigint) = $1)
)
SELECT (SELECT max(epoch) FROM log_epoch) AS epoch, coalesce(
    (SELECT min(x::text::bigint) FROM pg_snapshot_xip(snapshot) AS x
     WHERE (x::text::bigint & 4294967295) NOT IN (SELECT low FROM foreigner)),
    pg_snapshot_xmax(snapshot)::text::bigint) AS xid
FROM taken
"""


_ANYTHING = "SELECT " + " OR ".join(
    f"EXISTS (SELECT FROM {stream}_event WHERE (epoch, xid, id) > ($1, $2, $3) AND (epoch, xid) < ($4, $5))"
    for stream in get_args(Stream)
)


async def horizon(tx: Transaction) -> Position:
    """Everything strictly below this place is final: no transaction can add to it any more."""
    row = await tx.row(_HORIZON, LOG_WRITERS)
    assert row is not None
    return Position(row["epoch"], row["xid"], 0)


async def is_anything(tx: Transaction, after: Position, below: Position) -> bool:
    """Whether there are facts of any stream after a place and below the horizon."""
    found: bool = await tx.value(_ANYTHING, *msgspec.structs.astuple(after), below.epoch, below.xid)
    return found


_COLUMNS = """epoch, xid, id, '{stream}' AS stream, name, version, recorded_at, occurred_at, identity_id,
    conversation_id, subject_kind, subject_id, actor_kind, actor_id, inbox_id, brand_id, cause_id, properties"""


async def read(
    tx: Transaction,
    stream: Stream,
    after: Position,
    below: Position,
    *,
    names: Collection[str] | None = None,
    limit: int = 500,
    since: datetime | None = None,
) -> Sequence[Recorded]:
    """Facts after a place and below the horizon, in their order; `since` leaves out months that ended before it.

    To plan over three years of partitions takes a millisecond. Whoever asks for every message gives a `since`; and the
    limit stands in the text, so that PostgreSQL sees that a plan for a few facts can be kept.
    """
    return await tx.all(
        Recorded,
        f"""SELECT {_COLUMNS.format(stream=stream)} FROM {stream}_event
        WHERE (epoch, xid, id) > ($1, $2, $3) AND (epoch, xid) < ($4, $5) AND ($6::text[] IS NULL OR name = ANY ($6))
            {"AND recorded_at >= $7" if since else ""}
        ORDER BY epoch, xid, id LIMIT {int(limit)}""",
        *msgspec.structs.astuple(after),
        below.epoch,
        below.xid,
        sorted(names) if names is not None else None,
        *([since] if since else []),
    )


async def export_events(
    tx: Transaction, stream: Stream, *, since: datetime | None, until: datetime | None, chunk: int = 1000
) -> AsyncIterator[Recorded]:
    """All facts recorded in a time, in their order, a chunk at a time."""
    after = START
    while found := await tx.all(
        Recorded,
        f"""SELECT {_COLUMNS.format(stream=stream)} FROM {stream}_event
        WHERE (epoch, xid, id) > ($1, $2, $3) AND ($4::timestamptz IS NULL OR recorded_at >= $4)
            AND ($5::timestamptz IS NULL OR recorded_at < $5)
        ORDER BY epoch, xid, id LIMIT $6""",
        *msgspec.structs.astuple(after),
        since,
        until,
        chunk,
    ):
        for event in found:
            yield event
        after = found[-1].position


async def begin_epoch(tx: Transaction) -> int:
    """Notice that the database was restored or moved, where xids start over, and begin a new epoch.

    A cluster is known by its system identifier and timeline; where the server hides them, its own address and
    start of service stand in by a row that does not match and only costs a new epoch.
    """
    cluster = await tx.value(
        "SELECT s.system_identifier::text || '/' || c.timeline_id || '/' || current_database()"
        " FROM pg_control_system() s, pg_control_checkpoint() c"
    )
    current = await tx.row("SELECT epoch, cluster FROM log_epoch ORDER BY epoch DESC LIMIT 1 FOR UPDATE")
    if current and current["cluster"] == cluster:
        return int(current["epoch"])
    return int(
        await tx.value(
            "INSERT INTO log_epoch (epoch, cluster, began_at) VALUES ($1, $2, $3) RETURNING epoch",
            current["epoch"] + 1 if current else 1,
            cluster,
            tx.now,
        )
    )


PARTITION_AHEAD = timedelta(days=62)
PARTITION_BEHIND = timedelta(days=2)
"""A clock that is set back over the turn of a month finds a partition, too: without one nothing could be written."""


async def make_partitions(tx: Transaction) -> None:
    """See to it that both streams have their monthly partitions for the next two months; may run at any time."""
    await tx.execute("SELECT damso_make_partitions($1, $2)", tx.now - PARTITION_BEHIND, tx.now + PARTITION_AHEAD)
