"""Secrets at rest, and signed tokens: master keys in a file outside the database, one derived key per purpose.

The newest key encrypts and signs; the older ones still read what was made with them, until they are dropped. What is
encrypted carries the id of its key, so that it can be told what has yet to be encrypted anew (`damso.kernel.rotation`).
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LIKE_SEALED = "%gAAAA%"
"""SQL's LIKE for texts that may hold something encrypted: every Fernet token of this century begins so."""


class SecretUnreadable(Exception):
    """A stored secret was encrypted under another key."""


class MasterKey:
    """One master key and what is derived from it (HKDF, RFC 5869)."""

    def __init__(self, master: bytes) -> None:
        self.master = master

    @cached_property
    def id(self) -> str:
        """Eight hexadecimal digits that name the key and tell nothing of it."""
        return self._derive("key id")[:4].hex()

    @cached_property
    def box(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derive("secrets at rest")))

    def mac(self, purpose: str, message: bytes) -> bytes:
        return hmac.digest(self._derive(purpose), message, "sha256")

    def _derive(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"damso/" + purpose.encode()).derive(self.master)


class Keyring:
    """The master keys, newest first."""

    def __init__(self, *masters: bytes) -> None:
        self._keys = tuple(MasterKey(master) for master in masters)

    @property
    def keys(self) -> tuple[MasterKey, ...]:
        return self._keys

    def encrypt(self, secret: str) -> str:
        """`{key id}.{Fernet token}`, under the newest key."""
        newest = self.keys[0]
        return f"{newest.id}.{newest.box.encrypt(secret.encode()).decode()}"

    def decrypt(self, stored: str) -> str:
        """Raises `SecretUnreadable`."""
        key_id, _, token = stored.rpartition(".")
        # Before keys had ids there was nothing in front; such a text is tried with all of them.
        for key in self.keys:
            if key_id in ("", key.id):
                try:
                    return key.box.decrypt(token.encode()).decode()
                except InvalidToken:
                    continue
        raise SecretUnreadable

    def resealed(self, stored: str) -> str:
        """The same secret under the newest key; as it is where that is so already. Raises `SecretUnreadable`."""
        return stored if self.is_newest(stored) else self.encrypt(self.decrypt(stored))

    def is_newest(self, stored: str) -> bool:
        return stored.startswith(f"{self.keys[0].id}.")

    def mac(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 under the newest key of a purpose."""
        return self.keys[0].mac(purpose, message)

    def macs(self, purpose: str, message: bytes) -> list[bytes]:
        """What `mac` gives or once gave: by every key that is still known."""
        return [key.mac(purpose, message) for key in self.keys]

    def sign(self, purpose: str, claims: dict[str, Any], expires_at: datetime | None = None) -> str:
        """A self-contained token `payload.signature` in URL-safe base64."""
        body = msgspec.json.encode(claims | ({"exp": int(expires_at.timestamp())} if expires_at else {}))
        return f"{to_base64(body)}.{to_base64(self.mac(purpose, body))}"

    def verify(self, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
        """The claims of a token that is ours, for this purpose and not expired; else None.

        Base64 can be spelled in several ways. Ours alone is taken, so that what works once can be known by its text.
        """
        try:
            body, signature = (from_base64(part) for part in token.split("."))
        except ValueError:
            return None
        if token != f"{to_base64(body)}.{to_base64(signature)}":
            return None
        if not any(hmac.compare_digest(mac, signature) for mac in self.macs(purpose, body)):
            return None
        claims: dict[str, Any] = msgspec.json.decode(body)
        return claims if claims.get("exp", now.timestamp()) >= now.timestamp() else None


def new_secret(prefix: str = "") -> str:
    """A random secret of 256 bits for links, sessions and keys."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """How a random secret of ours is stored. Plain SHA-256 is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()


def to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Raises `ValueError`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
