"""A stretch of a file."""

from msgspec import Struct

CHUNK = 200
"""Conversations or customers in a part."""


class Part(Struct, frozen=True):
    """`count` is of conversations or customers; `next_place` None at the end."""

    text: str
    count: int
    next_place: str | None
