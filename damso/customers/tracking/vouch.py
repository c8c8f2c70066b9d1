"""Whose word an event of a server is: it came with a key that only the company's own systems hold."""

from collections.abc import Collection, Sequence

from damso.kernel.database import Transaction
from damso.kernel.log import Recorded


class ServerSources:
    """Vouches for events of servers. A browser's key is there to be read by every visitor: it vouches for nothing."""

    async def vouched(self, tx: Transaction, events: Sequence[Recorded]) -> Collection[int]:
        """The ids of the events that servers sent."""
        sent = [event for event in events if event.actor_kind == "source"]
        if not sent:
            return ()
        servers = set(await tx.values("SELECT id::text FROM source WHERE kind = 'server'"))
        return {event.id for event in sent if event.actor_id in servers}
