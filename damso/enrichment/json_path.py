"""Where in an answer a value stands: the part of JSONPath (RFC 9535) that names one place.

`$`, then names as `.name` or `['any name']` and places in lists as `[0]`, counted from the end as `[-1]`.
"""

import re
from typing import Any

_PART = re.compile(r"\.([^\W\d]\w*)|\['((?:[^'\\]|\\.)*)'\]|\[(-?\d{1,6})\]")
_ESCAPED = re.compile(r"\\(.)")


def parts_of(path: str) -> list[str | int] | None:
    """The names and places one after the other; None where it is no such path."""
    if not path.startswith("$"):
        return None
    parts: list[str | int] = []
    at = 1
    while at < len(path):
        found = _PART.match(path, at)
        if found is None:
            return None
        name, quoted, place = found.groups()
        parts.append(int(place) if place else name if name else _ESCAPED.sub(r"\1", quoted))
        at = found.end()
    return parts


def value_at(document: Any, path: str) -> Any:
    """The value there; None where there is none."""
    for part in parts_of(path) or ():
        if isinstance(part, int):
            if not isinstance(document, list) or not -len(document) <= part < len(document):
                return None
            document = document[part]
        elif isinstance(document, dict):
            document = document.get(part)
        else:
            return None
    return document
