"""The database: is it there, is it ours, does the work behind it go on."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from damso.commands.checkup.findings import Finding, broken, fine, warning
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import Text
from damso.kernel.migrations import fits
from damso.kernel.readers import Reader
from damso.kernel.standstill import late_work, readers_behind, working_processes

VERSION = 18
SKEW = timedelta(seconds=5)
"""A difference between two clocks that begins to be seen in times and links."""

ANSWERS = Text("PostgreSQL {version}에 연결돼요.", "PostgreSQL {version} answers.")
OLD = Text("PostgreSQL {version}에 연결돼요.", "PostgreSQL {version} answers.")
UPGRADE = Text(
    "담소는 PostgreSQL {wanted}에서 시험해요. 업그레이드해 주세요.", "Damso is tested with {wanted}; please upgrade."
)
CURRENT = Text("데이터베이스가 이 버전의 구조예요.", "The database has the shape of this version.")
STALE = Text("데이터베이스가 이 버전의 구조가 아니에요.", "The database has not the shape of this version.")
MIGRATE = Text("`damso migrate`를 실행해 주세요.", "Run `damso migrate`.")
IN_STEP = Text("이 컴퓨터와 데이터베이스의 시각이 맞아요.", "The clocks of this machine and the database agree.")
APART = Text(
    "이 컴퓨터와 데이터베이스의 시각이 {seconds}초 달라요.",
    "The clocks here and in the database differ by {seconds} s.",
)
SET_CLOCK = Text("두 컴퓨터 모두 NTP로 시각을 맞춰 주세요.", "Let both machines set their clocks by NTP.")
WORKING = Text("백그라운드 작업 프로세스가 {count}개 실행 중이에요.", "Processes doing background work: {count}.")
NOBODY = Text(
    "백그라운드 작업을 하는 프로세스가 없어요. 메시지가 오가지 않아요.",
    "No process does background work: messages neither come nor go.",
)
START = Text("`damso serve`나 `damso worker`를 실행해 주세요.", "Start `damso serve` or `damso worker`.")
READ = Text("로그를 읽는 작업이 모두 따라와 있어요.", "Everything that follows the log has kept up.")
READS_BEHIND = Text("'{reader}' 작업이 로그를 {count}건 밀려 있어요.", "'{reader}' is {count} facts behind the log.")
WAIT_OR_ADD = Text(
    "잠시 뒤에도 줄지 않으면 `damso worker`를 더 띄워 주세요.",
    "If that does not shrink in a while, start another `damso worker`.",
)
READS_PARKED = Text(
    "'{reader}' 작업이 처리하지 못한 로그가 {count}건 있어요({reasons}).",
    "'{reader}' could not take {count} facts ({reasons}).",
)
REPORT = Text("로그 파일에서 원인을 확인해 주세요.", "Look for the cause in the logs.")
LANES = Text("밀리거나 보류된 작업이 없어요.", "No work is late or parked.")
LANE_LATE = Text("'{lane}' 작업이 {minutes}분째 기다리고 있어요.", "'{lane}' has waited for {minutes} minutes.")
LANE_PARKED = Text("'{lane}' 작업 {count}건이 보류됐어요({reasons}).", "{count} of '{lane}' are parked ({reasons}).")
LOOK_AT_HEALTH = Text(
    "채널 상태 화면이나 `damso inbox health`에서 원인을 확인해 주세요.",
    "See the channels' health page, or `damso inbox health`.",
)


class _Parked(Struct, frozen=True):
    name: str
    count: int
    reasons: str


async def look_at_database(database: Database, readers: Sequence[Reader]) -> AsyncIterator[Finding]:
    """Everything that the database can tell. One in another shape is asked nothing more."""
    async with database.reading() as tx:
        yield await _version(tx)
        yield await _clock(tx)
    if not await fits(database):
        yield broken("schema", STALE, MIGRATE)
        return
    yield fine("schema", CURRENT)
    async with database.reading() as tx:
        yield await _workers(tx)
        for finding in await _readers(tx, readers) or [fine("readers", READ)]:
            yield finding
        for finding in await _lanes(tx) or [fine("work", LANES)]:
            yield finding


async def _version(tx: Transaction) -> Finding:
    version = str(await tx.value("SHOW server_version")).split()[0]
    if int(version.partition(".")[0]) < VERSION:
        return warning("database", OLD, UPGRADE, version=version, wanted=VERSION)
    return fine("database", ANSWERS, version=version)


async def _clock(tx: Transaction) -> Finding:
    """The answer's time lies between question and answer; only what is outside of that is a difference."""
    asked = datetime.now(UTC)
    theirs: datetime = await tx.value("SELECT clock_timestamp()")
    answered = datetime.now(UTC)
    skew = max(asked - theirs, theirs - answered, timedelta(0))
    if skew > SKEW:
        return warning("clock", APART, SET_CLOCK, seconds=round(skew.total_seconds()))
    return fine("clock", IN_STEP)


async def _workers(tx: Transaction) -> Finding:
    count = await working_processes(tx)
    return fine("worker", WORKING, count=count) if count else warning("worker", NOBODY, START)


async def _readers(tx: Transaction, readers: Sequence[Reader]) -> list[Finding]:
    behind = await readers_behind(tx, readers)
    found = [warning("readers", READS_BEHIND, WAIT_OR_ADD, reader=one.reader, count=one.facts) for one in behind]
    parked = await tx.all(
        _Parked,
        "SELECT reader AS name, count(*) AS count, string_agg(DISTINCT reason, ', ') AS reasons FROM reader_parked"
        " GROUP BY reader ORDER BY reader",
    )
    return found + [
        warning("readers", READS_PARKED, REPORT, reader=one.name, count=one.count, reasons=one.reasons)
        for one in parked
    ]


async def _lanes(tx: Transaction) -> list[Finding]:
    late = await late_work(tx)
    parked = await tx.all(
        _Parked,
        "SELECT lane AS name, count(*) AS count, string_agg(DISTINCT left(reason, 40), ', ') AS reasons FROM lane_item"
        " WHERE parked_at IS NOT NULL GROUP BY lane ORDER BY lane",
    )
    return [
        *(
            warning("work", LANE_LATE, START, lane=one.lane, minutes=round((tx.now - one.since).total_seconds() / 60))
            for one in late
        ),
        *(
            warning("work", LANE_PARKED, LOOK_AT_HEALTH, lane=one.name, count=one.count, reasons=one.reasons)
            for one in parked
        ),
    ]
