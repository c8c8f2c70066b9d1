"""The edges of windows and waits, to the second: told by the live path, the bulk and the oracle alike."""

from datetime import timedelta
from typing import Any

import pytest

from damso.kernel.database import Database
from damso.segments import rule as r
from damso.segments.rule import Condition, Step, Window
from tests.clock import ManualClock
from tests.segments.world import World

MINUTE = 60
ORDER, CART, VISIT = "Order Completed", "Cart Viewed", "Page Viewed"
LAST = Window(last=10 * MINUTE)

Act = tuple[Any, ...]


def happens(name: str, ago: int = 0, **properties: object) -> Act:
    return ("happens", 0, name, ago, properties)


def passes(seconds: int) -> Act:
    return ("passes", seconds)


def computed(measure: r.MeasureName, op: r.Op, value: r.Scalar | tuple[r.Scalar, ...], of: str = "") -> r.Rule:
    """A computed trait of orders in the last ten minutes."""
    computation = r.Computation(measure=measure, event=Step(name=ORDER), property=of, window=LAST)
    return r.Measured(of=computation, op=op, value=value)


CASES: dict[str, tuple[r.Rule, list[tuple[Act, bool]]]] = {
    "a window is half-open": (
        r.Performed(event=Step(name=ORDER), window=LAST),
        [(happens(ORDER), True), (passes(10 * MINUTE - 1), True), (passes(1), False)],
    ),
    "what comes late by the whole window is outside": (
        r.Performed(event=Step(name=ORDER), window=LAST),
        [(happens(ORDER, 10 * MINUTE), False), (happens(ORDER, 10 * MINUTE - 1), True), (passes(1), False)],
    ),
    "the second newest decides of two": (
        r.Performed(event=Step(name=ORDER), window=LAST, times=2),
        [
            (happens(ORDER, 5 * MINUTE), False),
            (happens(ORDER), True),
            (happens(ORDER, 9 * MINUTE), True),
            (passes(5 * MINUTE - 1), True),
            (passes(1), False),
        ],
    ),
    "another event carries a true leaf over its time": (
        r.Performed(event=Step(name=ORDER), window=LAST),
        [(happens(ORDER), True), (passes(9 * MINUTE), True), (happens(ORDER), True), (passes(9 * MINUTE), True),
         (passes(MINUTE), False)],
    ),
    "at most and exactly are opposites of at least": (
        r.Performed(event=Step(name=ORDER), window=LAST, compare="exactly", times=1),
        [(happens(ORDER), True), (happens(ORDER), False), (passes(10 * MINUTE), False)],
    ),
    "a clock that is ahead is held back": (
        r.Performed(event=Step(name=ORDER), window=LAST),
        [(happens(ORDER, -86_400), True), (passes(10 * MINUTE), False)],
    ),
    "long enough ago": (
        r.Performed(event=Step(name=ORDER), window=Window(before=5 * MINUTE)),
        [(happens(ORDER), False), (passes(5 * MINUTE - 1), False), (passes(1), True), (passes(86_400), True)],
    ),
    "between two ages": (
        r.Performed(event=Step(name=ORDER), window=Window(last=10 * MINUTE, before=5 * MINUTE)),
        [(happens(ORDER), False), (passes(5 * MINUTE), True), (passes(5 * MINUTE - 1), True), (passes(1), False)],
    ),
    "the first is asked about after it is found": (
        r.Occurrence(which="first", event=Step(name=ORDER, where=(Condition(property="amount", op="gt", value=5),))),
        [(happens(ORDER, 0, amount=3), False), (happens(ORDER, 0, amount=9), False),
         (happens(ORDER, 60, amount=9), True)],
    ),
    "the last was long ago": (
        r.Occurrence(which="last", event=Step(name=ORDER), window=Window(before=5 * MINUTE)),
        [(happens(ORDER), False), (passes(5 * MINUTE), True), (happens(ORDER), False), (passes(5 * MINUTE), True)],
    ),
    "a sum loses what leaves the window": (
        r.Total(event=Step(name=ORDER), property="amount", amount=10, window=LAST),
        [(happens(ORDER, 0, amount=6.5), False), (passes(60), False), (happens(ORDER, 0, amount=3.5), True),
         (happens(ORDER, 0, amount="9"), True), (happens(ORDER, 0, amount=-1), False),
         (happens(ORDER, 0, amount=5), True), (passes(9 * MINUTE), False)],
    ),
    "a sequence to the second": (
        r.Sequence(first=Step(name=CART), next=Step(name=ORDER), within=5 * MINUTE, window=LAST),
        [(happens(CART), False), (passes(5 * MINUTE), False), (happens(ORDER), True), (passes(10 * MINUTE - 1), True),
         (passes(1), False)],
    ),
    "a sequence that took too long": (
        r.Sequence(first=Step(name=CART), next=Step(name=ORDER), within=5 * MINUTE),
        [(happens(CART), False), (passes(5 * MINUTE + 1), False), (happens(ORDER), False)],
    ),
    "nothing between": (
        r.Sequence(first=Step(name=CART), next=Step(name=ORDER), without=Step(name=VISIT), within=5 * MINUTE),
        [(happens(CART, 120), False), (happens(VISIT, 60), False), (happens(ORDER), False),
         (happens(CART, 30), True)],
    ),
    "what stands at both ends is not between": (
        r.Sequence(first=Step(name=CART), next=Step(name=ORDER), without=Step(name=CART), within=5 * MINUTE),
        [(happens(CART, 60), False), (happens(ORDER), True)],
    ),
    "the same event twice": (
        r.Sequence(first=Step(name=ORDER), next=Step(name=ORDER), within=5 * MINUTE),
        [(happens(ORDER), False), (happens(ORDER), True)],
    ),
    "a wait that ends": (
        r.NotFollowed(first=Step(name=CART), next=Step(name=ORDER), within=5 * MINUTE, window=LAST),
        [(happens(CART), False), (passes(5 * MINUTE - 1), False), (passes(1), True), (passes(5 * MINUTE - 1), True),
         (passes(1), False)],
    ),
    "an answer at the last second": (
        r.NotFollowed(first=Step(name=CART), next=Step(name=ORDER), within=5 * MINUTE),
        [(happens(CART), False), (passes(5 * MINUTE), True), (happens(ORDER), False)],
    ),
    "an answer that is told late": (
        r.NotFollowed(first=Step(name=CART), next=Step(name=ORDER), within=5 * MINUTE),
        [(happens(CART), False), (passes(7 * MINUTE), True), (happens(ORDER, 3 * MINUTE), False)],
    ),
    "how often, counted from nothing": (
        computed("count", "lt", 2),
        [(passes(0), True), (happens(ORDER), True), (happens(ORDER, 60), False), (passes(9 * MINUTE), True)],
    ),
    "a sum below zero": (
        computed("sum", "lt", 0, "amount"),
        [(happens(ORDER, 0, amount=-3), True), (happens(ORDER, 0, amount=3), False),
         (happens(ORDER, 0, amount="-9"), False), (happens(ORDER, 0, amount=-1e16), False),
         (passes(10 * MINUTE), False)],
    ),
    "the first that has a value": (
        computed("first", "is", "red", "colour"),
        [(happens(ORDER), False), (happens(ORDER, 0, colour="red"), True), (happens(ORDER, 60, colour="blue"), False),
         (passes(9 * MINUTE), True), (passes(MINUTE), False)],
    ),
    "the last one goes when it leaves the window": (
        computed("last", "gte", 2, "amount"),
        [(happens(ORDER, 60, amount=2), True), (happens(ORDER, 120, amount=1), True),
         (happens(ORDER, 0, amount=True), False), (happens(ORDER, 0, amount=3), True), (passes(10 * MINUTE), False)],
    ),
    "of two as frequent the later one": (
        computed("most_frequent", "is", "red", "colour"),
        [(happens(ORDER, 60, colour="red"), True), (happens(ORDER, 30, colour="blue"), False),
         (happens(ORDER, 0, colour="red"), True), (happens(ORDER, 0, colour=["red"]), True), (passes(9 * MINUTE), True),
         (passes(MINUTE), False)],
    ),
    "any of the values": (
        computed("unique", "one_of", (3, "red"), "colour"),
        [(happens(ORDER, 0, colour="blue"), False), (happens(ORDER, 60, colour=3.0), True),
         (passes(9 * MINUTE), False)],
    ),
    "whole days since the last": (
        r.Measured(of=r.Computation(measure="days_since", event=Step(name=ORDER)), op="gte", value=2),
        [(passes(0), False), (happens(ORDER), False), (passes(2 * 86_400 - 1), False), (passes(1), True),
         (happens(ORDER, 3 * 86_400), True), (happens(ORDER, 60), False), (passes(2 * 86_400 - 60), True)],
    ),
    "on the third day only": (
        r.Measured(of=r.Computation(measure="days_since", event=Step(name=ORDER)), op="is", value=2),
        [(happens(ORDER), False), (passes(2 * 86_400), True), (passes(86_400 - 1), True), (passes(1), False)],
    ),
    "no longer than a window that lies in the past": (
        r.Measured(
            of=r.Computation(
                measure="count", event=Step(name=ORDER), window=Window(last=10 * MINUTE, before=5 * MINUTE)
            ),
            op="is", value=1,
        ),
        [(happens(ORDER), False), (passes(5 * MINUTE - 1), False), (passes(1), True), (passes(5 * MINUTE), False)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_to_the_second(name: str, database: Database, clock: ManualClock) -> None:
    rule, story = CASES[name]
    world = await World.of(database, clock, 1)
    segments = await world.keeps([rule])
    (segment_id,) = segments
    told, wanted = [], [expected for _, expected in story]
    for act, _ in story:
        if act[0] == "passes":
            clock.advance(timedelta(seconds=act[1]))
        else:
            await world.happens(*act[1:])
        await world.settles()
        told.append(bool(await world.live(segment_id)))
        assert bool(await world.by_oracle(rule, segments)) == told[-1]
        if len(told) in (1, len(wanted)) or told[-1] != told[-2]:
            assert await world.would_build(rule) == told[-1]
    assert told == wanted
