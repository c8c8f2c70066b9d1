"""Routes of erasing customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from damso.customers.erasing.certificate import Certificate, certificate_of, is_genuine
from damso.customers.erasing.page import certificate_page
from damso.customers.erasing.request import ErasurePreview, Reason, preview, request_erasure
from damso.customers.types import CaseSource
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.erasure import Eraser
from damso.kernel.erasure_list import ErasureList
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import Locale
from damso.team.access import Caller, needs


class ErasureOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a customer is to be erased."""

    reason: Reason


class ErasureView(Struct, frozen=True, kw_only=True):
    """An erasure: asked for, and done where it is completed. Nobody's name or address."""

    id: UUID
    customer_id: UUID
    reason: str
    asked_by: str
    asked_at: datetime
    completed_at: datetime | None
    stores: dict[str, int]


class CheckedCertificate(Struct, frozen=True, kw_only=True):
    """A certificate, and whether it is as this installation wrote it."""

    certificate: Certificate
    genuine: bool


Erasers = NamedDependency[SkipValidation[Sequence[Eraser]]]
Cases = NamedDependency[SkipValidation[CaseSource]]

_VIEW = """
SELECT e.id, e.customer_id, e.reason, coalesce(a.name, '') AS asked_by, e.asked_at, e.completed_at, e.stores
FROM erasure e LEFT JOIN agent a ON e.asked_by_kind = 'agent' AND a.id::text = e.asked_by_id
"""


def _check_whole_view(caller: Caller) -> None:
    """An erasure reaches into every inbox, brand and team: who sees only some of them cannot decide it. Raises
    `Forbidden`."""
    if caller.limits.narrows_rows:
        raise Forbidden


class CustomerErasureController(Controller):
    """Erasing one customer."""

    path = "/api/customers/{customer_id:uuid}/erasure"
    tags = ("customers",)
    guards = (needs("customers.erase"),)

    @get()
    async def preview_erasure(
        self,
        customer_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
        erasers: Erasers,
    ) -> ErasurePreview:
        """What would go, by store, and what the law keeps until when. Changes nothing."""
        async with database.reading() as tx:
            await cases.check(tx, customer_id)
            _check_whole_view(caller)
            return await preview(tx, erasers, customer_id)

    @post()
    async def erase_customer(
        self,
        customer_id: FromPath[UUID],
        data: JSONBody[ErasureOrder],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        erasure_list: NamedDependency[ErasureList],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> ErasureView:
        """Erase a customer from every store. Cannot be undone, also not by restoring a backup."""
        async with database.transaction() as tx:
            await cases.check(tx, customer_id)
            _check_whole_view(caller)
            erasure_id = await request_erasure(tx, keyring, erasure_list, customer_id, data.reason, caller.actor)
            return await _view(tx, erasure_id)


class ErasureController(Controller):
    """Erasures that were asked for, and their certificates."""

    path = "/api/erasures"
    tags = ("customers",)
    guards = (needs("customers.erase"),)

    @get()
    async def list_erasures(self, database: NamedDependency[Database]) -> list[ErasureView]:
        """The newest 200."""
        async with database.reading() as tx:
            return await tx.all(ErasureView, _VIEW + " ORDER BY e.asked_at DESC, e.id DESC LIMIT 200")

    @get("/{erasure_id:uuid}")
    async def get_erasure(self, erasure_id: FromPath[UUID], database: NamedDependency[Database]) -> ErasureView:
        """How far it is."""
        async with database.reading() as tx:
            return await _view(tx, erasure_id)

    @get("/{erasure_id:uuid}/certificate")
    async def get_certificate(
        self, erasure_id: FromPath[UUID], database: NamedDependency[Database], keyring: NamedDependency[Keyring]
    ) -> CheckedCertificate:
        """The certificate, once the erasure is completed."""
        async with database.reading() as tx:
            found = await certificate_of(tx, erasure_id)
        return CheckedCertificate(certificate=found, genuine=is_genuine(keyring, found))

    @get("/{erasure_id:uuid}/certificate/page")
    async def print_certificate(
        self,
        erasure_id: FromPath[UUID],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        locale: NamedDependency[Locale],
    ) -> Response[str]:
        """The certificate as a page to print."""
        async with database.reading() as tx:
            found = await certificate_of(tx, erasure_id)
            company = await tx.value("SELECT company FROM installation")
            by = (await _view(tx, erasure_id)).asked_by
        page = certificate_page(found, is_genuine(keyring, found), company=company or "", by=by, locale=locale)
        headers: dict[str, Any] = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return Response(page, media_type="text/html", headers=headers)


async def _view(tx: Transaction, erasure_id: UUID) -> ErasureView:
    return await tx.one(ErasureView, _VIEW + " WHERE e.id = $1", erasure_id)


CONTROLLERS: Sequence[ControllerRouterHandler] = (CustomerErasureController, ErasureController)
