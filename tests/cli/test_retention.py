"""`damso retention`: what would go is shown first, then a rule is switched on by whoever saw it."""

import pytest

from tests.cli.conftest import SecondStart

pytestmark = pytest.mark.slow


def test_a_rule_is_switched_on_by_who_saw_what_it_does(running: SecondStart) -> None:
    [case, *_] = running.lines("export", "conversations", "--reason", "moving")
    changed = running.run("retention", "set", "conversation", "--days", "1095", "--reason", "guideline")
    seen = running.result("retention", "dry-run")
    blind = running.run("retention", "on", "conversation", "--dry-run", case["id"], "--reason", "over its time")
    on = running.run("retention", "on", "conversation", "--dry-run", seen["id"], "--reason", "over its time")
    done = running.run("retention", "run")
    off = running.run("retention", "off", "conversation", "--reason", "a dispute")

    assert [one["record_class"] for one in seen["classes"]][5:] == [
        "behaviour", "order", "cart", "consent", "enrichment", "quarantine",
    ]  # fmt: skip
    assert "1,095 days" in changed.stdout, changed.stderr
    assert blind.returncode == 1
    assert "; on." in on.stdout, on.stderr
    assert done.stdout == "Nothing to destroy.\n"
    assert "; off." in off.stdout
    assert [rule["record_class"] for rule in running.result("retention", "show")["rules"] if rule["active"]] == [
        "quarantine"
    ]
