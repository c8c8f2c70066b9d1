"""Answers of services that are over their time: asked long ago, and no longer what spares another question.

The traits that came of them are the customer's and stay.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.retention import KeptClass, MonthCount

CHUNK = 2_000

_DUE = """
SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date AS month, count(*) AS count FROM enrichment_answer
WHERE at < $1 AND expires_at <= $2 GROUP BY 1 ORDER BY 1
"""

_DESTROY = """
DELETE FROM enrichment_answer WHERE (service_id, identity_id) IN (
    SELECT service_id, identity_id FROM enrichment_answer WHERE at < $1 AND expires_at <= $2
    ORDER BY service_id, identity_id LIMIT $3 FOR UPDATE SKIP LOCKED)
"""


class AnswerRecords:
    record_class: ClassVar[KeptClass] = "enrichment"

    async def due(self, tx: Transaction, before: datetime) -> Sequence[MonthCount]:
        return await tx.all(MonthCount, _DUE, before, tx.now)

    async def destroy(self, tx: Transaction, before: datetime) -> int:
        return await tx.execute(_DESTROY, before, tx.now, CHUNK)
