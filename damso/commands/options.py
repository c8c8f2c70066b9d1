"""What several commands share on the command line."""

from typing import Annotated

import typer

from damso.commands.console import word

AS_JSON = Annotated[bool, typer.Option("--json", help=word("결과를 JSON으로 출력해요.", "Print the result as JSON."))]
HOST = Annotated[
    str | None, typer.Option(help=word("접속을 받을 주소. (DAMSO_HOST)", "Address to listen on. (DAMSO_HOST)"))
]
PORT = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help=word("접속을 받을 포트. (DAMSO_PORT)", "Port to listen on. (DAMSO_PORT)")),
]


def new_app() -> typer.Typer:
    """A command, or a group of them."""
    return typer.Typer(
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
