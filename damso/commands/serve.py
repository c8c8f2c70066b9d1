"""`damso serve`: everything in one process."""

from typing import Annotated

import msgspec
import typer

from damso.commands.console import tell, word
from damso.commands.options import HOST, PORT, new_app
from damso.commands.running import keep_running, prepared
from damso.kernel.i18n import Text

app = new_app()

BEGINNING = Text("담소를 시작할게요.", "Starting Damso.")


@app.command(
    help=word(
        "데이터베이스, 웹, 백그라운드 작업을 프로세스 하나로 실행해요.\n\n"
        "DAMSO_DATABASE_URL이 없으면 데이터 폴더(DAMSO_DATA) 안의 내장 PostgreSQL을 써요. "
        "준비되면 주소와 한 번 쓸 수 있는 로그인 링크를 보여 주고, Ctrl-C로 종료해요.\n\n"
        "예: damso serve --demo",
        "Run everything in one process: database, web application and background work.\n\n"
        "Without DAMSO_DATABASE_URL it brings its own PostgreSQL, in the data folder (DAMSO_DATA). Once ready it "
        "prints its address and a sign-in link that works once. Ctrl-C stops it.\n\n"
        "Example: damso serve --demo",
    )
)
def serve(
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help=word(
                "처음 시작할 때 샘플 쇼핑몰과 연습용 메일 서버를 넣어요.",
                "On a first start, bring a sample shop and a mail server to try things with.",
            ),
        ),
    ] = False,
    host: HOST = None,
    port: PORT = None,
) -> None:
    settings = prepared(alone=True)
    settings = msgspec.structs.replace(settings, host=host or settings.host, port=port or settings.port)
    tell(BEGINNING)
    # Imported once the line above is out: this takes a second or two on a small machine.
    from damso.commands.everything import run_everything

    keep_running(run_everything(settings, demo=demo))
