"""Routes of enrichment: which plugs are on, which services are asked, and what came of it. Nobody is named."""

from typing import Any
from uuid import UUID

import httpx
from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from msgspec import Struct

from damso.customers.addresses import canonical
from damso.enrichment import services
from damso.enrichment.call import Answer, ask, request_for
from damso.enrichment.plugs import PLUGS
from damso.enrichment.services import EnrichmentServicePatch, ListedEnrichmentService, NewEnrichmentService
from damso.enrichment.types import AddressInvalid, ConsentMissing, Service
from damso.enrichment.work import consents
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Locale
from damso.team import audit
from damso.team.access import Caller, needs


class PlugRow(Struct, frozen=True, kw_only=True):
    """A plug of our own, which sends nothing anywhere, and the traits it gives."""

    name: str
    title: str
    traits: list[str]
    enabled: bool


class Enrichment(Struct, frozen=True, kw_only=True):
    """All plugs and services."""

    plugs: list[PlugRow]
    services: list[ListedEnrichmentService]


class PlugSwitch(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a plug is on."""

    enabled: bool


class TryAddress(Struct, frozen=True, forbid_unknown_fields=True):
    """An address to try a service with."""

    value: str


class TriedService(Struct, frozen=True, kw_only=True):
    """What a service said: `done`, `nothing`, `failed` or `again` (a fault that may pass). Nothing of it is kept."""

    state: str
    reason: str
    traits: dict[str, Any]


class RetriedAddresses(Struct, frozen=True):
    """How many addresses are asked about again."""

    count: int


class EnrichmentController(Controller):
    """What more can be told of customers."""

    path = "/api/enrichment"
    tags = ("enrichment",)
    guards = (needs("settings.manage"),)

    @get()
    async def get_enrichment(self, database: NamedDependency[Database], locale: NamedDependency[Locale]) -> Enrichment:
        """Plugs and services, with how often asking came to what."""
        async with database.reading() as tx:
            return await _enrichment(tx, locale)

    @put("/plugs/{name:str}")
    async def switch_plug(
        self,
        name: FromPath[str],
        data: JSONBody[PlugSwitch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> Enrichment:
        """Switch one of our own plugs on or off. What it told before stays."""
        if name not in {one.name for one in PLUGS}:
            raise NotFound
        async with database.transaction() as tx:
            if data.enabled:
                await tx.execute("DELETE FROM enrichment_off WHERE name = $1", name)
            else:
                await tx.execute("INSERT INTO enrichment_off VALUES ($1, $2) ON CONFLICT DO NOTHING", name, tx.now)
            await audit.record(tx, caller.actor, "enrichment.switched", name, enabled=data.enabled)
            return await _enrichment(tx, locale)

    @post("/services")
    async def create_service(
        self,
        data: JSONBody[NewEnrichmentService],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
    ) -> ListedEnrichmentService:
        """Make a service. It is asked about nobody until it is switched on."""
        async with database.transaction() as tx:
            service_id = await services.create_service(tx, keyring, data, caller.actor)
            return await services.listed_service(tx, service_id)

    @patch("/services/{service_id:uuid}")
    async def change_service(
        self,
        service_id: FromPath[UUID],
        data: JSONBody[EnrichmentServicePatch],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        caller: NamedDependency[Caller],
    ) -> ListedEnrichmentService:
        """Change a service, or switch it on or off."""
        async with database.transaction() as tx:
            await services.change_service(tx, keyring, service_id, data, caller.actor)
            return await services.listed_service(tx, service_id)

    @delete("/services/{service_id:uuid}")
    async def delete_service(
        self, service_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Remove a service and its answers; traits that came of them stay."""
        async with database.transaction() as tx:
            await services.remove_service(tx, service_id, caller.actor)

    @post("/services/{service_id:uuid}/retry")
    async def retry_service(
        self, service_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> RetriedAddresses:
        """Ask once more about every address of which asking failed."""
        async with database.transaction() as tx:
            return RetriedAddresses(await services.try_again(tx, service_id, caller.actor))

    @post("/services/{service_id:uuid}/test")
    async def test_service(
        self,
        service_id: FromPath[UUID],
        data: JSONBody[TryAddress],
        database: NamedDependency[Database],
        keyring: NamedDependency[Keyring],
        http: NamedDependency[SkipValidation[httpx.AsyncClient]],
        caller: NamedDependency[Caller],
    ) -> TriedService:
        """Ask about an address of your own. One of a customer is sent only with that customer's consent."""
        async with database.transaction() as tx:
            service = await services.service_by_id(tx, service_id)
            value = _canonical(service, data.value)
            await _require_consent(tx, service, value)
            await audit.record(tx, caller.actor, "enrichment.tested", service_id, name=service.name)
        url = request_for(service, value)
        answer = Answer(state="nothing", reason="FREE_MAIL")
        if url is not None:
            answer = await ask(http, service, url, services.headers_of(keyring, service))
        return TriedService(state=answer.state, reason=answer.reason, traits=dict(answer.traits))


async def _enrichment(tx: Transaction, locale: Locale) -> Enrichment:
    off = set(await tx.values("SELECT name FROM enrichment_off"))
    plugs = [
        PlugRow(name=one.name, title=one.title.say(locale), traits=list(one.traits), enabled=one.name not in off)
        for one in PLUGS
    ]
    return Enrichment(plugs=plugs, services=await services.list_services(tx))


def _canonical(service: Service, typed: str) -> str:
    if service.about == "user":
        if not typed.strip() or len(typed) > 200:
            raise AddressInvalid(field="value")
        return typed.strip()
    try:
        return canonical(service.about, typed)
    except AppError as error:
        raise AddressInvalid(field="value") from error


async def _require_consent(tx: Transaction, service: Service, value: str) -> None:
    """Raises `ConsentMissing`."""
    customers = await tx.values(
        "SELECT DISTINCT customer_id FROM identity WHERE kind = $1 AND value = $2", service.about, value
    )
    for customer_id in customers:
        if not await consents(tx, customer_id, service.purposes):
            raise ConsentMissing(field="value")
