"""What stands for a customer where there is no picture: one or two letters on one of twelve colours."""

from uuid import UUID
from zlib import crc32

COLOURS = 12

_LONG_FAMILY_NAMES = frozenset({"남궁", "황보", "제갈", "선우", "독고", "사공", "서문", "동방", "망절"})
"""Korean family names of two syllables that are in use."""


def initials_of(name: str) -> str:
    """A Korean name without the family name, as colleagues would call it (김민지: 민지); else first letters (MK)."""
    words = name.split()
    if not words:
        return ""
    if len(words) == 1 and all("가" <= sign <= "힣" for sign in words[0]):
        return _given_name(words[0])
    first = [
        next((sign for sign in word if sign.isalnum()), "")
        for word in (words if len(words) == 1 else (words[0], words[-1]))
    ]
    return "".join(first).upper()


def _given_name(name: str) -> str:
    if len(name) == 3 and name[:2] in _LONG_FAMILY_NAMES:
        return name[2:]
    return name[-2:]


def colour_of(customer_id: UUID) -> int:
    """Which of the twelve colours, 0 to 11; always the same for a customer."""
    return crc32(customer_id.bytes) % COLOURS
