"""The documents of this repository, and what stands in them.

Convention: a page with the comment `TRIED` has its fences marked `sh` run as they stand, in their order, against a demo
(`test_commands.py`); what is marked `console` is for people to type and does not run.
"""

import re
from functools import cache
from pathlib import Path

from tests.processes import REPOSITORY

_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
TRIED = "<!-- The sh fences of this page are run by tests/docs. -->"
_ELSEWHERE = {"node_modules", "test-output"}


@cache
def pages() -> tuple[Path, ...]:
    """Every document, also those that stand beside the code."""
    found = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("damso/**/*.md")]
    return tuple(sorted(page for page in found if not _ELSEWHERE & set(page.parts)))


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def fences(page: Path, *kinds: str) -> list[str]:
    """The texts of the fences of these kinds."""
    return [fence["text"] for fence in _FENCE.finditer(page.read_text()) if fence["kind"] in kinds]


def prose(page: Path) -> str:
    """A page without its fences."""
    return _FENCE.sub("", page.read_text())


def spans(page: Path) -> list[str]:
    """What is marked as code within the prose."""
    return _SPAN.findall(prose(page))


def typed_lines(page: Path) -> list[str]:
    """Everything a reader is told to type."""
    lines = [line for text in fences(page, "sh", "console") for line in text.replace("\\\n", " ").splitlines()]
    return [*lines, *spans(page)]
