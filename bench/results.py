"""Figures beside their goals: collected, printed as a table, written as JSON."""

import os
import platform
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import msgspec
from msgspec import Struct

CALLS = 100


class Goal(Struct, frozen=True):
    """`figure` shall be at most, or at least, `bound`."""

    figure: str
    bound: float
    at_least: bool = False

    def met_by(self, figures: Mapping[str, float]) -> bool:
        value = figures[self.figure]
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{self.figure} {'≥' if self.at_least else '≤'} {self.bound:g}"


QUICK = Goal("p95 ms", 150)
"""Lists and search, at a million conversations."""


class Result(Struct, frozen=True):
    """One thing that was measured."""

    what: str
    figures: Mapping[str, float]
    goal: Goal | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        return "" if self.goal is None else "yes" if self.goal.met_by(self.figures) else "NO"


async def timed(
    what: str,
    call: Callable[[int], Awaitable[object]],
    *,
    calls: int = CALLS,
    goal: Goal | None = QUICK,
    note: Callable[[], str] = str,
) -> Result:
    """Call it that often, one after the other, with the number of the call; two calls warm up."""
    for number in (0, 1):
        await call(number)
    seconds = []
    for number in range(calls):
        started = time.perf_counter()
        await call(number)
        seconds.append(time.perf_counter() - started)
    result = Result(what, in_ms(seconds), goal, note())
    print(f"  {what}: {result.figures} {result.verdict}", file=sys.stderr, flush=True)
    return result


def in_ms(seconds: Sequence[float]) -> dict[str, float]:
    """Half, nearly all, and the worst of them."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    picked = {"p50 ms": cuts[49], "p95 ms": cuts[94], "p99 ms": cuts[98]}
    return {name: round(value * 1000, 2) for name, value in picked.items()}


class Report(Struct):
    """Everything one run has measured."""

    size: str
    began_at: datetime
    machine: str
    results: dict[str, list[Result]]

    def add(self, group: str, results: Sequence[Result]) -> None:
        """Print a group as soon as it is there."""
        self.results[group] = [*self.results.get(group, ()), *results]
        print(f"\n{group}\n{table(results)}", flush=True)

    def write(self, path: Path) -> None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1))


def new_report(size: str) -> Report:
    """Names the machine without naming its owner."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"
    return Report(size=size, began_at=datetime.now(UTC), machine=machine, results={})


def table(results: Sequence[Result]) -> str:
    """Markdown, as docs/performance.md has it."""
    lines = ["| what | measured | goal | met | |", "|---|---|---|---|---|"]
    for one in results:
        figures = ", ".join(f"{name} {value:,.1f}" for name, value in one.figures.items())
        lines.append(f"| {one.what} | {figures} | {one.goal or ''} | {one.verdict} | {one.note} |")
    return "\n".join(lines)
