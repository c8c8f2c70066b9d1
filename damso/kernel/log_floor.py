"""The floor of a stream: facts recorded before it went by rule, so whoever keeps a copy of the log lets go of them too.

It only rises, in the transaction after which nothing older is left.
"""

from datetime import datetime

from damso.kernel.database import Transaction
from damso.kernel.log import Stream

_RAISE = """
INSERT INTO log_floor AS f (stream, before) VALUES ($1, $2)
ON CONFLICT (stream) DO UPDATE SET before = excluded.before WHERE f.before < excluded.before
"""


async def raise_floor(tx: Transaction, stream: Stream, before: datetime) -> None:
    """Facts recorded before this moment are gone."""
    await tx.execute(_RAISE, stream, before)


async def floors(tx: Transaction) -> dict[str, datetime]:
    """The floor of each stream that has one."""
    return {row["stream"]: row["before"] for row in await tx.rows("SELECT stream, before FROM log_floor")}
