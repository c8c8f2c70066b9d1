"""Shares of a lane: who shares it takes turns, so that none keeps the others waiting.

A share is a name, such as that of an inbox. It may be told to wait, for its pace or because what it needs is away:
then nothing of it is begun, however much there is, and when the time has come one item goes ahead alone. If that one
fails the share waits again, longer each time; if it does well everything goes on at once.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from damso.kernel.database import Transaction

AHEAD_FOR = timedelta(seconds=90)
"""So long nothing follows the one that goes ahead, unless it comes to its end: longer than any try may take."""

FAR = timedelta(hours=2)
"""No share is told to wait so long: what does was put there by a clock that was ahead."""

_WAITS = "(w.waits_until > {now} AND w.waits_until <= {now}::timestamptz + {far})"

READY = "parked_at IS NULL AND claimed_by IS NULL"

DUE = """(i.due_at <= {now} OR i.due_at <= i.created_at OR i.created_at > {now}::timestamptz + {far_ahead})
    AND (i.key IS NULL OR i.lane || ' ' || i.key <> ALL ({busy}) AND i.id = (SELECT e.id FROM lane_item e
        WHERE e.lane = i.lane AND e.key = i.key AND e.parked_at IS NULL ORDER BY e.id LIMIT 1))"""
"""What is due at once is so whatever the clock says: it may have been set back, or be that of another machine. What was
put in by a clock that was far ahead of ours was due within seconds or minutes by that one, and does not wait for hours
until ours comes there."""

_THERE = f"SELECT i.share FROM lane_item i WHERE i.lane = $1 AND i.share <> '' AND {READY}"

CLAIM = f"""
WITH RECURSIVE there (share) AS (
    ({_THERE} ORDER BY i.share LIMIT 1)
    UNION ALL
    SELECT ({_THERE} AND i.share > t.share ORDER BY i.share LIMIT 1) FROM there t WHERE t.share IS NOT NULL
), able AS (
    SELECT t.share, coalesce(o.count, 0) AS ours,
        CASE WHEN w.share IS NULL THEN $2 - coalesce(o.count, 0) ELSE 1 END AS room
    FROM there t LEFT JOIN lane_share w ON w.share = t.share
        LEFT JOIN unnest($8::text[], $9::int[]) AS o(share, count) ON o.share = t.share
    WHERE t.share IS NOT NULL AND coalesce(o.count, 0) < $2
        AND (w.share IS NULL OR NOT {_WAITS.format(now="$5", far="$10")})
), first AS (
    SELECT i.id, a.ours + row_number() OVER (PARTITION BY a.share ORDER BY i.id) AS turn
    FROM able a CROSS JOIN LATERAL (
        SELECT i.id FROM lane_item i WHERE i.lane = $1 AND i.share = a.share AND i.share <> '' AND {READY}
            AND {DUE.format(now="$5", far_ahead="$7", busy="$6")}
        ORDER BY i.id LIMIT a.room FOR UPDATE SKIP LOCKED) i
)
UPDATE lane_item SET claimed_by = $4 FROM (SELECT id FROM first ORDER BY turn, id LIMIT $3) turn
WHERE lane_item.id = turn.id
RETURNING lane_item.id, lane, key, share, payload, attempts, created_at
"""
"""Claim up to $3 items of lane $1, of each share as many as are missing to $2; $8 and $9 are the shares we are at, and
with how many items. Whoever has least at work comes first. Shares are found by stepping through the index, so that a
share with ten thousand items costs as much as one with a single item; of a share that was told to wait and may go on,
one is claimed at a time."""


class Turn(Struct, frozen=True):
    """Whether a share may go on: at once where `wait` is 0, else it may be asked again in so many seconds. `ahead` is
    that this one goes ahead alone, after the share had to be held."""

    wait: float = 0.0
    ahead: bool = False


_PACED = """
INSERT INTO lane_share AS w (share, waits_until) VALUES ($1, $2::timestamptz + $5)
ON CONFLICT (share) DO UPDATE SET waits_until = $2::timestamptz + CASE WHEN w.tries > 0 THEN $3::interval ELSE $5 END
    WHERE NOT {waits}
