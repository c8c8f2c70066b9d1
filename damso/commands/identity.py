"""`damso identity`: comparing all customers for possible duplicates."""

import asyncio
from pathlib import Path
from uuid import UUID

import msgspec

from damso.bootstrap import Parts
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, word
from damso.commands.operator import operator
from damso.commands.options import AS_JSON, new_app
from damso.commands.progress_line import ProgressLine
from damso.commands.running import prepared, run
from damso.customers.matching.explain import COMPARISON_NAMES, LEVELS
from damso.customers.matching.runs import begin_run, note_failure, run_of
from damso.customers.matching.start import do_match
from damso.customers.matching.types import Parameters, Run, Step
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

app = new_app()

LOOK = 0.3
"""Seconds between looks at how far it is."""
STEPS: dict[Step, Text] = {
    "": Text("준비하고 있어요.", "Getting ready."),
    "reading": Text("고객을 읽고 있어요: {done} / {total}", "Reading customers: {done} of {total}"),
    "learning": Text("고객 데이터에서 기준을 배우고 있어요.", "Learning from the customers."),
    "comparing": Text("비교하고 있어요.", "Comparing."),
    "keeping": Text("결과를 저장하고 있어요: {done} / {total}", "Keeping what was found: {done} of {total}"),
    "joining": Text("규칙대로 연결하고 있어요.", "Joining by the rule."),
}
DONE = Text(
    "고객 {customers}명을 비교해서 {pairs}쌍을 찾았어요. ({seconds}초, 메모리 최대 {peak} MB)",
    "Compared {customers} customers and found {pairs} pairs. ({seconds} s, {peak} MB at most)",
)
BAND = Text("  {least}–{below}%: {pairs}쌍", "  {least}–{below}%: {pairs} pairs")
JOINED = Text(
    "규칙으로 {joined}쌍을 연결했고 {held}쌍은 보류했어요.",
    "The rule joined {joined} pairs; {held} are held for a person.",
)
LEARNT = Text("이 회사의 고객에게서 배운 값:", "Learnt from these customers:")
SHIPPED = Text(
    "고객이 적어서 기본값으로 비교했어요:", "Too few customers to learn from; compared by the shipped values:"
)
PRIOR = Text("  아무 두 고객이 같은 사람일 확률: 1/{one_in}", "  Any two customers are one person: 1 in {one_in}")
LEVEL = Text("  {what}: 같은 사람 {m}, 다른 사람 {u}", "  {what}: one person {m}, two people {u}")
NEXT = Text(
    "고객 › 같은 고객 추천에서 한 쌍씩 확인해 주세요. 목록으로 보기: damso customer suggestions",
    "Go through them in the desk under Customers › Possible duplicates, or list them: damso customer suggestions",
)


class MatchFailed(AppError):
    code = "MATCH_FAILED"
    status = 500
    text = Text(
        "비교를 끝내지 못했어요 ({why}). 다시 실행해 주세요.", "It did not come to its end ({why}). Run it again."
    )


@app.callback(help=word("같은 고객일 수 있는 사람 찾기.", "Seeking possible duplicates."))
def identity() -> None:
    """A group."""


@app.command(
    help=word(
        "모든 고객을 서로 비교해서 같은 사람일 수 있는 쌍을 확률과 이유와 함께 찾아요. 멈췄다가 다시 실행해도 "
        "두 번 들어가지 않아요.\n\n예: damso identity match",
        "Compare all customers and propose who may be one person, with a probability and its reasons. It can be "
        "stopped and run again; nothing comes in twice.\n\nExample: damso identity match",
    )
)
def match(as_json: AS_JSON = False) -> None:
    found = run(_match(prepared()))
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        _show(found)


async def _match(settings: Settings) -> Run:
    async with any_parts(settings) as parts:
        async with parts.database.transaction() as tx:
            run_id = await begin_run(tx, operator(), in_lane=False)
        with ProgressLine() as line:
            await _follow(parts, run_id, settings.data / "matching", line)
        async with parts.database.reading() as tx:
            return await run_of(tx, run_id)


async def _follow(parts: Parts, run_id: UUID, folder: Path, line: ProgressLine) -> None:
    """Raises `MatchFailed`."""
    work = asyncio.create_task(do_match(parts.database, run_id, folder))
    try:
        while not (await asyncio.wait([work], timeout=LOOK))[0]:
            async with parts.database.reading() as tx:
                now = await run_of(tx, run_id)
            line.show(STEPS[now.step], done=f"{now.done:,}", total=f"{now.total:,}")
    finally:
        if not work.done():
            work.cancel()
            await asyncio.wait([work])
    outcome = work.result()
    if why := outcome.fault or ("busy" if outcome.busy else ""):
        async with parts.database.transaction() as tx:
            await note_failure(tx, run_id, why)
        raise MatchFailed(why=why)


def _show(found: Run) -> None:
    result(
        DONE,
        customers=f"{found.customers:,}",
        pairs=f"{found.pairs:,}",
        seconds=f"{found.seconds or 0:.1f}",
        peak=found.peak_mb,
    )
    ends = [*(band.least for band in found.bands[1:]), 1.0]
    for band, below in reversed(list(zip(found.bands, ends, strict=True))):
        result(BAND, least=round(band.least * 100), below=round(below * 100), pairs=f"{band.pairs:,}")
    if found.joined or found.held:
        result(JOINED, joined=f"{found.joined:,}", held=f"{found.held:,}")
    if found.parameters:
        _show_parameters(found.parameters)
    result(NEXT)


def _show_parameters(parameters: Parameters) -> None:
    result(LEARNT if parameters.learnt.u else SHIPPED)
    result(PRIOR, one_in=f"{1 / parameters.prior:,.0f}")
    for level in parameters.levels:
        name = level.comparison
        what = f"{COMPARISON_NAMES[name].say(LOCALE)} · {LEVELS[name][level.level].say(LOCALE)}"
        result(LEVEL, what=what, m=f"{level.m:.3g}", u=f"{level.u:.3g}")
