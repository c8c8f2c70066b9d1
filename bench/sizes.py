"""How much is loaded before anything is measured."""

from datetime import timedelta
from pathlib import Path

from msgspec import Struct

BUILD = Path(__file__).parents[1] / ".build"


class Size(Struct, frozen=True, kw_only=True):
    """A filled database: `conversations` of `messages` each over `months`, told by `customers` to `agents`."""

    name: str
    conversations: int
    messages: int = 10
    months: int = 36
    agents: int = 25
    tracked_events: int = 0

    @property
    def customers(self) -> int:
        """Some come back: six customers for ten conversations."""
        return self.conversations * 6 // 10

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.months * 365 / 12)

    @property
    def folder(self) -> Path:
        """Where the loaded data lies between runs."""
        return BUILD / f"bench-{self.name}"


SIZES = {
    size.name: size
    for size in (
        Size(name="xs", conversations=2_000),
        Size(name="s", conversations=100_000),
        Size(name="m", conversations=1_000_000),
        Size(name="l", conversations=1_000_000, tracked_events=50_000_000),
    )
}
"""`xs` is for work on the bench itself."""
