"""`damso retention`: how long cases are kept, what the rules would destroy, and destroying it now."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal
from uuid import UUID

import msgspec
import typer

from damso.bootstrap import Parts, erasure_list_of, kept_records_of
from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, word
from damso.commands.operator import operator
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.conversations.retention.change import RuleChange, change_rule, switch_off, switch_on
from damso.conversations.retention.dry_run import DryRun, HeldBack, look, note
from damso.conversations.retention.record import Run, newest_runs
from damso.conversations.retention.rules import BASIS, KEPT, PROPOSED, Rule, rules
from damso.conversations.retention.run import Clear, destroy_some
from damso.conversations.retention.technical import TechnicalRule, technical_rules
from damso.customers.erasing.page import CLASSES
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

app = new_app()

RULE = Text(
    "{name} ({code}): {days:,}일 뒤 {action}, {state}. {law}",
    "{name} ({code}): {days:,} days, then {action}; {state}. {law}",
)
ACTIONS = {
    "erase": Text("상담 파기", "the case is destroyed"),
    "delete": Text("상담과 고객 파기", "the case and the customer are destroyed"),
}
RECORDS_GO = Text("기록 파기", "the record is destroyed")
STATES = {True: Text("켜짐", "on"), False: Text("꺼짐", "off")}
TECHNICAL = Text("{kind}: {days:,}일", "{kind}: {days:,} days")
WITH_CASE = Text("{kind}: 상담과 함께", "{kind}: with its case")
OUTLOOK = Text(
    "{name}: 지금 {now:,}건, 30일 안에 {soon:,}건 더. 보류 {held}.",
    "{name}: {now:,} now, {soon:,} more within 30 days. Held back: {held}.",
)
HELD: dict[HeldBack, Text] = {
    "open": Text("아직 해결되지 않음 {count:,}", "{count:,} not resolved"),
    "pending": Text("보낼 것이나 알림이 남음 {count:,}", "{count:,} with something that waits"),
    "hold": Text("보류 지정 {count:,}", "{count:,} on hold"),
}
NONE = Text("없음", "none")
SEEN = Text(
    "규칙을 켜려면 24시간 안에: damso retention on 종류 --dry-run {id} --reason 이유",
    "To switch a rule on, within 24 hours: damso retention on CLASS --dry-run {id} --reason WHY",
)
DESTROYED = Text("{name}: 상담 {cases:,}건을 파기했어요.", "{name}: {cases:,} cases destroyed.")
RECORDS_GONE = Text("{name}: {rows:,}건을 파기했어요.", "{name}: {rows:,} destroyed.")
NOTHING = Text("파기할 것이 없어요.", "Nothing to destroy.")

WHICH = Annotated[
    str,
    typer.Argument(
        metavar="CLASS",
        help=word(
            f"기록의 종류: {', '.join(PROPOSED)}.",
            f"The class: {', '.join(PROPOSED)}.",
        ),
    ),
]
WHY = Annotated[str, typer.Option("--reason", help=word("이유. 감사 기록에 남아요.", "Why; stands in the audit log."))]


@app.callback(help=word("보유 기간: 보기, 미리보기, 파기.", "Retention: show, dry run, destroy."))
def retention() -> None:
    """A group."""


@app.command(
    help=word(
        "규칙과 기술 기록의 보관 기간을 보여 줘요.\n\n예: damso retention show",
        "The rules, and how long technical records are kept.\n\nExample: damso retention show",
    )
)
def show(as_json: AS_JSON = False) -> None:
    known, technical, runs = run(_show(prepared()))
    if as_json:
        print_json(msgspec.to_builtins({"rules": known, "technical": technical, "runs": runs}))
        return
    for rule in known:
        _print_rule(rule)
    for one in technical:
        result(TECHNICAL if one.days else WITH_CASE, kind=one.kind, days=one.days)


async def _show(settings: Settings) -> tuple[list[Rule], list[TechnicalRule], list[Run]]:
    async with any_parts(settings) as parts, parts.database.reading() as tx:
        return list((await rules(tx)).values()), list((await technical_rules(tx)).values()), await newest_runs(tx)


@app.command(
    "dry-run",
    help=word(
        "규칙이 지금, 그리고 30일 안에 무엇을 파기할지 보여 줘요. 아무것도 지우지 않아요.\n\n"
        "예: damso retention dry-run",
        "What the rules would destroy now and within 30 days. Destroys nothing.\n\nExample: damso retention dry-run",
    ),
)
def dry_run_(as_json: AS_JSON = False) -> None:
    found = run(_dry_run(prepared()))
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    for one in found.classes:
        held = ", ".join(HELD[reason].say(LOCALE, count=count) for reason, count in one.held_back.items())
        name = CLASSES[one.record_class].say(LOCALE)
        result(OUTLOOK, name=name, now=one.now, soon=one.soon, held=held or NONE.say(LOCALE))
    result(SEEN, id=str(found.id))


async def _dry_run(settings: Settings) -> DryRun:
    async with any_parts(settings) as parts:
        async with parts.database.reading() as tx:
            found = await look(tx, kept_records_of())
        async with parts.database.transaction() as tx:
            await note(tx, found, operator())
    return found


@app.command(
    "set",
    help=word(
        "보유 기간을 바꿔요. 더 많이 파기하게 되면 규칙이 꺼져요.\n\n예: damso retention set conversation --days 730",
        "Change how long a class is kept. A rule that destroys more than before is switched off.\n\n"
        "Example: damso retention set conversation --days 730",
    ),
)
def set_(
    which: WHICH,
    days: Annotated[int, typer.Option(min=1, help=word("보유 일수.", "Days it is kept."))],
    action: Annotated[
        Literal["erase", "delete"],
        typer.Option(
            help=word(
                "erase: 상담만, delete: 남은 것이 없는 고객까지.", "erase: the case; delete: the customer as well."
            )
        ),
    ] = "erase",
    reason: WHY = "",
) -> None:
    change = RuleChange(days=days, action=action, explanation=reason)
    _print_rule(run(_decide(prepared(), lambda tx: change_rule(tx, which, change, operator()))))


@app.command(
    help=word(
        "규칙을 켜요. 24시간 안의 미리보기가 필요해요.\n\n"
        "예: damso retention on conversation --dry-run 0199… --reason '보유 기간 경과'",
        "Switch a rule on. Needs a dry run of the last 24 hours.\n\n"
        "Example: damso retention on conversation --dry-run 0199… --reason 'over its time'",
    )
)
def on(
    which: WHICH,
    seen: Annotated[UUID, typer.Option("--dry-run", help=word("미리보기의 번호.", "The dry run that was read."))],
    reason: WHY,
) -> None:
    _print_rule(run(_decide(prepared(), lambda tx: switch_on(tx, which, seen, reason, operator()))))


@app.command(
    help=word(
        "규칙을 꺼요. 진행 중이던 파기도 멈춰요.\n\n예: damso retention off conversation --reason '분쟁 발생'",
        "Switch a rule off; what is under way stops.\n\nExample: damso retention off conversation --reason 'a dispute'",
    )
)
def off(which: WHICH, reason: WHY) -> None:
    _print_rule(run(_decide(prepared(), lambda tx: switch_off(tx, which, reason, operator()))))


async def _decide(settings: Settings, work: Callable[[Transaction], Awaitable[Rule]]) -> Rule:
    async with any_parts(settings) as parts, parts.database.transaction() as tx:
        return await work(tx)


@app.command(
    "run",
    help=word(
        "켜진 규칙대로 지금 파기해요. 켜 두기만 해도 10분마다 알아서 해요.\n\n예: damso retention run",
        "Destroy now by the rules that are on. It also happens by itself every ten minutes.\n\n"
        "Example: damso retention run",
    ),
)
def run_(as_json: AS_JSON = False) -> None:
    done = run(_run(prepared()))
    if as_json:
        print_json(msgspec.to_builtins(done))
    elif done is None:
        result(NOTHING)
    else:
        for name, destroyed in done.classes.items():
            said = RECORDS_GONE if name in KEPT else DESTROYED
            result(said, name=CLASSES[name].say(LOCALE), cases=destroyed.cases, rows=destroyed.rows)


async def _run(settings: Settings) -> Run | None:
    async with any_parts(settings) as parts:
        before = await _newest(parts)
        more, clear = True, Clear()
        while more:
            async with parts.database.transaction() as tx:
                more = await destroy_some(tx, parts.keyring, erasure_list_of(parts.settings), kept_records_of(), clear)
        after = await _newest(parts)
    return after if after and (before is None or after != before) else None


async def _newest(parts: Parts) -> Run | None:
    async with parts.database.reading() as tx:
        return next(iter(await newest_runs(tx, 1)), None)


def _print_rule(rule: Rule) -> None:
    result(
        RULE,
        name=CLASSES[rule.record_class].say(LOCALE),
        code=rule.record_class,
        days=rule.days,
        action=(RECORDS_GO if rule.record_class in KEPT else ACTIONS[rule.action]).say(LOCALE),
        state=STATES[rule.active].say(LOCALE),
        law=BASIS[rule.record_class].say(LOCALE),
    )
