"""Raw mail and webhook calls, for whoever may see them."""

from uuid import UUID

from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import Forbidden
from damso.kernel.sealed_files import is_sealed, read_file
from damso.team import audit
from damso.team.access import Caller
from damso.team.records.reasons import Reason


async def open_raw(
    tx: Transaction, blobs: Blobs, keyring: Keyring, caller: Caller, ref: str, subject: UUID, reason: Reason
) -> bytes:
    """A raw form. One that is sealed holds numbers that were masked: it takes `secrets.reveal` and a reason, which the
    audit log keeps. Raises `Forbidden`, `BlobMissing`."""
    if await is_sealed(tx, ref):
        if not caller.may("secrets.reveal"):
            raise Forbidden
        await audit.record(tx, caller.actor, "raw.opened", subject, reason=reason.kind, note=reason.note)
    return await read_file(tx, blobs, keyring, ref)
