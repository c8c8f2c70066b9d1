"""`damso lake`: brought up to date, asked, and what is refused; beside a Damso that runs."""

import pytest

from tests.cli.conftest import SecondStart

pytestmark = pytest.mark.slow


def test_the_lake_is_brought_up_to_date_and_answers(running: SecondStart) -> None:
    assert running.run("lake", "compact").returncode == 0
    sql = "SELECT name, count(*) AS n FROM event GROUP BY ALL ORDER BY name"
    rows = running.lines("lake", "query", sql, "--reason", "reporting", "--format", "jsonl", "--tail")
    assert "message.received" in {row["name"] for row in rows}


def test_what_is_no_question_is_refused_in_a_sentence(running: SecondStart) -> None:
    wrong = running.run("lake", "query", "DROP VIEW event", "--reason", "reporting")
    assert (wrong.returncode, "SELECT" in wrong.stderr) == (1, True)
