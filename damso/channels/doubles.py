"""Which hosts are called at a simulator on this machine instead of their own."""

from collections.abc import Mapping

from damso.channels.simulator import Simulated
from damso.channels.types import Adapter
from damso.kernel.settings import Settings


def doubles_of(adapters: Mapping[str, Adapter], simulator: str) -> dict[str, str]:
    """Every host of the channels that are simulated, and where it is called; none without a simulator.

    All hosts of such a channel are among them, so a call that no double answers is refused there and goes nowhere else.
    """
    if not simulator:
        return {}
    simulated = [adapter for adapter in adapters.values() if isinstance(adapter, Simulated)]
    return {host: simulator for adapter in simulated for host in adapter.hosts}


def is_simulated(adapter: Adapter | None, settings: Settings) -> bool:
    """Whether inboxes of this channel are for practice only."""
    return bool(settings.simulator) and isinstance(adapter, Simulated)
