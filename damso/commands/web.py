"""`damso web`: the web application alone, one of as many processes as are needed."""

import asyncio

import msgspec

from damso.commands.connecting import own_parts
from damso.commands.console import result, word
from damso.commands.options import HOST, PORT, new_app
from damso.commands.running import keep_running, prepared
from damso.commands.serving import port_of, raise_file_limit, serving
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.web import create_app

app = new_app()

READY = Text("웹이 준비됐어요: {host}:{port}", "The web application is ready: {host}:{port}")


@app.command(
    help=word(
        "웹 애플리케이션만 실행해요. 여러 개를 띄우고 앞에 로드 밸런서를 두면 돼요.\n\n"
        "DAMSO_DATABASE_URL이 꼭 필요하고, `damso migrate`를 먼저 실행해야 해요. "
        "백그라운드 작업은 `damso worker`가 맡아요.\n\n예: damso web --port 8001",
        "Run the web application alone: as many as needed behind a balancer.\n\n"
        "Needs DAMSO_DATABASE_URL, and `damso migrate` first. Background work is done by `damso worker`.\n\n"
        "Example: damso web --port 8001",
    )
)
def web(host: HOST = None, port: PORT = None) -> None:
    settings = prepared()
    settings = msgspec.structs.replace(settings, host=host or settings.host, port=port or settings.port)
    keep_running(_serve(settings))


async def _serve(settings: Settings) -> None:
    raise_file_limit()
    with port_of(settings) as port:
        async with own_parts(settings) as parts, serving(create_app(parts), port) as server:
            result(READY, host=settings.host, port=settings.port)
            await asyncio.wait([server])
