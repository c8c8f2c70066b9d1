"""The recovery key: 256 random bits that a backup is sealed under, and how a person writes them down.

It is not derived from the installation's own key: whoever restores after a fire has neither the data folder nor
anything in it. A first backup therefore shows the recovery key once, for the company to keep elsewhere; a copy stays in
the data folder, so that the nightly backup needs nobody.
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text

BITS = 256
_CHECK = 3
"""Bytes of checksum behind the key: a slip of the pen is told from another backup's key."""


class BackupKeyInvalid(AppError):
    code = "BACKUP_KEY_INVALID"
    text = Text(
        "복구 키를 잘못 옮겨 적은 것 같아요. 네 글자씩 열네 묶음이 맞는지 확인해 주세요.",
        "This recovery key was not copied right: it has fourteen groups of four characters.",
    )


class BackupKeyMissing(AppError):
    code = "BACKUP_KEY_MISSING"
    text = Text(
        "이 백업을 열려면 복구 키가 필요해요. 첫 백업 때 표시된 키를 DAMSO_BACKUP_KEY에 넣어 주세요.",
        "This backup needs its recovery key. Put the key that the first backup showed into DAMSO_BACKUP_KEY.",
    )


class BackupKey:
    """A recovery key and what is derived from it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @property
    def text(self) -> str:
        """As it is written down: `ABCD-EFGH-…`, without digits that look like letters."""
        plain = base64.b32encode(self._secret + _checksum(self._secret)).decode()
        return "-".join(re.findall("....", plain))

    def derive(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"damso/backup/" + purpose.encode()).derive(
            self._secret
        )


def new_backup_key() -> BackupKey:
    return BackupKey(secrets.token_bytes(BITS // 8))


def parse_backup_key(text: str) -> BackupKey:
    """A key as a person types it: small letters, blanks and 0 for O are forgiven. Raises `BackupKeyInvalid`."""
    plain = re.sub(r"[\s-]", "", text).upper().replace("0", "O").replace("1", "I")
    try:
        content = base64.b32decode(plain)
    except (binascii.Error, ValueError) as error:
        raise BackupKeyInvalid from error
    secret, check = content[: BITS // 8], content[BITS // 8 :]
    if check != _checksum(secret):
        raise BackupKeyInvalid
    return BackupKey(secret)


def read_backup_key(given: str, file: Path) -> BackupKey | None:
    """The key that was given by a person, else the one kept in a file; None where there is neither."""
    if given:
        return parse_backup_key(given)
    try:
        return parse_backup_key(file.read_text())
    except FileNotFoundError:
        return None


def keep_backup_key(key: BackupKey, file: Path) -> None:
    """Write it into a file of our own, where there is none yet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(key.text + "\n")
        opened.flush()
        os.fsync(opened.fileno())


def _checksum(secret: bytes) -> bytes:
    return hashlib.sha256(b"damso/backup/checksum" + secret).digest()[:_CHECK]
