"""Slowing down those who guess. A try is written down before it is judged, so guesses sent at once are all counted.

Which subjects a try counts against is decided so that strangers cannot keep somebody out of their own account: see
docs/adr/0019.
"""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import TooManyTries

REMEMBERED = timedelta(days=1)
"""How long a try counts; `forget_expired` deletes older ones."""


class Limit(Struct, frozen=True, kw_only=True):
    """`free` tries a day at once; after that a wait before each, `first` long, then twice as long each time, up to
    `longest`."""

    free: int
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)


async def take_try(tx: Transaction, limits: Mapping[str, Limit]) -> list[int]:
    """Count one try against every subject, such as `sign_in/jane@shop.example`; the ids give it back.

    Commit before judging the try. Raises `TooManyTries` with the seconds to wait; a refused try is not counted.
    """
    subjects = sorted(limits)
    # Sorted, so that two who share subjects never wait for each other.
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('failed_try/' || s, 0)) FROM"
        " (SELECT s FROM unnest($1::text[]) AS s ORDER BY s) AS o",
        subjects,
    )
    wait = await _seconds_to_wait(tx, limits)
    if wait:
        raise TooManyTries(seconds=wait, extra={"seconds": wait})
    return await tx.values(
        "INSERT INTO failed_try (subject, at) SELECT s, $2 FROM unnest($1::text[]) AS s RETURNING id", subjects, tx.now
    )


async def give_back(tx: Transaction, tries: list[int]) -> None:
    """The try was right after all, so it counts against nobody."""
    await tx.execute("DELETE FROM failed_try WHERE id = ANY ($1)", tries)


async def forgive(tx: Transaction, *subjects: str) -> None:
    """Forget all tries against subjects: they have proven who they are."""
    await tx.execute("DELETE FROM failed_try WHERE subject = ANY ($1)", list(subjects))


async def _seconds_to_wait(tx: Transaction, limits: Mapping[str, Limit]) -> int:
    """For the subject that waits longest; never longer than its limit says, also where the clock was set back."""
    free_at = await tx.value(
        """SELECT max(least(t.last, $6) + least(w.first * power(2, least(t.count - w.free, 20)), w.longest))
        FROM unnest($1::text[], $2::int[], $3::interval[], $4::interval[]) AS w(subject, free, first, longest)
            CROSS JOIN LATERAL (SELECT count(*) AS count, max(f.at) AS last FROM failed_try f
                WHERE f.subject = w.subject AND f.at > $5) AS t
        WHERE t.count >= w.free""",
        list(limits),
        [limit.free for limit in limits.values()],
        [limit.first for limit in limits.values()],
        [limit.longest for limit in limits.values()],
        tx.now - REMEMBERED,
        tx.now,
    )
    return max(0, int((free_at - tx.now).total_seconds()) + 1) if free_at and free_at > tx.now else 0
