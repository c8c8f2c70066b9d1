"""A stretch of a file."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

CHUNK = 200
"""Conversations or customers in a part."""


class Part(Struct, frozen=True):
    """`count` is of conversations or customers, `customers` are those whose data it holds; `next_place` None at the
    end."""

    text: str
    count: int
    customers: Sequence[UUID]
    next_place: str | None
