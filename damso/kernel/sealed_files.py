"""Files that are kept encrypted: each under a key of its own, which stands sealed in the database.

So changing the master key touches no file, and without its row a file is noise. A file's reference tells nothing of
whether it is sealed: whoever may read it asks here.
"""

import os
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring, from_base64, to_base64
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.rotation import SealedColumn

SEALED = SealedColumn(table="sealed_file", key="id", column="key")
NONCE = bytes(12)
"""Each key encrypts once."""


class SealedFile(Struct, frozen=True, kw_only=True):
    """A file on disk, not yet noted in the database."""

    id: UUID
    ref: str
    key: str


async def seal_file(blobs: Blobs, keyring: Keyring, data: bytes) -> SealedFile:
    """Store a file encrypted. It can be read once it is noted."""
    key = os.urandom(32)
    ref = await blobs.put(AESGCM(key).encrypt(NONCE, data, None))
    return SealedFile(id=new_id(), ref=ref, key=keyring.encrypt(to_base64(key)))


async def note_sealed(tx: Transaction, *files: SealedFile) -> None:
    await tx.execute(
        """INSERT INTO sealed_file (id, ref, key, created_at)
        SELECT f.id, f.ref, f.key, $4 FROM unnest($1::uuid[], $2::text[], $3::text[]) AS f(id, ref, key)""",
        [file.id for file in files],
        [file.ref for file in files],
        [file.key for file in files],
        tx.now,
    )


async def is_sealed(tx: Transaction, ref: str) -> bool:
    return bool(await tx.value("SELECT true FROM sealed_file WHERE ref = $1", ref))


async def read_file(tx: Transaction, blobs: Blobs, keyring: Keyring, ref: str) -> bytes:
    """The content of a file, opened where it is sealed. Raises `BlobMissing`."""
    key = await tx.value("SELECT key FROM sealed_file WHERE ref = $1", ref)
    data = await blobs.get(ref)
    return AESGCM(from_base64(keyring.decrypt(key))).decrypt(NONCE, data, None) if key else data


async def forget_sealed(tx: Transaction, refs: list[str]) -> None:
    """Without its key a file is noise, also in every copy of it."""
    await tx.execute("DELETE FROM sealed_file WHERE ref = ANY ($1)", refs)
