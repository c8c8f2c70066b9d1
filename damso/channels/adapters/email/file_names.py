"""Names of attached files, as their senders wrote them, made safe to show and to save."""

import re

from damso.channels.adapters.email.charsets import storable

MAX_NAME = 200

_BAD = re.compile(r"[\x00-\x1f\x7f/\\]+")


def clean_name(name: str) -> str:
    """A file name without path and control characters, at most `MAX_NAME` characters with its ending kept."""
    cleaned = _BAD.sub("_", storable(name).rpartition("\\")[2].rpartition("/")[2]).strip(" ._") or ""
    if len(cleaned) <= MAX_NAME:
        return cleaned
    stem, dot, ending = cleaned.rpartition(".")
    return f"{stem[: MAX_NAME - 1 - len(ending)]}.{ending}" if dot and len(ending) <= 10 else cleaned[:MAX_NAME]
