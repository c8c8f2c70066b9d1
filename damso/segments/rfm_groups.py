"""The groups of buyers by recency and value (frequency and amount together), each score from 1 to 5."""

from collections.abc import Mapping

from damso.kernel.i18n import Text
from damso.segments.rule import Group

GROUP_NAMES: Mapping[Group, Text] = {
    "champions": Text("챔피언", "Champions"),
    "loyal": Text("충성 고객", "Loyal customers"),
    "promising": Text("유망 고객", "Promising"),
    "new": Text("신규 고객", "New customers"),
    "attention": Text("관심이 필요한 고객", "Need attention"),
    "slipping": Text("멀어지는 고객", "Slipping away"),
    "at_risk": Text("이탈 위험 고객", "At risk"),
    "cannot_lose": Text("놓치면 안 되는 고객", "Cannot lose them"),
    "dormant": Text("휴면 고객", "Dormant"),
    "lost": Text("이탈 고객", "Lost"),
}

GRID: tuple[tuple[Group, ...], ...] = (
    ("lost", "lost", "at_risk", "cannot_lose", "cannot_lose"),
    ("lost", "dormant", "at_risk", "at_risk", "at_risk"),
    ("slipping", "slipping", "attention", "loyal", "loyal"),
    ("promising", "promising", "promising", "loyal", "loyal"),
    ("new", "promising", "promising", "champions", "champions"),
)
"""By recency (a line for each score from 1 on), then by value."""


def group_of(recency: int, value: int) -> Group:
    """The group of a cell."""
    return GRID[recency - 1][value - 1]
