"""`python -m bench --size s`: fill the database once, measure, print, write `.build/bench-<size>.json`."""

import argparse

import uvloop

from bench import reading
from bench.backup import measure_backup
from bench.bulk import measure_bulk
from bench.collect import measure_collect
from bench.identity import measure_identity
from bench.imports import measure_imports
from bench.intake import measure_intake
from bench.lake import measure_lake
from bench.live import measure_live
from bench.live_segments import measure_live_segments
from bench.parting import measure_parting
from bench.reference import measure_reference
from bench.results import Report, new_report
from bench.segments import measure_segments
from bench.sizes import BUILD, SIZES, Size
from bench.start import measure_start
from bench.tables import measure_tables
from bench.world import World, open_world, running


async def main(size: Size, groups: list[str], *, reload: bool) -> None:
    report = new_report(size.name)
    try:
        async with open_world(size, reload=reload) as world:
            for group in groups:
                await _MEASURES[group](world, report)
    finally:
        report.write(BUILD / f"bench-{size.name}.json")


async def _reference(world: World, report: Report) -> None:
    report.add("For reference", await measure_reference(world))


async def _read(world: World, report: Report) -> None:
    async with running(world, "web") as web:
        report.add("Lists", await reading.measure_lists(world, web.port))
        report.add("An opened conversation", await reading.measure_opening(world, web.port))
        report.add("Search", await reading.measure_search(world, web.port))
        report.add("Customers", await reading.measure_customers(world, web.port))


async def _intake(world: World, report: Report) -> None:
    async with running(world, "web") as web, running(world, "worker"):
        report.add("Messages in", await measure_intake(world, web.port))


async def _live(world: World, report: Report) -> None:
    async with running(world, "web") as web, running(world, "worker"):
        report.add("Live", await measure_live(world, web.port, web.pid))


async def _backup(world: World, report: Report) -> None:
    report.add("Backups", await measure_backup(world))


async def _identity(world: World, report: Report) -> None:
    report.add("Who is one person", await measure_identity(world))


async def _parting(world: World, report: Report) -> None:
    report.add("A customer of 1,000 identities", await measure_parting(world))


async def _segments(world: World, report: Report) -> None:
    report.add("Segments", await measure_segments(world))


async def _live_segments(world: World, report: Report) -> None:
    report.add("Segments, with everything running", await measure_live_segments(world))


async def _bulk(_: World, report: Report) -> None:
    report.add("Segments in bulk, on a large lake", await measure_bulk())


async def _import(_: World, report: Report) -> None:
    report.add("Another help desk's history", await measure_imports())
    report.add("A company's own tables", await measure_tables())


async def _collect(world: World, report: Report) -> None:
    report.add("Tracked events", await measure_collect(world))


async def _lake(_: World, report: Report) -> None:
    report.add("The lake", await measure_lake())


async def _start(_: World, report: Report) -> None:
    report.add("Starting, and doing nothing", await measure_start())


_MEASURES = {
    "reference": _reference,
    "read": _read,
    "intake": _intake,
    "live": _live,
    "backup": _backup,
    "identity": _identity,
    "parting": _parting,
    "segments": _segments,
    "live-segments": _live_segments,
    "bulk": _bulk,
    "import": _import,
    "collect": _collect,
    "lake": _lake,
    "start": _start,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="s", help="how much is loaded first")
    parser.add_argument("--only", choices=_MEASURES, action="append", help="measure only this group; may be repeated")
    parser.add_argument("--reload", action="store_true", help="load the data again")
    given = parser.parse_args()
    uvloop.run(main(SIZES[given.size], given.only or list(_MEASURES), reload=given.reload))
