"""Routes of access requests: what is held on a customer, told to that customer."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.customers.erasing.api import Cases
from damso.customers.subject_access.register import (
    AccessOrder,
    AccessRequestView,
    Answer,
    OfferedIdentity,
    answered,
    have_prepared,
    offered,
    register,
    request_view,
    requests,
)
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.downloads import download_response
from damso.kernel.errors import AppError, Forbidden
from damso.kernel.i18n import Text
from damso.kernel.sealed_files import read_file
from damso.team.access import Caller, needs
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness


class AnswerGone(AppError):
    """It is not prepared yet, or a week has passed."""

    code = "ACCESS_ANSWER_GONE"
    status = 410
    text = Text(
        "파일을 아직 준비하고 있거나, 7일이 지나 파기했어요. 필요하면 다시 요청해 주세요.",
        "The file is not ready yet, or was destroyed after seven days. Prepare another one if you need it.",
    )


class AnswerNote(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a request."""

    answer: Answer


def _unlimited(caller: Caller) -> None:
    """An answer holds what every inbox, brand and team knows. Raises `Forbidden`."""
    if caller.limits.narrows_rows:
        raise Forbidden


class CustomerAccessController(Controller):
    """Requests of one customer."""

    path = "/api/customers/{customer_id:uuid}/access-requests"
    tags = ("customers",)
    guards = (needs("customers.erase"),)

    @get("/identities")
    async def offer_identities(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        witness: NamedDependency[Witness],
    ) -> list[OfferedIdentity]:
        """Which identities an answer may be about, by who is proven to be one person."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            _unlimited(caller)
            found = await offered(tx, customer_id)
        await witness.viewed(customer_id)
        return found

    @get()
    async def list_customer_requests(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> list[AccessRequestView]:
        """What this customer asked before."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            _unlimited(caller)
            return await requests(tx, customer_id)

    @post()
    async def register_access_request(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[AccessOrder],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> AccessRequestView:
        """Enter a request into the register and have its answer prepared."""
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            _unlimited(caller)
            request_id = await register(tx, customer_id, data, caller.actor, caller.id)
            await have_prepared(tx, request_id)
            return await request_view(tx, request_id)


class AccessRequestController(Controller):
    """The register."""

    path = "/api/access-requests"
    tags = ("customers",)
    guards = (needs("customers.erase"),)

    @get()
    async def list_access_requests(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> list[AccessRequestView]:
        """The newest 200; first what waits for an answer."""
        _unlimited(caller)
        async with database.reading() as tx:
            return await requests(tx)

    @post("/{request_id:uuid}/answer", status_code=200)
    async def note_answer(
        self,
        request_id: FromPath[UUID],
        data: JSONBody[AnswerNote],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> AccessRequestView:
        """Note that the customer has their answer, or why not."""
        _unlimited(caller)
        async with database.transaction() as tx:
            await answered(tx, request_id, data.answer, caller.actor, caller.id)
            return await request_view(tx, request_id)

    @get("/{request_id:uuid}/file")
    async def download_answer(
        self,
        request_id: FromPath[UUID],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
    ) -> Response[bytes]:
        """The answer as a ZIP, for seven days, to whoever asked for it, for a reason."""
        _unlimited(caller)
        async with database.reading() as tx:
            found = await request_view(tx, request_id)
            if found.asker_id != caller.id:
                raise Forbidden
            ref = await tx.value(
                "SELECT file_ref FROM access_request WHERE id = $1 AND expires_at > $2", request_id, tx.now
            )
            if ref is None:
                raise AnswerGone
            data = await read_file(tx, blobs, keyring, ref)
        await witness.downloaded(reason, [found.customer_id])
        return download_response(data, f"damso-{found.asked_at:%Y%m%d}-{request_id}.zip", "application/zip")


CONTROLLERS: Sequence[ControllerRouterHandler] = (CustomerAccessController, AccessRequestController)
