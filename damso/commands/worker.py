"""`damso worker`: background work alone, one of as many processes as are needed."""

from damso.commands.connecting import own_parts
from damso.commands.console import result, word
from damso.commands.options import new_app
from damso.commands.running import keep_running, prepared
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.worker import run_worker

app = new_app()

READY = Text("백그라운드 작업을 시작했어요.", "Background work has begun.")


@app.command(
    help=word(
        "백그라운드 작업만 실행해요: 받은 메시지 처리, 보내기, 메일함 확인, 예약된 일.\n\n"
        "여러 개를 띄우면 일을 알아서 나눠요. "
        "DAMSO_DATABASE_URL이 꼭 필요하고, `damso migrate`를 먼저 실행해야 해요.\n\n"
        "예: damso worker",
        "Run background work alone: what arrived, what leaves, mailboxes, whatever is due.\n\n"
        "Several share the work by themselves. Needs DAMSO_DATABASE_URL, and `damso migrate` first.\n\n"
        "Example: damso worker",
    )
)
def worker() -> None:
    keep_running(_work(prepared()))


async def _work(settings: Settings) -> None:
    async with own_parts(settings) as parts:
        result(READY)
        await run_worker(parts)
