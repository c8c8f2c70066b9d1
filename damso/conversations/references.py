"""Signed references: what an answer carries back so that it finds its conversation.

A reference is `dc1-` and URL-safe base64 of the conversation's id (16 bytes) and an HMAC over it (12 bytes, 96
bits: guessing one takes longer than any mail server would allow). It stands in Message-IDs and plus addresses, so
it holds no character that either would change.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from uuid import UUID

from damso.kernel.crypto import Keyring

PREFIX = "dc1-"
_PURPOSE = "conversation reference"
_MAC_BYTES = 12


def make_reference(keyring: Keyring, conversation_id: UUID) -> str:
    mac = keyring.mac(_PURPOSE, conversation_id.bytes)[:_MAC_BYTES]
    return PREFIX + base64.urlsafe_b64encode(conversation_id.bytes + mac).decode().rstrip("=")


def read_references(keyring: Keyring, tokens: Sequence[str]) -> list[UUID]:
    """The conversations that the genuine ones among these name, in their order."""
    return [found for token in tokens if (found := _read(keyring, token))]


def _read(keyring: Keyring, token: str) -> UUID | None:
    body = token.removeprefix(PREFIX)
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(data) != 16 + _MAC_BYTES:
        return None
    genuine = any(hmac.compare_digest(mac[:_MAC_BYTES], data[16:]) for mac in keyring.macs(_PURPOSE, data[:16]))
    return UUID(bytes=data[:16]) if genuine else None
