"""Lines of the timeline: what the customer consented to and withdrew."""

from collections.abc import Sequence
from typing import ClassVar

from damso.customers.consent.types import ALL, ALL_CHANNELS, PURPOSE_NAMES
from damso.customers.timeline import Kind, Place, TimelineEntry
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text

_GIVEN, _WITHDRAWN = Text("{} 동의", "Consent: {}"), Text("{} 동의 철회", "Consent withdrawn: {}")


class ConsentLines:
    """Entries of the ledger."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"event"})

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> list[TimelineEntry]:
        rows = await tx.rows(
            """SELECT 'consent:' || id AS key, at, purpose, channel, given, method FROM consent
            WHERE identity_id = ANY ($1) AND at <= $2 AND (at < $2 OR 'consent:' || id < $3 COLLATE "C")
            ORDER BY at DESC, ('consent:' || id) COLLATE "C" DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
        )
        return [
            TimelineEntry(
                id=row["key"],
                at=row["at"],
                kind="event",
                title=_title(row["purpose"], given=row["given"]),
                channel=None if row["channel"] == ALL else row["channel"],
                source=row["method"],
            )
            for row in rows
        ]


def _title(purpose: str, *, given: bool) -> Text:
    name = {str(known): text for known, text in PURPOSE_NAMES.items()}.get(purpose, ALL_CHANNELS)
    form = _GIVEN if given else _WITHDRAWN
    return Text(form.ko.format(name.ko), form.en.format(name.en))
