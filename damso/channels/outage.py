"""A provider that is away: one message goes ahead at growing intervals, everything else waits without being tried, and
goes on at once and in its order when the provider is back. And the pace that a provider asks for.

Both are kept for an inbox over all processes, as the share of its name (`damso.kernel.shares`).
"""

from datetime import timedelta
from uuid import UUID

from damso.channels.failures import ChannelError, CredentialsRejected, TryLater
from damso.channels.health import fault_code
from damso.channels.inboxes import InboxRecord
from damso.kernel import shares
from damso.kernel.database import Transaction
from damso.kernel.shares import Hold, Turn

AWAY = (5.0, 300.0)
"""Seconds until the first goes ahead, and the longest that they grow to."""
REFUSED = (60.0, 900.0)
"""The same where we are refused: servers lock accounts out that try too often."""


def share_of(inbox_id: UUID) -> str:
    """What everything that leaves by this inbox shares."""
    return str(inbox_id)


def spacing(inbox: InboxRecord) -> timedelta | None:
    """The time from one message to the next where the channel keeps a pace."""
    rate = inbox.adapter.policy.rate
    return timedelta(seconds=1 / rate) if rate else None


async def take_turn(tx: Transaction, inbox: InboxRecord) -> Turn:
    """Whether a message may be handed over now; if so it is counted."""
    return await shares.take_turn(tx, share_of(inbox.id), spacing(inbox))


async def heed(tx: Transaction, inbox: InboxRecord, error: ChannelError | None, *, ahead: bool) -> Hold | None:
    """What a try means for everything else that waits: with a fault of the connection it is held."""
    share = share_of(inbox.id)
    if error is None:
        await shares.release(tx, share, spacing(inbox))
        return None
    if fault_code(error) is None:
        if ahead:
            await shares.pass_on(tx, share)
        return None
    first, longest = REFUSED if isinstance(error, CredentialsRejected) else AWAY
    asked = error.after if isinstance(error, TryLater) else 0.0
    return await shares.hold(tx, share, first=first, longest=longest, asked=asked, ahead=ahead)
