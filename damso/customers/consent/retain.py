"""Entries of the ledger that decide nothing any more.

An entry decides nothing once its own address has said something newer on the same purpose, for the same channel or for
all: an address never disagrees with itself, however customers are joined or taken apart (`standing.py`), so the newer
word always goes before it. Its time begins with that word. The last word of an address stays, a withdrawal above all,
and so does what a notice still has to tell.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from damso.customers.consent.types import ALL
from damso.kernel.database import Transaction
from damso.kernel.retention import KeptClass, MonthCount

CHUNK = 500

# The newer word must itself be old enough: until then it stands who consented to what was sent.
_OVER = """
    c.recorded_at < $1 AND EXISTS (
        SELECT FROM consent n WHERE n.identity_id = c.identity_id AND n.purpose = c.purpose
            AND n.channel IN (c.channel, $2) AND (n.at, NOT n.given, n.id) > (c.at, NOT c.given, c.id)
            AND n.at < $1 AND n.recorded_at < $1)
    AND NOT EXISTS (
        SELECT FROM consent_notice m WHERE m.identity_id = c.identity_id AND m.kind = 'result'
            AND m.state IN ('waiting', 'by_hand', 'queued') AND c.id = ANY (m.consent_ids))
"""

_DUE = f"""
SELECT date_trunc('month', ended AT TIME ZONE 'UTC')::date AS month, count(*) AS count FROM (
    SELECT (SELECT min(greatest(n.at, n.recorded_at)) FROM consent n
        WHERE n.identity_id = c.identity_id AND n.purpose = c.purpose AND n.channel IN (c.channel, $2)
            AND (n.at, NOT n.given, n.id) > (c.at, NOT c.given, c.id)) AS ended
    FROM consent c WHERE {_OVER}) e GROUP BY 1 ORDER BY 1
"""

_DESTROY = f"""
DELETE FROM consent WHERE id IN (SELECT c.id FROM consent c WHERE {_OVER} ORDER BY c.id LIMIT $3)
RETURNING identity_id
"""

_NOTICES = """
DELETE FROM consent_notice m WHERE m.identity_id = ANY ($1) AND m.state IN ('sent', 'dropped')
    AND NOT EXISTS (SELECT FROM consent c WHERE c.id = ANY (m.consent_ids))
"""
"""Told of nothing that is still here."""


class ConsentRecords:
    """The ledger, but for every entry that may yet decide something."""

    record_class: ClassVar[KeptClass] = "consent"

    async def due(self, tx: Transaction, before: datetime) -> Sequence[MonthCount]:
        return await tx.all(MonthCount, _DUE, before, ALL)

    async def destroy(self, tx: Transaction, before: datetime) -> int:
        # The way past the ledger's trigger; it ends with this transaction.
        await tx.execute("SELECT set_config('damso.erasing', 'on', true)")
        gone = await tx.values(_DESTROY, before, ALL, CHUNK)
        if gone:
            await tx.execute(_NOTICES, sorted(set(gone)))
        return len(gone)
