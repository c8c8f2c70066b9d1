"""How commands beside a demo learn of its simulator: while a demo runs, its address is noted in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from damso.kernel.settings import Settings, is_loopback

FILE = "simulator"


@contextmanager
def noted(data: Path, simulator: str) -> Iterator[None]:
    """As long as this lasts, commands on the data folder call the simulator as well. A note that a crash left behind
    names a port at which nobody answers: nothing leaves."""
    note = data / FILE
    data.mkdir(parents=True, exist_ok=True)
    note.write_text(simulator)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def with_note(settings: Settings) -> Settings:
    """The settings, with the simulator of the demo that runs on the same data folder."""
    if settings.simulator:
        return settings
    try:
        simulator = (settings.data / FILE).read_text().strip()
    except OSError:
        return settings
    return msgspec.structs.replace(settings, simulator=simulator) if is_loopback(simulator) else settings
