"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


class ManualClock:
    def __init__(self, at: datetime | None = None) -> None:
        self._now = at or datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by

    def advance_to_noon(self) -> None:
        """The next noon in Seoul, where no rule about the night is in the way."""
        local = self._now.astimezone(SEOUL)
        noon = local.replace(hour=12, minute=0, second=0)
        self._now = (noon if local <= noon else noon + timedelta(days=1)).astimezone(UTC)
