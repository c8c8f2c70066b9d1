"""Files that only the holder of a key reads, and that nobody changes unseen: AES-256-GCM in chunks, so that a file of
any size passes through a little memory.

    DAMSO-S1  salt (32 bytes)  chunk  chunk  …  last chunk          each chunk with its tag of 16 bytes

Every file has a key of its own, derived (HKDF) from the master key, its salt and its name: one file cannot pass for
another. A chunk's nonce is its number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár): chunks cannot be left out, moved or cut off at the end.
"""

import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"DAMSO-S1"
SALT = 32
TAG = 16
CHUNK = 1 << 20


class SealBroken(Exception):
    """The file was changed, cut short, put in another's place, or sealed under another key."""


class Sealer:
    """Writes one sealed file; without `finish` it is none."""

    def __init__(self, file: IO[bytes], key: bytes, name: str) -> None:
        salt = secrets.token_bytes(SALT)
        file.write(MAGIC + salt)
        self._file = file
        self._box = _box(key, salt, name)
        self._number = 0
        self._pending = bytearray()

    def write(self, data: bytes) -> None:
        self._pending += data
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]

    def finish(self) -> None:
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()

    def _seal(self, clear: bytes, *, last: bool) -> None:
        self._file.write(self._box.encrypt(_nonce(self._number, last=last), clear, None))
        self._number += 1


def unsealed(file: IO[bytes], key: bytes, name: str) -> Iterator[bytes]:
    """What was sealed, chunk by chunk, each proven before it is given. Raises `SealBroken`."""
    head = file.read(len(MAGIC) + SALT)
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + SALT:
        raise SealBroken
    box, number = _box(key, head[len(MAGIC) :], name), 0
    chunk = file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield box.decrypt(_nonce(number, last=not following), chunk, None)
        except InvalidTag as error:
            raise SealBroken from error
        if not following:
            return
        chunk, number = following, number + 1


def _box(key: bytes, salt: bytes, name: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"damso/sealed/" + name.encode()).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
