"""Is somebody there, and if not, when will somebody answer: told truthfully, in words."""

from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec import Struct

from damso.brand.opening import coming_spans
from damso.brand.types import Brand
from damso.kernel.i18n import Text

OPEN = Text("지금 상담 중이에요. 보통 {wait} 안에 답해 드려요.", "We're here now. We usually reply within {wait}.")
OPEN_UNTIL = Text(
    "지금 상담 중이에요. {close}까지 답해 드리고, 그 뒤에는 {open}부터 이어서 답해 드릴게요.",
    "We're here now, until {close}. After that we reply from {open}.",
)
CLOSED = Text(
    "지금은 상담 시간이 아니에요. {open}부터 답해 드릴게요.", "We're away right now. We'll reply from {open}."
)
NO_HOURS = Text("남겨 주시면 확인하는 대로 답해 드릴게요.", "Leave a message and we'll reply as soon as we can.")

WEEKDAYS = (
    Text("월요일", "Monday"),
    Text("화요일", "Tuesday"),
    Text("수요일", "Wednesday"),
    Text("목요일", "Thursday"),
    Text("금요일", "Friday"),
    Text("토요일", "Saturday"),
    Text("일요일", "Sunday"),
)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
A_DAY = 24 * 60


class Availability(Struct, frozen=True):
    """Whether somebody is there, else when (None: no hours are set), and the sentence that says so."""

    open: bool
    opens_at: datetime | None
    text: Text


def availability(brand: Brand, now: datetime, *, zone: str | None = None) -> Availability:
    """At `now`. Times are told on the clock of `zone`, the reader's, or of the brand where that is not known."""
    home = ZoneInfo(brand.timezone)
    told = ZoneInfo(zone) if zone else home
    spans = list(islice(coming_spans(brand.hours, home, now), 2))
    if not spans:
        return Availability(False, None, NO_HOURS)
    current, *later = spans
    if current.starts > now:
        return Availability(False, current.starts, _fill(CLOSED, open=_when(current.starts, now, told)))
    closing_soon = current.ends - now < timedelta(minutes=brand.reply_minutes) and brand.reply_minutes < A_DAY
    if closing_soon and later:
        close, reopen = _when(current.ends, now, told), _when(later[0].starts, now, told)
        return Availability(True, None, _fill(OPEN_UNTIL, close=close, open=reopen))
    return Availability(True, None, _fill(OPEN, wait=_duration(brand.reply_minutes)))


def _fill(text: Text, **fields: Text) -> Text:
    return Text(
        text.ko.format(**{name: field.ko for name, field in fields.items()}),
        text.en.format(**{name: field.en for name, field in fields.items()}),
    )


def _when(moment: datetime, now: datetime, zone: ZoneInfo) -> Text:
    """오늘 오전 9시, 내일 …, 월요일 …, 12월 1일 …: what somebody would say at `now`."""
    local = moment.astimezone(zone)
    clock, days = _clock(local), (local.date() - now.astimezone(zone).date()).days
    if days == 0:
        return Text(f"오늘 {clock.ko}", f"{clock.en} today")
    if days == 1:
        return Text(f"내일 {clock.ko}", f"{clock.en} tomorrow")
    weekday = WEEKDAYS[local.weekday()]
    if days < 7:
        return Text(f"{weekday.ko} {clock.ko}", f"{weekday.en}, {clock.en}")
    date_ko, date_en = f"{local.month}월 {local.day}일", f"{MONTHS[local.month - 1]} {local.day}"
    return Text(f"{date_ko} {weekday.ko} {clock.ko}", f"{weekday.en}, {date_en}, {clock.en}")


def _clock(local: datetime) -> Text:
    hour, minute = local.hour % 12 or 12, local.minute
    half = "오전" if local.hour < 12 else "오후"
    # Korean says 오전 0시 for midnight, since 오전 12시 is read as noon by some, and 낮 12시 for noon.
    head = "낮 12시" if local.hour == 12 else f"{half} {local.hour % 12}시"
    return Text(
        f"{head} {minute}분" if minute else head,
        f"{hour}{f':{minute:02}' if minute else ''} {'AM' if local.hour < 12 else 'PM'}",
    )


def _duration(minutes: int) -> Text:
    """5분, 1시간 30분, 하루, 3일; rounded up to days from one day on."""
    if minutes >= A_DAY:
        days = -(-minutes // A_DAY)
        return Text("하루" if days == 1 else f"{days}일", "a day" if days == 1 else f"{days} days")
    hours, rest = divmod(minutes, 60)
    ko = [f"{hours}시간"] * bool(hours) + [f"{rest}분"] * bool(rest)
    en = [_count(hours, "hour")] * bool(hours) + [_count(rest, "minute")] * bool(rest)
    return Text(" ".join(ko), " ".join(en))


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
