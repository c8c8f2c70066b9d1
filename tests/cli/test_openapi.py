"""`damso openapi`: the same code always gives the same text, and needs nothing to be there."""

import json

import pytest

from damso import __version__
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.slow


def test_document_is_the_same_every_time_and_makes_nothing(nothing: Terminal) -> None:
    first = nothing.run("openapi", PYTHONHASHSEED="1")
    second = nothing.run("openapi", PYTHONHASHSEED="2", DAMSO_PUBLIC_URL="https://help.shop.example")
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert not nothing.folder.exists()


def test_document_describes_the_api_of_this_version(nothing: Terminal) -> None:
    document = json.loads(nothing.run("openapi").stdout)
    assert document["info"]["version"] == __version__
    assert {"/api/conversations", "/api/inboxes", "/widget/v1/{key}/session"} <= set(document["paths"])
