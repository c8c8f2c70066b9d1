"""What readers are told to type works."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from damso.cli import app
from tests.docs.pages import TRIED, fences, name_of, pages, typed_lines
from tests.processes import REPOSITORY

SECONDS = 120
_DAMSO = re.compile(r"(?:^|\$ |\$\(|[|;&] |bin/|[A-Z]=\S+ )damso ((?:--?[a-z]|[a-z])[a-z -]*)")
"""A command where one can stand: not the name of a user or a folder."""
_TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in pages() if TRIED in page.read_text()], ids=name_of)
def test_the_page_runs_as_it_stands(page: Path, demo_environment: Mapping[str, str], tmp_path: Path):
    script = "\n".join(["set -euo pipefail", *fences(page, "sh")])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=dict(demo_environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_that_is_installed_is_the_one_they_mean(demo_environment: Mapping[str, str]):
    done = subprocess.run(
        [Path(sys.executable).parent / "damso", "inbox", "list", "--json"],
        env=dict(demo_environment),
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    assert json.loads(done.stdout)


@cache
def _root() -> Any:
    return typer.main.get_command(app)


def _commands(line: str) -> Iterator[list[str]]:
    for words in _DAMSO.findall(line):
        yield words.split()


def _unknown(words: list[str]) -> str | None:
    """What of `damso …` there is not, or None."""
    command = _root()
    for word in words:
        if word.startswith("-"):
            if word not in ("--help", "-h") and not any(word in option.opts for option in command.params):
                return f"{command.name} {word}"
        elif hasattr(command, "get_command"):
            command = command.get_command(None, word) or word
            if command == word:
                return word
        else:
            return None  # an argument; what follows it is not ours to know
    return None


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_commands_that_are_named_exist(page: Path):
    found = [_unknown(words) for line in typed_lines(page) for words in _commands(line)]
    assert not [word for word in found if word]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_make_targets_that_are_named_exist(page: Path):
    named = {target for line in typed_lines(page) for target in _TARGET.findall(line)}
    there = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert not named - there
