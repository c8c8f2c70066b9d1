"""What the commands say about themselves, at a terminal and in docs/cli.md (`DAMSO_WRITE_DOCS=1` writes it anew)."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.cli.terminal import Terminal
from tests.processes import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "cli.md"
HEAD = """# Commands

Everything Damso does from a terminal. Each command's `--help` says the same; texts are in Korean where `DAMSO_LOCALE`
or `LANG` begins with `ko`. Results go to standard output, progress to standard error. Exit code 0 is success, 1 an
error told in a sentence, 2 a command that was not understood.

A command finds its database by `DAMSO_DATABASE_URL`; without it, in the data folder (`DAMSO_DATA`, `./data` by
default): the one that `damso serve` is running there, else it starts it for as long as the command lasts.

This page is made from the commands themselves; see tests/cli/test_help.py.
"""

pytestmark = pytest.mark.slow


def pages(**settings: str) -> dict[str, str]:
    """The help of every command."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.cli.print_help"],
        cwd=REPOSITORY,
        env=os.environ | {"COLUMNS": "100"} | settings,
        capture_output=True,
        check=True,
    ).stdout
    found: dict[str, str] = json.loads(said)
    return found


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    return pages(DAMSO_LOCALE="en")


def test_every_command_teaches_by_an_example(english: dict[str, str]) -> None:
    taught = {name for name, page in english.items() if "Commands:" not in page}
    assert len(taught) > 15
    assert {name for name in taught if re.search(rf"Example: .*damso\s{name}", english[name], re.DOTALL)} == taught


def test_help_is_in_korean_where_the_terminal_is(english: dict[str, str]) -> None:
    korean = pages(LANG="ko_KR.UTF-8", LC_ALL="", LC_MESSAGES="", DAMSO_LOCALE="")
    assert korean.keys() == english.keys()
    assert {name for name, page in korean.items() if not re.search("[가-힣]", page) or "Example: " in page} == set()


def test_document_says_what_the_commands_say(english: dict[str, str]) -> None:
    sections = (f"\n## {f'damso {name}'.strip()}\n\n```text\n{page}\n```\n" for name, page in english.items())
    text = HEAD + "".join(sections)
    if os.environ.get("DAMSO_WRITE_DOCS"):
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text, "write it anew: DAMSO_WRITE_DOCS=1 python -m pytest tests/cli/test_help.py"


def test_word_that_is_no_command_is_not_understood(nothing: Terminal) -> None:
    done = nothing.run("sevre")
    assert done.returncode == 2
    assert "No such command 'sevre'" in done.stderr
