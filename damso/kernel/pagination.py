"""Pages by key, never by offset: a cursor is the sort key of the last row, opaque to the caller."""

import base64
import binascii
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from damso.kernel.errors import Invalid

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True):
    """`next` is the cursor of the following page, or None at the end."""

    items: list[T]
    next: str | None = None


def encode_cursor(*key: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> list[object]:
    """The sort key, each part of its kind. Raises `Invalid` where somebody made the cursor up."""
    try:
        return list(
            msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=tuple[kinds])  # type: ignore[valid-type]
        )
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:
        raise Invalid(field="cursor") from error
