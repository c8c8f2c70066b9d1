"""Ids people see: UUIDv7, so that they sort by the time they were made (RFC 9562 section 5.7)."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()
