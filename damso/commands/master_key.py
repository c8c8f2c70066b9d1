"""`damso master-key`: the key that encrypts stored secrets and signs tokens."""

from typing import Annotated

import typer

from damso.bootstrap import Parts, sealed_columns
from damso.commands.connecting import any_parts
from damso.commands.console import result, tell, word
from damso.commands.operator import operator
from damso.commands.options import new_app
from damso.commands.running import prepared, run
from damso.conversations.widget.visitor import LIFETIME
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.key_file import drop_old_keys, prepare_key, put_new_key_first, read_keys
from damso.kernel.rotation import look_at_sealing, reseal
from damso.kernel.settings import Settings
from damso.team import audit

app = new_app()

PREPARED = Text(
    "다음 키를 {file}에 준비했어요. 담소가 실행되는 모든 컴퓨터에 이 파일을 복사한 뒤 "
    "`damso master-key rotate`를 실행해 주세요.",
    "The next key is ready in {file}. Copy that file to every machine that runs Damso, then run "
    "`damso master-key rotate`.",
)
ROTATED = Text(
    "새 키를 쓰기 시작했고, 저장된 비밀 {count}건을 새 키로 다시 암호화했어요. "
    "실행 중인 담소는 다시 시작하지 않아도 돼요.",
    "A new key is in use, and {count} stored secrets are encrypted by it. What is running needs no restart.",
)
COPY = Text(
    "키 파일을 안전한 곳에 다시 보관해 주세요: {file}. 옛 키는 아직 파일에 남아 있어요.",
    "Keep the key file somewhere safe again: {file}. The old keys are still in it.",
)
DROPPED = Text("옛 키 {count}개를 버렸어요.", "{count} old keys are gone.")
NONE_OLD = Text("버릴 옛 키가 없어요.", "There is no old key to drop.")


class OldKeyInUse(AppError):
    code = "OLD_KEY_IN_USE"
    text = Text(
        "저장된 비밀 {count}건이 아직 옛 키로 암호화돼 있어요. 먼저 `damso master-key rotate`를 실행해 주세요.",
        "{count} stored secrets are still encrypted by an old key. Run `damso master-key rotate` first.",
    )


class TokensLive(AppError):
    code = "TOKENS_LIVE"
    text = Text(
        "{until}까지는 옛 키로 서명한 채팅 방문자와 메일 회신 주소가 있을 수 있어요. 그때까지 기다리거나, "
        "키가 새어 나갔다면 --now를 붙여 주세요. 그러면 채팅 방문자는 처음부터 다시 시작해요.",
        "Until {until} there may be chat visitors and reply addresses that an old key has signed. Wait, or, if the key "
        "has leaked, add --now: visitors of the chat then begin anew.",
    )


@app.callback(help=word("저장된 비밀을 암호화하는 마스터 키.", "The master key, which encrypts stored secrets."))
def master_key() -> None:
    """A group of commands."""


@app.command(
    help=word(
        "새 마스터 키를 만들고, 담소가 실행되는 동안 저장된 비밀을 모두 새 키로 다시 암호화해요. 멈추지 않아도 되고, "
        "몇 번을 실행해도 괜찮아요.\n\n"
        "여러 컴퓨터가 키 파일을 각자 갖고 있다면 먼저 --prepare로 다음 키를 나눠 주세요.\n\n"
        "예: damso master-key rotate",
        "Make a new master key, and encrypt all stored secrets by it while Damso goes on running.\n\n"
        "Where several machines each have a copy of the key file, hand the next key out with --prepare first.\n\n"
        "Example: damso master-key rotate",
    )
)
def rotate(
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare",
            help=word("다음 키를 준비만 하고 아직 쓰지 않아요.", "Only make the next key, and do not use it yet."),
        ),
    ] = False,
) -> None:
    settings = prepared()
    if prepare:
        prepare_key(settings.key_file)
        result(PREPARED, file=settings.key_file)
    else:
        count = run(_rotate(settings))
        result(ROTATED, count=count)
        tell(COPY, file=settings.key_file)


@app.command(
    "drop-old",
    help=word(
        "더는 쓰지 않는 옛 키를 버려요. 아직 쓰이고 있으면 거절해요.\n\n예: damso master-key drop-old",
        "Drop the old keys. Refused while anything still uses them.\n\nExample: damso master-key drop-old",
    ),
)
def drop_old(
    now: Annotated[
        bool,
        typer.Option(
            "--now",
            help=word(
                "옛 키로 서명한 채팅 방문자를 기다리지 않아요.", "Do not wait for chat visitors whom an old key signed."
            ),
        ),
    ] = False,
) -> None:
    count = run(_drop(prepared(), now=now))
    result(DROPPED if count else NONE_OLD, count=count)


async def _rotate(settings: Settings) -> int:
    async with any_parts(settings) as parts:
        put_new_key_first(settings.key_file)
        count = 0
        # Once more for what somebody encrypted by the old key in the moment before they saw the new one.
        while changed := await reseal(parts.database, parts.keyring, sealed_columns()):
            count += changed
        async with parts.database.transaction() as tx:
            await audit.record(tx, operator(), "master_key.rotated", "installation", count=count)
        return count


async def _drop(settings: Settings, *, now: bool) -> int:
    async with any_parts(settings) as parts:
        await _require_unused(parts, settings, now=now)
        count = drop_old_keys(settings.key_file)
        if count:
            async with parts.database.transaction() as tx:
                await audit.record(tx, operator(), "master_key.old_dropped", "installation", count=count)
        return count


async def _require_unused(parts: Parts, settings: Settings, *, now: bool) -> None:
    """Raises `OldKeyInUse`, `TokensLive`."""
    found = await look_at_sealing(parts.database, parts.keyring, sealed_columns())
    if used := sum(sum(one.older.values()) - one.unreadable for one in found):
        raise OldKeyInUse(count=used)
    keys = [key for key in read_keys(settings.key_file) if not key.prepared]
    until = keys[0].made + LIFETIME
    async with parts.database.reading() as tx:
        today = tx.now.date()
    if len(keys) > 1 and today < until and not now:
        raise TokensLive(until=until.isoformat())
