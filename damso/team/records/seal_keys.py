"""Keys of the chains. They are random and kept encrypted, so that a new master key changes no seal: it encrypts them
anew, as it does with every stored secret. Seals name the key they were made with."""

from collections.abc import Mapping

from damso.kernel.crypto import Keyring, SecretUnreadable, new_secret
from damso.kernel.database import Transaction
from damso.kernel.rotation import SealedColumn

SEALED = SealedColumn(table="seal_key", key="id", column="secret")

_MARK = "damso seal key: "
"""Stands before the key inside what is encrypted. Without it any other secret that somebody knows and that lies in the
database, encrypted under the same master key, could be put in a key's place."""


async def newest_key(tx: Transaction, keyring: Keyring) -> tuple[int, bytes]:
    """The id and the key that seals are made with; the first is made here. Raises `SecretUnreadable`."""
    row = await tx.row("SELECT id, secret FROM seal_key ORDER BY id DESC LIMIT 1")
    return (row["id"], _key(keyring, row["secret"])) if row else await begin_key(tx, keyring)


async def begin_key(tx: Transaction, keyring: Keyring) -> tuple[int, bytes]:
    """Seal with a new key from now on, as after the old master key was stolen."""
    secret = keyring.encrypt(_MARK + new_secret())
    number: int = await tx.value(
        "INSERT INTO seal_key (secret, created_at) VALUES ($1, $2) RETURNING id", secret, tx.now
    )
    return number, _key(keyring, secret)


async def all_keys(tx: Transaction, keyring: Keyring) -> Mapping[int, bytes]:
    """Every key that can be read. One that cannot is left out, and its seals count as not ours."""
    keys: dict[int, bytes] = {}
    for row in await tx.rows("SELECT id, secret FROM seal_key"):
        try:
            keys[row["id"]] = _key(keyring, row["secret"])
        except SecretUnreadable:
            continue
    return keys


def _key(keyring: Keyring, secret: str) -> bytes:
    text = keyring.decrypt(secret)
    if not text.startswith(_MARK):
        raise SecretUnreadable
    return text.removeprefix(_MARK).encode()
