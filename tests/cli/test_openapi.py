"""`damso openapi`: the same code always gives the same text, and needs nothing to be there."""

import json
import tomllib

import pytest

from damso import __version__
from tests.cli.terminal import Terminal
from tests.processes import REPOSITORY

pytestmark = pytest.mark.slow


def test_document_is_the_same_every_time_and_makes_nothing(nothing: Terminal) -> None:
    first = nothing.run("openapi", PYTHONHASHSEED="1")
    second = nothing.run("openapi", PYTHONHASHSEED="2", DAMSO_PUBLIC_URL="https://help.shop.example")
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert not nothing.folder.exists()


def test_document_describes_the_api_of_this_version(nothing: Terminal) -> None:
    document = json.loads(nothing.run("openapi").stdout)
    package = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert document["info"]["version"] == package["version"] == __version__
    assert {"/api/conversations", "/api/inboxes", "/widget/v1/{key}/session"} <= set(document["paths"])
