"""When somebody answers, and how it is told: daylight saving, hours past midnight, closed dates, zones."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.brand.availability import availability
from damso.brand.opening import coming_spans
from damso.brand.types import Bilingual, Brand, Hours, Opening, weekdays

SEOUL, NEW_YORK = "Asia/Seoul", "America/New_York"


def make_brand(hours: Hours, *, timezone: str = SEOUL, reply_minutes: int = 5) -> Brand:
    return Brand(
        id=uuid4(),
        name="달빛상점",
        colour="#2f6f4f",
        greeting=Bilingual(ko="안녕하세요", en="Hello"),
        logo_url=None,
        signature="",
        reply_minutes=reply_minutes,
        hours=hours,
        timezone=timezone,
    )


def week(opens: str, closes: str, **others: list[Opening]) -> Hours:
    """The same hours every day but for `others`."""
    day = [Opening(opens=opens, closes=closes)]
    return Hours(mon=day, tue=day, wed=day, thu=day, fri=day, sat=day, sun=day, closed_on=[])


def at(text: str, zone: str = SEOUL) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


OFFICE = make_brand(weekdays("09:00", "18:00"))
"""2026-11-21 is a Saturday."""


@pytest.mark.parametrize(
    ("moment", "ko", "en"),
    [
        (
            "2026-11-20 14:00",
            "지금 상담 중이에요. 보통 5분 안에 답해 드려요.",
            "We're here now. We usually reply within 5 minutes.",
        ),
        (
            "2026-11-21 12:00",
            "지금은 상담 시간이 아니에요. 월요일 오전 9시부터 답해 드릴게요.",
            "We're away right now. We'll reply from Monday, 9 AM.",
        ),
        (
            "2026-11-22 23:59",
            "지금은 상담 시간이 아니에요. 내일 오전 9시부터 답해 드릴게요.",
            "We're away right now. We'll reply from 9 AM tomorrow.",
        ),
        (
            "2026-11-23 00:30",
            "지금은 상담 시간이 아니에요. 오늘 오전 9시부터 답해 드릴게요.",
            "We're away right now. We'll reply from 9 AM today.",
        ),
        (
            "2026-11-20 17:56",
            "지금 상담 중이에요. 오늘 오후 6시까지 답해 드리고, 그 뒤에는 월요일 오전 9시부터 이어서 답해 드릴게요.",
            "We're here now, until 6 PM today. After that we reply from Monday, 9 AM.",
        ),
    ],
)
def test_what_is_said(moment: str, ko: str, en: str) -> None:
    text = availability(OFFICE, at(moment)).text
    assert (text.ko, text.en) == (ko, en)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("2026-11-20 08:59", False), ("2026-11-20 09:00", True), ("2026-11-20 17:59", True), ("2026-11-20 18:00", False)],
)
def test_the_first_minute_is_open_and_the_last_one_is_over(moment: str, is_open: bool) -> None:
    found = availability(OFFICE, at(moment))
    assert found.open is is_open
    assert (found.opens_at is None) is is_open


def test_the_moment_it_opens_is_told_in_utc() -> None:
    assert availability(OFFICE, at("2026-11-21 12:00")).opens_at == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def test_somebody_abroad_is_told_their_own_time() -> None:
    text = availability(OFFICE, at("2026-11-21 12:00"), zone=NEW_YORK).text
    assert text.en == "We're away right now. We'll reply from Sunday, 7 PM."


NIGHT = make_brand(msgspec.structs.replace(weekdays("18:00", "02:00"), fri=[Opening(opens="18:30", closes="02:00")]))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-21 01:59", True),
        ("2026-11-21 02:00", False),
        ("2026-11-23 01:00", False),
        ("2026-11-24 01:00", True),
        ("2026-11-20 18:15", False),
    ],
)
def test_hours_run_past_midnight(moment: str, is_open: bool) -> None:
    assert availability(NIGHT, at(moment)).open is is_open


def test_half_hours_are_told() -> None:
    text = availability(NIGHT, at("2026-11-20 18:15")).text
    assert (text.ko, text.en) == (
        "지금은 상담 시간이 아니에요. 오늘 오후 6시 30분부터 답해 드릴게요.",
        "We're away right now. We'll reply from 6:30 PM today.",
    )


def test_noon_and_midnight_cannot_be_mistaken() -> None:
    noon = availability(make_brand(week("12:00", "13:00")), at("2026-11-20 09:00")).text
    midnight = availability(make_brand(week("00:00", "06:00")), at("2026-11-20 09:00")).text
    assert "오늘 낮 12시부터" in noon.ko
    assert "12 PM today" in noon.en
    assert "내일 오전 0시부터" in midnight.ko
    assert "12 AM tomorrow" in midnight.en


ALWAYS = make_brand(week("00:00", "24:00"))


@pytest.mark.parametrize("moment", ["2026-11-20 23:59", "2026-11-21 00:00", "2026-11-22 23:58"])
def test_round_the_clock_never_closes(moment: str) -> None:
    found = availability(ALWAYS, at(moment))
    assert found.open
    assert found.text.ko == "지금 상담 중이에요. 보통 5분 안에 답해 드려요."


def test_a_lunch_break_is_a_closed_time() -> None:
    day = [Opening(opens="13:00", closes="18:00"), Opening(opens="09:00", closes="12:00")]
    brand = make_brand(Hours(mon=day, tue=day, wed=day, thu=day, fri=day, sat=[], sun=[], closed_on=[]))
    assert availability(brand, at("2026-11-20 12:30")).opens_at == at("2026-11-20 13:00")


def test_a_closed_date_is_passed_over() -> None:
    brand = make_brand(msgspec.structs.replace(OFFICE.hours, closed_on=[date(2026, 11, 23)]))
    found = availability(brand, at("2026-11-23 10:00"))
    assert not found.open
    assert found.opens_at == at("2026-11-24 09:00")


def test_a_long_holiday_is_told_by_its_date() -> None:
    holiday = [date(2026, 11, 23) + timedelta(days=number) for number in range(8)]
    text = availability(
        make_brand(msgspec.structs.replace(OFFICE.hours, closed_on=holiday)), at("2026-11-22 10:00")
    ).text
    assert text.ko == "지금은 상담 시간이 아니에요. 12월 1일 화요일 오전 9시부터 답해 드릴게요."
    assert text.en == "We're away right now. We'll reply from Tuesday, December 1, 9 AM."


def test_an_opening_once_a_week_is_found_behind_any_holidays() -> None:
    empty = msgspec.structs.replace(week("00:00", "24:00"), mon=[], tue=[], wed=[], thu=[], fri=[], sat=[])
    sundays = [date(2026, 11, 22) + timedelta(weeks=number) for number in range(30)]
    brand = make_brand(msgspec.structs.replace(empty, closed_on=sundays))
    assert availability(brand, at("2026-11-20 10:00")).opens_at == at("2027-06-20 00:00")


def test_without_hours_nothing_is_promised() -> None:
    brand = make_brand(Hours(mon=[], tue=[], wed=[], thu=[], fri=[], sat=[], sun=[], closed_on=[]))
    found = availability(brand, at("2026-11-20 10:00"))
    assert (found.open, found.opens_at) == (False, None)
    assert found.text.ko == "남겨 주시면 확인하는 대로 답해 드릴게요."


@pytest.mark.parametrize(
    ("minutes", "ko", "en"),
    [
        (1, "1분", "1 minute"),
        (60, "1시간", "1 hour"),
        (90, "1시간 30분", "1 hour 30 minutes"),
        (24 * 60, "하루", "a day"),
        (30 * 60, "2일", "2 days"),
    ],
)
def test_the_wait_is_told_in_words(minutes: int, ko: str, en: str) -> None:
    text = availability(make_brand(week("00:00", "24:00"), reply_minutes=minutes), at("2026-11-20 10:00")).text
    assert f"보통 {ko} 안에" in text.ko
    assert f"within {en}." in text.en


def spans_of(opens: str, closes: str, now: str, zone: str = NEW_YORK) -> tuple[datetime, datetime]:
    span = next(coming_spans(week(opens, closes), ZoneInfo(zone), at(now, zone)))
    return span.starts, span.ends


def test_nine_oclock_is_nine_oclock_in_summer_and_in_winter() -> None:
    assert spans_of("09:00", "17:00", "2026-10-31 20:00")[0] == datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
    assert spans_of("09:00", "17:00", "2026-10-30 20:00")[0] == datetime(2026, 10, 31, 13, 0, tzinfo=UTC)


def test_a_night_in_which_an_hour_comes_twice_is_an_hour_longer() -> None:
    starts, ends = spans_of("22:00", "06:00", "2026-10-31 21:00")
    assert ends - starts == timedelta(hours=9)


def test_an_hour_that_comes_twice_is_closed_at_its_second_coming() -> None:
    starts, ends = spans_of("00:00", "01:30", "2026-11-01 00:10")
    assert ends - starts == timedelta(hours=2, minutes=30)


def test_a_time_that_is_skipped_opens_where_the_clock_lands() -> None:
    starts, ends = spans_of("02:30", "06:00", "2026-03-08 00:00")
    assert (starts, ends) == (at("2026-03-08 03:30", NEW_YORK), at("2026-03-08 06:00", NEW_YORK))


def test_an_opening_that_is_skipped_whole_is_an_hour_later() -> None:
    starts, ends = spans_of("02:10", "02:40", "2026-03-08 00:00")
    assert (starts, ends) == (at("2026-03-08 03:10", NEW_YORK), at("2026-03-08 03:40", NEW_YORK))


moments = st.integers(0, 23 * 4 + 3).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
openings = st.builds(Opening, opens=moments, closes=moments).filter(lambda one: one.opens != one.closes)
days = st.lists(openings, max_size=3)
hours = st.builds(
    Hours,
    mon=days,
    tue=days,
    wed=days,
    thu=days,
    fri=days,
    sat=days,
    sun=days,
    closed_on=st.lists(st.dates(date(2026, 3, 1), date(2026, 3, 20)), max_size=4),
)
times = st.datetimes(datetime(2026, 3, 4), datetime(2026, 3, 14), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(hours=hours, now=times, zone=st.sampled_from([SEOUL, NEW_YORK]))
def test_coming_spans_are_ahead_apart_and_in_order(hours: Hours, now: datetime, zone: str) -> None:
    spans = list(coming_spans(hours, ZoneInfo(zone), now))
    assert all(span.starts < span.ends and now < span.ends for span in spans)
    assert all(one.ends < other.starts for one, other in pairwise(spans))


@given(hours=hours, now=times, zone=st.sampled_from([SEOUL, NEW_YORK]))
def test_what_is_promised_is_kept(hours: Hours, now: datetime, zone: str) -> None:
    brand = make_brand(hours, timezone=zone)
    promised = availability(brand, now).opens_at or now
    assert availability(brand, promised).open is (promised != now or availability(brand, now).open)
