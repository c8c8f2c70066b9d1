"""`damso export`: everything a company has, taken along."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import SecondStart
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.slow


def test_conversations_come_with_what_was_said_and_with_their_customers(running: SecondStart) -> None:
    cases = running.lines("export", "conversations", "--reason", "moving")
    people = running.lines("export", "customers", "--reason", "moving")
    assert len(cases) > 3
    assert all(case["messages"] for case in cases)
    assert {case["customer_id"] for case in cases} <= {person["id"] for person in people}


def test_what_lies_outside_of_a_time_is_left_out(running: SecondStart) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert running.lines("export", "conversations", "--reason", "moving", "--since", tomorrow) == []
    assert running.lines("export", "customers", "--reason", "moving", "--until", "2020-01-01") == []
    assert running.lines("export", "events", "--reason", "moving", "--until", "2020-01-01") == []


def test_events_come_in_the_order_of_the_log(running: SecondStart) -> None:
    facts = running.lines("export", "events", "--reason", "moving")
    assert "message.received" in {fact["name"] for fact in facts}
    places = [(fact["stream"], fact["epoch"], fact["xid"], fact["id"]) for fact in facts]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", ["orders", "returns"])
def test_what_was_bought_and_what_came_back_is_taken_along(running: SecondStart, kind: str) -> None:
    people = {person["id"] for person in running.lines("export", "customers", "--reason", "moving")}
    lines = running.lines("export", kind, "--reason", "moving")
    assert {line["customer_id"] for line in lines} <= people
    assert all(line["products"] for line in lines)
    assert len(lines) > 0


@pytest.mark.parametrize("kind", ["products", "consents"])
def test_the_catalogue_and_the_ledger_can_be_taken_along(running: SecondStart, kind: str) -> None:
    assert running.run("export", kind, "--reason", "moving").returncode == 0


def test_time_that_is_none_is_not_understood(elsewhere: Terminal) -> None:
    wrong = elsewhere.run("export", "events", "--reason", "moving", "--since", "some day")
    assert wrong.returncode == 2
    assert "2026-11-01" in wrong.stderr
