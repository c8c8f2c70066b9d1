"""The readers that keep segments live: one for each stream of the log."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import Recorded, Stream
from damso.segments.plan import load_plan, lock_segments
from damso.segments.refresh import refresh
from damso.segments.touch import touched


class CareReader:
    """Follows what happens between people and us: traits, identities, cases."""

    name: ClassVar[str] = "segments.care"
    title: ClassVar[Text] = Text("세그먼트: 상담과 고객 정보", "Segments: conversations and customers")
    stream: ClassVar[Stream] = "care"
    names: ClassVar[Collection[str] | None] = None

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        await follow(tx, [event for event in events if event.subject_kind != "segment"])


class TrackedReader:
    """Follows what shops, sites and apps send."""

    name: ClassVar[str] = "segments.tracked"
    title: ClassVar[Text] = Text("세그먼트: 고객 행동", "Segments: tracked events")
    stream: ClassVar[Stream] = "tracked"
    names: ClassVar[Collection[str] | None] = None

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        await follow(tx, events)


async def follow(tx: Transaction, events: Sequence[Recorded]) -> None:
    """Bring up to now whatever these facts touch."""
    if not events:
        return
    await lock_segments(tx)
    plan = await load_plan(tx)
    if not plan.leaves and not plan.segments:
        return
    found = await touched(tx, plan, events)
    if found.pairs or found.appeared:
        await refresh(tx, plan, found.pairs, found.appeared)


READERS = (CareReader(), TrackedReader())
