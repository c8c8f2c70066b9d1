"""`damso owner`: the person whom the installation belongs to."""

from damso.commands.connecting import any_parts
from damso.commands.console import print_json, result, word
from damso.commands.entrance import LASTS, Entrance, fresh_entrance
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.settings import Settings

app = new_app()


@app.callback(help=word("소유자로 로그인하는 길.", "Ways in for the owner."))
def owner() -> None:
    """A group of one command."""


@app.command(
    help=word(
        "소유자의 새 로그인 링크를 만들어요. 비밀번호를 잊었거나 로그인이 막혔을 때 쓰세요. "
        "24시간 안에 한 번만 쓸 수 있어요. "
        "아직 소유자가 없으면 첫 설정 링크가 나와요.\n\n예: damso owner link",
        "Make a fresh sign-in link for the owner, for when they are locked out. It works once, within 24 hours. "
        "Where there is no owner yet, it opens the set-up page.\n\nExample: damso owner link",
    )
)
def link(as_json: AS_JSON = False) -> None:
    entrance = run(_make(prepared()))
    if as_json:
        print_json({"purpose": entrance.purpose, "link": entrance.link, "lasts_seconds": LASTS.total_seconds()})
    else:
        result(entrance.text, link=entrance.link, hours=entrance.hours)


async def _make(settings: Settings) -> Entrance:
    async with any_parts(settings) as parts:
        return await fresh_entrance(parts.database, settings.base_url)
