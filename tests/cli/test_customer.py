"""`damso customer`: who is one person, shown first and then decided."""

import json
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.conftest import SecondStart

pytestmark = pytest.mark.slow


def test_a_merge_is_only_shown_until_yes_and_told_with_how_to_undo_it(running: SecondStart) -> None:
    people = [
        (person["id"], identity["value"])
        for person in running.lines("export", "customers", "--reason", "moving")
        for identity in person["identities"]
        if identity["kind"] == "email"
    ]
    (one, _), (_, other) = people[:2]
    shown = json.loads(running.run("customer", "merge", one, other, "--json").stdout)
    assert (shown["done"], len(shown["preview"]["sides"])) == (False, 2)

    done = running.run("customer", "merge", one, other, "--yes").stdout.strip()
    undo = done.rpartition("damso ")[2].split()
    assert running.run(*undo).returncode == 0
    card = json.loads(running.run("customer", "show", other, "--json").stdout)
    assert [line["decision"] for line in card["history"]][:2] == ["undo", "merge"], "newest first"


def test_all_customers_are_compared_and_a_report_is_given(running: SecondStart) -> None:
    report = json.loads(running.run("identity", "match", "--json").stdout)
    assert (report["state"], report["customers"] > 3, sum(band["pairs"] for band in report["bands"])) == (
        "done",
        True,
        report["pairs"],
    )


def test_who_is_not_there_is_said_so(running: SecondStart) -> None:
    answer = running.run("customer", "show", "nobody@damso.example")
    assert answer.returncode == 1
    assert "nobody@damso.example" in answer.stderr


def test_what_is_held_on_somebody_is_one_private_file_that_is_never_overwritten(
    running: SecondStart, tmp_path: Path
) -> None:
    [person, *_] = running.lines("export", "customers", "--reason", "moving")
    file = tmp_path / "answer.zip"
    done = running.run("customer", "access-export", person["id"], "--out", file, "--way", "phone")
    again = running.run("customer", "access-export", person["id"], "--out", file)

    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as answer:
        told = {name: answer.read(name).decode() for name in answer.namelist() if name.endswith((".html", ".json"))}
    assert any(person["name"] in text for text in told.values()), list(told)
    assert again.returncode == 1
