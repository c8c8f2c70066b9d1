"""The public words of brands: what a brand looks and sounds like, and when it answers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from damso.team.types import Name

Line = Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")]
# Lengths are given as well, because `$` also matches before a newline at the end.
Colour = Annotated[str, Meta(max_length=7, pattern=r"^#[0-9a-fA-F]{6}$")]
ReplyMinutes = Annotated[int, Meta(ge=1, le=7 * 24 * 60)]
Moment = Annotated[str, Meta(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
End = Annotated[str, Meta(max_length=5, pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Bilingual(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence for customers in both languages."""

    ko: Line
    en: Line


class Opening(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `opens` to `closes` on the clock of the brand's zone. A `closes` before `opens` is on the next day."""

    opens: Moment
    closes: End


Day = Annotated[list[Opening], Meta(max_length=6)]


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the brand answers: the openings that begin on each weekday, none of them on a date in `closed_on`."""

    mon: Day
    tue: Day
    wed: Day
    thu: Day
    fri: Day
    sat: Day
    sun: Day
    closed_on: Annotated[list[date], Meta(max_length=200)]

    @property
    def week(self) -> tuple[list[Opening], ...]:
        """The days from Monday on, as `date.weekday()` counts them."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


def weekdays(opens: str, closes: str) -> Hours:
    """The same hours from Monday to Friday."""
    day = [Opening(opens=opens, closes=closes)]
    return Hours(mon=day, tue=day, wed=day, thu=day, fri=day, sat=[], sun=[], closed_on=[])


class Brand(Struct, frozen=True, kw_only=True):
    """A voice and a look. `reply_minutes` is how long an answer usually takes while somebody is there."""

    id: UUID
    name: str
    colour: str
    greeting: Bilingual
    logo_url: str | None
    signature: str
    reply_minutes: int
    hours: Hours
    timezone: str


class BrandPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays."""

    name: Name | None = None
    colour: Colour | None = None
    greeting: Bilingual | None = None
    signature: Annotated[str, Meta(max_length=2_000, pattern=r"^[^\x00]*$")] | None = None
    reply_minutes: ReplyMinutes | None = None
    hours: Hours | None = None
    timezone: str | None = None
