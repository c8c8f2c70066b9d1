"""The commands: `damso serve`, `damso doctor` and all others, each in a module of its own under `damso.commands`."""

import gc
import importlib
import os
import sys
from io import TextIOWrapper
from keyword import iskeyword
from typing import Any, NoReturn

import typer
import typer.main
from typer.core import TyperGroup

from damso.commands.console import complain, word
from damso.commands.options import new_app
from damso.kernel.errors import AppError
from damso.kernel.settings import SettingInvalid

COMMANDS = (
    "serve",
    "web",
    "worker",
    "simulate",
    "migrate",
    "doctor",
    "backup",
    "restore",
    "upgrade-database",
    "owner",
    "agent",
    "key",
    "master-key",
    "inbox",
    "customer",
    "event",
    "consent",
    "mail",
    "import",
    "company",
    "product",
    "export",
    "identity",
    "lake",
    "segment",
    "audit",
    "retention",
    "openapi",
    "rights",
)


class _Commands(TyperGroup):
    """Imports a command when it is asked for: none has to wait for what another needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_") + "_" * iskeyword(cmd_name)
        command = typer.main.get_command(importlib.import_module(f"damso.commands.{module}").app)
        command.name = cmd_name
        return command


app = new_app()


@app.callback(
    cls=_Commands,
    no_args_is_help=True,
    help=word(
        "담소: 모든 채널의 고객 대화를 한곳에서.\n\n처음이라면 이렇게 시작하세요: damso serve --demo\n\n"
        "설정은 환경 변수(DAMSO_*)로 하고, 각 명령의 사용법은 damso 명령 --help로 볼 수 있어요.",
        "Damso: every way a customer can reach you, in one conversation.\n\n"
        "New here? Start with: damso serve --demo\n\n"
        "Settings are environment variables (DAMSO_*). damso COMMAND --help teaches each command.",
    ),
)
def _root() -> None:
    """Holds the commands together."""


def main() -> NoReturn:
    """Run a command. What can be expected to go wrong is one sentence and exit code 1, never a traceback."""
    gc.disable()  # while modules are imported, which would be looked through a dozen times; `damso.commands.running`
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, TextIOWrapper)
        stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="damso")
    except AppError as error:
        complain(error)
    except SettingInvalid as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        # Whoever reads us has seen enough, as `head` does. Nothing more can be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


if __name__ == "__main__":
    main()
