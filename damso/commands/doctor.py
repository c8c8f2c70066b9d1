"""`damso doctor`: is everything as it should be, and what to mend if not."""

from collections.abc import AsyncIterator

import typer

from damso.bootstrap import readers_of, sealed_columns
from damso.channels.doubles import doubles_of
from damso.channels.registry import load_adapters
from damso.commands.checkup.connections import look_at_connections
from damso.commands.checkup.database import look_at_database
from damso.commands.checkup.findings import Finding, State
from damso.commands.checkup.keys import look_at_keys
from damso.commands.checkup.machine import look_at_machine
from damso.commands.checkup.simulator import look_at_simulator
from damso.commands.connecting import any_database, require_something
from damso.commands.console import LOCALE, print_json, result, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.database import open_database
from damso.kernel.errors import AppError
from damso.kernel.http import open_http
from damso.kernel.i18n import Text
from damso.kernel.key_file import open_keyring
from damso.kernel.settings import Settings

app = new_app()

MARKS: dict[State, str] = {"ok": "✓", "warning": "!", "broken": "✗"}
ALL_WELL = Text("모두 정상이에요.", "All is well.")
SOME_BROKEN = Text("고쳐야 할 것이 {count}개 있어요.", "{count} to mend.")
SOME_WARNINGS = Text("동작하지만 살펴볼 것이 {count}개 있어요.", "It works; {count} to look at.")


@app.command(
    help=word(
        "담소가 제대로 동작하는지 점검하고, 문제가 있으면 고치는 방법을 알려 줘요.\n\n"
        "데이터베이스와 밀린 작업, 디스크, 메일함(로그인, SPF·DKIM·DMARC), 시각, 파일 한도, 암호화 키, 웹 화면을 봐요. "
        "고쳐야 할 것이 있으면 종료 코드가 1이에요.\n\n예: damso doctor",
        "See whether all works, and say what to mend where it does not.\n\n"
        "Looks at the database and the work behind it, disk, mailboxes (sign-ins, SPF, DKIM, DMARC), clock, file "
        "limit, secrets and the web apps. Exits with 1 if anything is broken.\n\nExample: damso doctor",
    )
)
def doctor(as_json: AS_JSON = False) -> None:
    findings = run(_look(prepared()))
    broken = sum(finding.state == "broken" for finding in findings)
    if as_json:
        print_json({"ok": not broken, "findings": findings})
    else:
        _show(findings)
    raise typer.Exit(1 if broken else 0)


async def _look(settings: Settings) -> list[Finding]:
    findings = [*look_at_machine(settings), *look_at_simulator(settings)]
    try:
        require_something(settings)
        async with any_database(settings) as dsn:
            findings += [finding async for finding in _look_inside(settings, dsn)]
    except AppError as error:
        findings.append(Finding(about="database", state="broken", text=error.say(LOCALE)))
    return findings


async def _look_inside(settings: Settings, dsn: str) -> AsyncIterator[Finding]:
    database = await open_database(dsn)
    try:
        current = True
        async for finding in look_at_database(database, readers_of()):
            current = finding.state == "ok" if finding.about == "schema" else current
            yield finding
        # A look never makes a key: it would stand where the lost one belongs.
        if current and settings.key_file.exists():
            keyring = open_keyring(settings.key_file)
            async for finding in look_at_keys(database, keyring, settings.key_file, sealed_columns()):
                yield finding
            adapters = load_adapters()
            async with open_http(settings.egress_allow, doubles_of(adapters, settings.simulator)) as http:
                async for finding in look_at_connections(database, adapters, keyring, http):
                    yield finding
    finally:
        await database.close()


def _show(findings: list[Finding]) -> None:
    for finding in findings:
        print(f"{MARKS[finding.state]} {finding.about}: {finding.text}")
        if finding.mend:
            print(f"    → {finding.mend}")
    states = [finding.state for finding in findings]
    if broken := states.count("broken"):
        result(SOME_BROKEN, count=broken)
    elif warnings := states.count("warning"):
        result(SOME_WARNINGS, count=warnings)
    else:
        result(ALL_WELL)
