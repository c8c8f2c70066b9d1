"""Whether the first row of a file names its columns, and what columns without a name are called."""

import re
from collections.abc import Sequence

LINE, WHY = "#line", "#why"
"""Columns of ours in a file of rows to be corrected."""
MOST = 100
"""Characters of a column's name that are kept."""
_VALUE = re.compile(r"[\d.,:/\-+() ]*\d[\d.,:/\-+() %원년월일]*|.*@.*\..*|https?://.*")


def head_of(cells: Sequence[object]) -> list[str] | None:
    """The names that a first row gives; none where it holds values, such as an address, a number or a date. So nobody's
    data becomes the name of a column."""
    texts = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    while texts and texts[-1] in ("", None):
        texts.pop()
    named_ones = [text for text in texts if isinstance(text, str) and text]
    if not named_ones or any(not isinstance(text, str) and text is not None for text in texts):
        return None
    if any(_VALUE.fullmatch(text) for text in named_ones):
        return None
    return unique([str(text or "")[:MOST] for text in texts])


def unique(names: Sequence[str]) -> list[str]:
    """Each once: what comes again is numbered, what has no name is called as spreadsheets do."""
    found: dict[str, None] = {}
    for place, name in enumerate(names):
        wanted = "".join(sign if sign.isprintable() else " " for sign in name).strip() or letters(place)
        one, number = wanted, 1
        while one in found:
            number += 1
            one = f"{wanted} ({number})"
        found[one] = None
    return list(found)


def named(width: int) -> list[str]:
    return [letters(place) for place in range(width)]


def letters(place: int) -> str:
    """A, B, … Z, AA, AB …"""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
