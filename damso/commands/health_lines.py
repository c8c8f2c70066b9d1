"""How the health of a connection is written at a terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from damso.channels.types import Health
from damso.commands.console import LOCALE


def problems_of(health: Health) -> list[str]:
    """What a check found, in the reader's language."""
    return [ko if LOCALE == "ko" else en for ko, en in health.problems]


def print_details(problems: Sequence[str], facts: Mapping[str, str]) -> None:
    """What is wrong, then what was found out."""
    for problem in problems:
        print(f"  - {problem}")
    for name, value in facts.items():
        print(f"  {name}: {value}")


def moment(at: datetime | None) -> str:
    """A time in the zone of the machine; a dash for never."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else "–"