RETURNING tries
""".format(waits=_WAITS.format(now="$2", far="$4"))

_UNPACED = """
UPDATE lane_share w SET waits_until = $2::timestamptz + $3 WHERE share = $1 AND NOT {waits} RETURNING tries
""".format(waits=_WAITS.format(now="$2", far="$4"))


async def take_turn(tx: Transaction, share: str, every: timedelta | None = None) -> Turn:
    """Take the next turn of a share, of which there is one `every` so long, over all processes (None: as many as come).
    Until this is committed, others who ask for a turn of the share wait."""
    told = (share, tx.now, AHEAD_FOR, FAR)
    taken = await (tx.row(_PACED, *told, every) if every else tx.row(_UNPACED, *told))
    if taken:
        return Turn(ahead=taken["tries"] > 0)
    until: datetime | None = await tx.value("SELECT waits_until FROM lane_share WHERE share = $1", share)
    return Turn(wait=max((until - tx.now).total_seconds(), 0.001)) if until else Turn()


class Hold(Struct, frozen=True):
    """That a share is held for `seconds`; `began` is that it was not held before."""

    seconds: float
    began: bool


_HOLD = """
INSERT INTO lane_share AS w (share, waits_until, tries)
VALUES ($1, $2::timestamptz + greatest($3::float8, $5::float8) * interval '1 second', 1)
ON CONFLICT (share) DO UPDATE SET tries = least(w.tries + 1, 1000),
    waits_until = $2::timestamptz
        + greatest(least($3::float8 * 2 ^ least(w.tries, 20), $4::float8), $5::float8) * interval '1 second'
    WHERE w.tries = 0 OR $6
RETURNING waits_until, tries
"""


async def hold(tx: Transaction, share: str, *, first: float, longest: float, asked: float, ahead: bool) -> Hold:
    """What the share needs is away: it waits `first` seconds, twice as long after each failure of the one that went
    `ahead`, up to `longest`; and at least as long as was `asked` for. The failures of others, which were begun before,
    change nothing."""
    asked = min(asked, FAR.total_seconds())
    row = await tx.row(_HOLD, share, tx.now, first, longest, asked, ahead)
    if row:
        return Hold((row["waits_until"] - tx.now).total_seconds(), row["tries"] == 1)
    until = await tx.value("SELECT waits_until FROM lane_share WHERE share = $1", share)
    return Hold(max((until - tx.now).total_seconds(), 0.0) if until else 0.0, began=False)


async def pass_on(tx: Transaction, share: str) -> None:
    """The one that went ahead came to an end that tells nothing, or its worker died: the next goes ahead at once."""
    if await tx.execute("UPDATE lane_share SET waits_until = $2 WHERE share = $1 AND tries > 0", share, tx.now):
        tx.wake("lane")


_HASTEN = f"""
UPDATE lane_item SET due_at = $2 WHERE share = $1 AND share <> '' AND {READY} AND attempts > 0 AND due_at > $2
"""


async def release(tx: Transaction, share: str, every: timedelta | None = None) -> None:
    """It goes again: everything goes on at once and in its order, `every` so long where it has a pace. What had gone
    ahead and failed does so too, unless it was the only one to fail: then the fault may be its own."""
    tries = await tx.value("DELETE FROM lane_share WHERE share = $1 AND tries > 0 RETURNING tries", share)
    if tries is None:
        return
    if every:
        await tx.execute("INSERT INTO lane_share (share, waits_until) VALUES ($1, $2)", share, tx.now + every)
    if tries > 1:
        await tx.execute(_HASTEN, share, tx.now)
    tx.wake("lane")


async def let_go(tx: Transaction, share: str) -> None:
    """Somebody has mended it: everything goes on at once, whatever failed before."""
    await tx.execute("DELETE FROM lane_share WHERE share = $1", share)
    await tx.execute(_HASTEN, share, tx.now)
    tx.wake("lane")
