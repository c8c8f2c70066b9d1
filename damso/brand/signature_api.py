"""Routes of agents' signatures."""

from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from damso.brand.signatures import Signature, SignatureDraft, sign, signatures_of
from damso.kernel.database import Database
from damso.kernel.errors import NotFound
from damso.kernel.i18n import as_locale
from damso.team.access import Caller, needs


class SignatureController(Controller):
    """What stands under one's answers."""

    path = "/api/me/signatures"
    tags = ("me",)
    guards = (needs("conversations.write"),)

    @get()
    async def list_my_signatures(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> list[Signature]:
        """One's signatures, of every brand in reach and in both languages."""
        async with database.reading() as tx:
            return await signatures_of(tx, caller)

    @put("/{brand_id:uuid}/{language:str}")
    async def put_my_signature(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        brand_id: FromPath[UUID],
        language: FromPath[str],
        data: JSONBody[SignatureDraft],
    ) -> list[Signature]:
        """Change one of them."""
        locale = as_locale(language)
        if locale is None:
            raise NotFound
        async with database.transaction() as tx:
            await sign(tx, caller, brand_id, locale, data)
            return await signatures_of(tx, caller)
