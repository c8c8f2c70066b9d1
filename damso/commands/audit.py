"""`damso audit`: asking the records whether somebody changed them."""

from typing import Annotated

import msgspec
import typer

from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, print_json, result, tell, word
from damso.commands.operator import operator
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.team import audit as acts
from damso.team.records.chain import LOGS, newest_seal
from damso.team.records.seal_keys import begin_key
from damso.team.records.verify import FAULTS, Verdict, verify_all

app = new_app()

NAMES = {"audit": Text("감사 기록", "audit log"), "access": Text("접속 기록", "access log")}
SOUND = Text(
    "{log}: 이상 없어요. 봉인된 기록 {sealed}건, 아직 봉인 전 {unsealed}건.",
    "{log}: sound. {sealed} records sealed, {unsealed} not yet.",
)
BROKEN = Text(
    "{log}: {fault} {number}번째 기록 {record} ({at})",
    "{log}: {fault} Number {number}, record {record} ({at})",
)
NEW_KEY = Text("이제부터 새 키로 봉인해요.", "Records are sealed with a new key from now on.")
UNSEALED = Text("아직 봉인된 기록이 없어요.", "Nothing is sealed yet.")

KEPT = Annotated[
    list[str] | None,
    typer.Option(
        "--seal",
        metavar="SEAL",
        help=word(
            "따로 적어 둔 봉인 값. 그때까지의 기록이 그대로인지 확인해요. 여러 번 쓸 수 있어요.",
            "A seal that was written down: nothing up to it may have changed. May be given several times.",
        ),
    ),
]


@app.callback(help=word("감사 기록과 접속 기록의 위변조 확인.", "Whether somebody changed the records."))
def audit() -> None:
    """A group."""


@app.command(
    help=word(
        "두 기록이 바뀌거나 지워지거나 끼어들지 않았는지 처음부터 확인하고, 어긋난 첫 기록을 알려 줘요. "
        "어긋난 곳이 있으면 1로 끝나요.\n\n예: damso audit verify --seal access-1204-6f2c…",
        "Go through both logs, and tell the first record that was changed, removed or inserted. Exits with 1 if there "
        "is one.\n\nExample: damso audit verify --seal access-1204-6f2c…",
    )
)
def verify(seal: KEPT = None, as_json: AS_JSON = False) -> None:
    verdicts = run(_verify(prepared(), seal or []))
    if as_json:
        print_json(msgspec.to_builtins(verdicts))
    else:
        for verdict in verdicts:
            _say(verdict)
    if not all(verdict.sound for verdict in verdicts):
        raise typer.Exit(1)


@app.command(
    help=word(
        "가장 새로운 봉인 값을 출력해요. 다른 곳에 적어 두면, 뒷부분을 잘라 내도 verify --seal로 알 수 있어요.\n\n"
        "예: damso audit seal >> /mnt/other/seals.txt",
        "Print the newest seals. Kept elsewhere, they show by verify --seal that the end of a log was cut off.\n\n"
        "Example: damso audit seal >> /mnt/other/seals.txt",
    )
)
def seal() -> None:
    seals = run(_seals(prepared()))
    for text in seals:
        print(text)
    if not seals:
        tell(UNSEALED)


@app.command(
    "new-key",
    help=word(
        "봉인 키를 새로 만들어요. 예전 기록은 예전 키로 계속 확인해요. 마스터 키가 새어 나갔을 때 쓰세요.\n\n"
        "예: damso audit new-key",
        "Seal with a new key from now on; what was sealed stays as it is. For when the master key got out.\n\n"
        "Example: damso audit new-key",
    ),
)
def new_key() -> None:
    run(_new_key(prepared()))
    result(NEW_KEY)


def _say(verdict: Verdict) -> None:
    name = NAMES[verdict.log].say(LOCALE)
    if verdict.finding is None:
        result(SOUND, log=name, sealed=verdict.sealed, unsealed=verdict.unsealed)
        return
    found = verdict.finding
    result(
        BROKEN,
        log=name,
        fault=FAULTS[found.fault].say(LOCALE),
        number=found.number or "-",
        record=found.record_id or "-",
        at=found.at.isoformat() if found.at else "-",
    )


async def _verify(settings: Settings, kept: list[str]) -> list[Verdict]:
    async with any_parts(settings) as parts:
        verdicts = await verify_all(parts.database, parts.keyring, kept)
        async with parts.database.transaction() as tx:
            sound = all(verdict.sound for verdict in verdicts)
            await acts.record(tx, operator(), "records.verified", "records", sound=sound)
    return verdicts


async def _seals(settings: Settings) -> list[str]:
    async with any_parts(settings) as parts, parts.database.reading() as tx:
        return [text for log in LOGS if (text := await newest_seal(tx, log.name))]


async def _new_key(settings: Settings) -> None:
    async with any_parts(settings) as parts, parts.database.transaction() as tx:
        await begin_key(tx, parts.keyring)
        await acts.record(tx, operator(), "records.key_changed", "records")
