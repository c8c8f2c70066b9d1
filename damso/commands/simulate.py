"""`damso simulate`: the providers of KakaoTalk, TalkTalk, texts … on this machine, with their customers' phones."""

import errno
from typing import Annotated

import typer

from damso.channels.registry import load_adapters
from damso.commands.console import result, word
from damso.commands.options import new_app
from damso.commands.running import keep_running, prepared, until_cancelled
from damso.commands.serving import PortTaken
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings, is_loopback
from damso.simulate.desk import local_origin
from damso.simulate.program import PORT, Simulation

app = new_app()

READY = Text("고객의 휴대폰이 준비됐어요: {origin}", "The customers' phones are ready: {origin}")
USE = Text(
    "담소가 여기에 연결하게 하려면 이 설정으로 시작하세요: DAMSO_SIMULATOR={origin}",
    "To let Damso use them, start it with this setting: DAMSO_SIMULATOR={origin}",
)


class NotOnThisMachine(AppError):
    code = "NOT_ON_THIS_MACHINE"
    status = 422
    text = Text(
        "{address}은(는) 이 컴퓨터의 주소가 아니에요. 예: http://127.0.0.1:8000",
        "{address} is no address of this machine. For example: http://127.0.0.1:8000",
    )


@app.command(
    help=word(
        "카카오톡, 네이버 톡톡, 문자 같은 채널의 서비스를 이 컴퓨터에서 흉내 내요.\n\n"
        "고객의 휴대폰을 화면으로 보여 줘요. DAMSO_SIMULATOR에 이 주소를 넣고 담소를 시작하면 진짜 서비스 대신 여기에 "
        "연결해요. 답변 기한, 글자 수, 템플릿 같은 규칙을 그대로 지키고, 느려지거나 끊기는 상황도 켤 수 있어요. "
        "127.0.0.1에서만 접속할 수 있어요.\n\n"
        "예: damso simulate",
        "Play the services of KakaoTalk, Naver TalkTalk, texts and other channels on this machine.\n\n"
        "Shows the customers' phones as a page. A Damso that is started with this address in DAMSO_SIMULATOR talks to "
        "it instead of the real services. It keeps to their rules (windows, lengths, templates), and can be slow, "
        "refuse, or drop the line when asked. Only 127.0.0.1 can reach it.\n\n"
        "Example: damso simulate",
    )
)
def simulate(
    port: Annotated[int, typer.Option(min=1, max=65535, help=word("접속을 받을 포트.", "Port to listen on."))] = PORT,
    desk: Annotated[
        str,
        typer.Option(
            help=word("담소의 주소. 기본값은 DAMSO_PORT의 것이에요.", "Where Damso is; by default, at DAMSO_PORT."),
            show_default=False,
        ),
    ] = "",
) -> None:
    settings = prepared()
    if desk and not is_loopback(desk):
        raise NotOnThisMachine(address=desk)
    keep_running(_play(settings, desk or local_origin(settings), port))


async def _play(settings: Settings, desk: str, port: int) -> None:
    mail = f"{desk}/demo/mail"
    try:
        async with Simulation(settings, load_adapters(), desk, port=port, mail=mail) as simulation:
            result(READY, origin=simulation.origin)
            result(USE, origin=simulation.origin)
            await until_cancelled()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(host="127.0.0.1", port=port) from error
