"""How far back leaves look."""

from collections.abc import Iterable
from datetime import timedelta

from damso.segments import rule as r


def reach_of(leaves: Iterable[r.Leaf]) -> timedelta | None:
    """How far back any of them looks; None: to the beginning."""
    furthest = 0
    for leaf in leaves:
        if isinstance(leaf, r.Occurrence):
            return None
        if isinstance(leaf, r.Performed | r.Total | r.Sequence | r.NotFollowed):
            if leaf.window.last is None:
                return None
            within = leaf.within if isinstance(leaf, r.Sequence) else 0
            furthest = max(furthest, leaf.window.last + within)
        if isinstance(leaf, r.Measured):
            if leaf.of.window.last is None:
                return None
            furthest = max(furthest, leaf.of.window.last)
    return timedelta(seconds=furthest)
