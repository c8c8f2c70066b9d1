"""docs/security.md walks all of ASVS 5.0.0 at level 2, and each test it names is there."""

import re
from collections import Counter

from tests.processes import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text()
WALK = PAGE[PAGE.index("## ASVS 5.0.0") :]
CHAPTERS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13}
CHAPTERS |= {16: 16, 17: 7}
"""How many requirements of levels 1 and 2 each chapter has."""
_ROW = re.compile(r"^\| (\d[\d., –]*) \| (\S+) \| (.*?) \| (.*?) ?\|$", re.MULTILINE)
_TEST = re.compile(r"`([a-z_]+(?:/[a-z_]+)*/test_[a-z_]+)(?:::(\w+))?`")


def numbers(written: str) -> list[str]:
    """`1.2.6 – 1.2.8, 1.3.1` are four."""
    found = []
    for part in written.split(","):
        first, _, last = (end.strip() for end in part.partition("–"))
        section, _, start = first.rpartition(".")
        end = (last or first).rpartition(".")[2]
        found += [f"{section}.{number}" for number in range(int(start), int(end) + 1)]
    return found


def test_every_requirement_is_there_once() -> None:
    found = [number for row in _ROW.findall(WALK) for number in numbers(row[0])]
    assert [number for number, count in Counter(found).items() if count > 1] == []
    assert Counter(int(number.partition(".")[0]) for number in found) == CHAPTERS


def test_every_row_says_whether_and_how() -> None:
    for number, state, how, test in _ROW.findall(WALK):
        assert state in ("met", "part", "open", "n/a"), number
        assert how or test, number


def test_every_test_that_is_named_exists() -> None:
    named = _TEST.findall(PAGE)
    assert len(named) > 120
    missing = []
    for path, name in named:
        file = REPOSITORY / "tests" / f"{path}.py"
        if not file.exists() or (name and f"def test_{name}(" not in file.read_text()):
            missing.append(f"{path}::{name}")
    assert not missing
