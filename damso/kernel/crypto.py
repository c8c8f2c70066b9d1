"""Secrets at rest, and signed tokens: one master key in a file outside the database, one derived key per purpose."""

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SecretUnreadable(Exception):
    """A stored secret was encrypted under another key."""


class Keyring:
    """The master key and what is derived from it (HKDF, RFC 5869)."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._box = Fernet(base64.urlsafe_b64encode(self._derive("secrets at rest")))

    def _derive(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"damso/" + purpose.encode()).derive(self._master)

    def encrypt(self, secret: str) -> str:
        return self._box.encrypt(secret.encode()).decode()

    def decrypt(self, stored: str) -> str:
        try:
            return self._box.decrypt(stored.encode()).decode()
        except InvalidToken as error:
            raise SecretUnreadable from error

    def mac(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 under the key of a purpose."""
        return hmac.digest(self._derive(purpose), message, "sha256")

    def sign(self, purpose: str, claims: dict[str, Any], expires_at: datetime | None = None) -> str:
        """A self-contained token `payload.signature` in URL-safe base64."""
        body = msgspec.json.encode(claims | ({"exp": int(expires_at.timestamp())} if expires_at else {}))
        return f"{_b64(body)}.{_b64(self.mac(purpose, body))}"

    def verify(self, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
        """The claims of a token that is ours, for this purpose and not expired; else None."""
        try:
            body, signature = (_unb64(part) for part in token.split("."))
        except ValueError:
            return None
        if not hmac.compare_digest(self.mac(purpose, body), signature):
            return None
        claims: dict[str, Any] = msgspec.json.decode(body)
        return claims if claims.get("exp", now.timestamp()) >= now.timestamp() else None


def open_keyring(path: Path) -> Keyring:
    """Read the master key, or make it on the first start (mode 0600)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_b64(secrets.token_bytes(32)).encode())
            file.flush()
            os.fsync(file.fileno())
    return Keyring(_unb64(path.read_text().strip()))


def new_secret(prefix: str = "") -> str:
    """A random secret of 256 bits for links, sessions and keys."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """How a random secret of ours is stored. Plain SHA-256 is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
