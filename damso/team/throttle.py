"""Slowing down those who guess. A try is written down before it is judged, so guesses sent at once are all counted."""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import TooManyTries


class Limit(Struct, frozen=True):
    """`tries` within any stretch of `window`, which is at most a day (older tries are forgotten)."""

    tries: int
    window: timedelta


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


async def forgive(tx: Transaction, subject: str) -> None:
    """Forget all tries against a subject: they have proven who they are."""
    await tx.execute("DELETE FROM failed_try WHERE subject = $1", subject)


async def _seconds_to_wait(tx: Transaction, limits: Mapping[str, Limit]) -> int:
    """Until the oldest of the last `tries` tries leaves the window, for the subject that waits longest."""
    free_at = await tx.value(
        """SELECT max(l.at + l.wait) FROM (
            SELECT w.wait, (SELECT t.at FROM failed_try t WHERE t.subject = w.subject
                ORDER BY t.at DESC OFFSET w.tries - 1 LIMIT 1) AS at
            FROM unnest($1::text[], $2::int[], $3::interval[]) AS w(subject, tries, wait)) AS l""",
        list(limits),
        [limit.tries for limit in limits.values()],
        [limit.window for limit in limits.values()],
    )
    return max(0, int((free_at - tx.now).total_seconds()) + 1) if free_at and free_at > tx.now else 0
