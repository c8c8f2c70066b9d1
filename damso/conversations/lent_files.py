"""Addresses at which a provider fetches the files of a message itself.

An address is signed, names one file that was sent to a customer, and is good for a day: longer than any provider tries.
Who has it can read that file and nothing else.
"""

from datetime import timedelta
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from damso.conversations.attachments import download
from damso.conversations.entries import SHOWN_PICTURES
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.downloads import download_response
from damso.kernel.errors import NotFound

LENT = timedelta(days=1)
PUBLIC = {"exclude_from_auth": True, "exclude_from_csrf": True}
_PURPOSE = "lent file"


class LentFiles(Struct, frozen=True):
    """Makes addresses under `base_url`."""

    keyring: Keyring
    base_url: str

    def lend(self, tx: Transaction, attachment_id: UUID) -> str:
        token = self.keyring.sign(_PURPOSE, {"file": str(attachment_id)}, tx.now + LENT)
        return f"{self.base_url}/lent/{token}"


class LentFileController(Controller):
    path = "/lent/{token:str}"
    tags = ("Hooks",)
    opt = PUBLIC

    @get()
    async def get_lent_file(
        self,
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        keyring: NamedDependency[Keyring],
        token: FromPath[str],
    ) -> Response[bytes]:
        """A file for the provider that delivers it. The address is the proof; it ends after a day."""
        claims = keyring.verify(_PURPOSE, token, database.clock.now())
        if claims is None:
            raise NotFound
        async with database.reading() as tx:
            found = await download(tx, UUID(claims["file"]))
        shown = found.content_type in SHOWN_PICTURES
        return download_response(await blobs.get(found.blob_ref), found.name, found.content_type, shown=shown)
