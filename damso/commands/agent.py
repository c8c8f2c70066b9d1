"""`damso agent`: people on the team, for when nobody can sign in to help them."""

from typing import Annotated
from uuid import UUID

import typer

from damso.commands.connecting import any_parts
from damso.commands.console import result, word
from damso.commands.operator import operator
from damso.commands.options import new_app
from damso.commands.running import prepared, run
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings
from damso.team.my_second_factor import reset_for
from damso.team.types import as_email

app = new_app()

RESET = Text(
    "{email}의 2단계 인증을 없애고 모든 곳에서 로그아웃했어요. 이제 비밀번호나 링크만으로 로그인할 수 있어요.",
    "The second step of {email} is gone, and they are signed out everywhere. A password or a link lets them in again.",
)


class AgentUnknown(AppError):
    code = "AGENT_UNKNOWN"
    status = 404
    text = Text("{email}은(는) 팀에 없어요.", "Nobody on the team has the address {email}.")


@app.callback(help=word("팀원.", "People on the team."))
def agent() -> None:
    """A group of one command."""


@app.command(
    "reset-second-factor",
    help=word(
        "휴대폰과 복구 코드를 모두 잃어버린 사람의 2단계 인증을 없애요. 소유자 자신이 막혔을 때도 쓸 수 있어요.\n\n"
        "예: damso agent reset-second-factor jimin@shop.example",
        "Take the second step away from somebody who has lost both phone and recovery codes, the owner included.\n\n"
        "Example: damso agent reset-second-factor jane@shop.example",
    ),
)
def reset(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help=word("그 사람의 이메일.", "Their e-mail address."))],
) -> None:
    run(_reset(prepared(), as_email(email)))
    result(RESET, email=as_email(email))


async def _reset(settings: Settings, email: str) -> None:
    async with any_parts(settings) as parts, parts.database.transaction() as tx:
        agent_id: UUID | None = await tx.value("SELECT id FROM agent WHERE email = $1", email)
        if agent_id is None:
            raise AgentUnknown(email=email)
        await reset_for(tx, agent_id, operator())
