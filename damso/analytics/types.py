"""The words of analytics: what is asked, and the figures that answer it. None of them is about one person."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

MOST_DAYS = 366
YEARS = range(2000, 2101)
"""Before and after, the engine's times and ours end."""
FEWEST_PEOPLE = 10
"""Of a segment that may be asked about: what a handful of people did is about persons."""
MOST_STEPS = 8
LONGEST_STEP = 500
"""Characters of the name of an event, or of the beginning of a page."""
LONGEST_WITHIN = 30 * 86_400
"""Seconds between the first and the last step of a funnel."""


class PeriodInvalid(AppError):
    code = "PERIOD_INVALID"
    status = 422
    text = Text("기간은 하루부터 {most}일까지 고를 수 있어요.", "A period has one to {most} days.")


class SegmentTooSmall(AppError):
    code = "SEGMENT_TOO_SMALL"
    status = 422
    text = Text(
        "세그먼트에 {fewest}명 이상 있어야 볼 수 있어요. 적은 인원의 행동은 개인정보예요.",
        "A segment needs {fewest} people or more: what a few did is about persons.",
    )


class StepsInvalid(AppError):
    code = "STEPS_INVALID"
    status = 422
    text = Text("퍼널은 2~{most}단계로 만들어 주세요.", "A funnel has 2 to {most} steps.")


class EventNameInvalid(AppError):
    code = "EVENT_NAME_INVALID"
    status = 422
    text = Text("이벤트 이름을 확인해 주세요.", "Please check the name of the event.")


class Wanted(Struct, frozen=True, kw_only=True):
    """What is asked about: days of the company's zone, of which sources (none: all), of which segment's customers."""

    first: date
    last: date
    sources: Sequence[UUID] = ()
    segment: UUID | None = None
    event: str = "Order Completed"


class Worth(Struct, frozen=True, kw_only=True):
    """Money of one currency in whole minor units, `digits` of them behind the point, from so many conversions."""

    currency: str
    minor: int
    digits: int
    conversions: int


class VisitFigures(Struct, frozen=True, kw_only=True):
    """Of a period. `seconds` is how long a visit was on average; `bounces` are visits of one event; `conversions`
    counts also those a server told of; `converted` are people who visited and converted."""

    people: int
    visits: int
    views: int
    bounces: int
    seconds: float
    conversions: int
    converted: int
    revenue: list[Worth]


class DayFigures(Struct, frozen=True, kw_only=True):
    """A local day."""

    day: date
    people: int
    visits: int
    views: int
    conversions: int


class PageFigures(Struct, frozen=True, kw_only=True):
    """A page by host and path, or an app's screen by its name."""

    host: str
    page: str
    title: str
    views: int
    people: int
    entries: int
    exits: int


class OriginFigures(Struct, frozen=True, kw_only=True):
    """Visits from one place; `campaign` is empty where none is told apart."""

    source: str
    medium: str
    campaign: str
    visits: int
    people: int
    converted: int


class DeviceFigures(Struct, frozen=True, kw_only=True):
    """Visits by a kind of device with a system and a browser."""

    kind: str
    system: str
    browser: str
    visits: int


class PlaceFigures(Struct, frozen=True, kw_only=True):
    """Visits by language or country as the browser or the app said it; empty: it did not."""

    code: str
    visits: int
    people: int


class ClickFigures(Struct, frozen=True, kw_only=True):
    """What was clicked on a page that was seen `views` times."""

    host: str
    page: str
    target: str
    clicks: int
    people: int
    views: int


class AnalyticsReport(Struct, frozen=True, kw_only=True):
    """The answers about a period, and the figures of the one before. `as_of` is up to when events are in it."""

    first: date
    last: date
    zone: str
    as_of: datetime | None
    event: str
    now: VisitFigures
    before: VisitFigures
    days: list[DayFigures]
    pages: list[PageFigures]
    sources: list[OriginFigures]
    campaigns: list[OriginFigures]
    devices: list[DeviceFigures]
    locales: list[PlaceFigures]
    countries: list[PlaceFigures]
    clicks: list[ClickFigures]


class FunnelStep(Struct, frozen=True, kw_only=True):
    """How many people took this step and all before it; `seconds` since their first step, on average."""

    step: str
    people: int
    seconds: float


class Funnel(Struct, frozen=True, kw_only=True):
    """A funnel's answer."""

    first: date
    last: date
    zone: str
    as_of: datetime | None
    within: int
    steps: list[FunnelStep]


class NamedSource(Struct, frozen=True, kw_only=True):
    """A source to choose."""

    id: UUID
    name: str


class AnalyticsChoices(Struct, frozen=True, kw_only=True):
    """What can be asked about: sources, and events that were seen, the most frequent first."""

    sources: list[NamedSource]
    events: list[str]
