"""Services: making, changing and removing them, and what came of asking them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from asyncpg import UniqueViolationError
from msgspec import UNSET, Meta, Struct, UnsetType, field

from damso.enrichment.call import fits_template
from damso.enrichment.json_path import parts_of
from damso.enrichment.plugs import PLUGS
from damso.enrichment.types import (
    LANE,
    MOST_TRAITS,
    VARIABLES,
    About,
    Consent,
    HeaderInvalid,
    MappingInvalid,
    Service,
    ServiceNameTaken,
    ServiceUrlInvalid,
)
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.lanes import enqueue
from damso.kernel.log import Actor
from damso.kernel.rotation import SealedColumn
from damso.team import audit

SEALED = SealedColumn(table="enrichment_service", key="id", column="headers")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_RESERVED = frozenset({"host", "content-length", "transfer-encoding", "connection", "cookie"})
_COLUMNS = """id, name, url, about, headers, header_names, mapping, purposes, ttl_days, per_minute, enabled, created_at,
changed_at"""

Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
Url = Annotated[str, Meta(min_length=10, max_length=2000)]
Paths = Annotated[dict[str, str], Meta(min_length=1, max_length=MOST_TRAITS)]
Purposes = Annotated[list[Consent], Meta(min_length=1, max_length=3)]
Days = Annotated[int, Meta(ge=1, le=730)]
Pace = Annotated[int, Meta(ge=1, le=6000)]
Headers = Annotated[dict[str, str], Meta(max_length=20)]


class NewEnrichmentService(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service to be made; it is asked about nobody until it is switched on. `mapping`: of each trait where it stands
    in the answer."""

    name: Name
    url: Url
    about: About = "email"
    headers: Headers = {}
    mapping: Paths
    purposes: Purposes = field(default_factory=lambda: ["profiling", "third_party"])
    ttl_days: Days = 90
    per_minute: Pace = 60


class EnrichmentServicePatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change. `headers` are replaced as a whole."""

    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    headers: Headers | UnsetType = UNSET
    mapping: Paths | UnsetType = UNSET
    purposes: Purposes | UnsetType = UNSET
    ttl_days: Days | UnsetType = UNSET
    per_minute: Pace | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class EnrichmentFailure(Struct, frozen=True, kw_only=True):
    """Why asking failed, of how many addresses, when last."""

    reason: str
    count: int
    last_at: datetime


class ListedEnrichmentService(Struct, frozen=True, kw_only=True):
    """A service with what came of asking it. Of its headers only the names are told."""

    id: UUID
    name: str
    url: str
    about: About
    header_names: list[str]
    mapping: dict[str, str]
    purposes: list[Consent]
    ttl_days: int
    per_minute: int
    enabled: bool
    created_at: datetime
    changed_at: datetime
    done: int
    nothing: int
    refused: int
    failed: int
    waiting: int
    failures: list[EnrichmentFailure]


async def create_service(tx: Transaction, keyring: Keyring, wanted: NewEnrichmentService, actor: Actor) -> UUID:
    """The id. Raises `ServiceUrlInvalid`, `MappingInvalid`, `HeaderInvalid`, `ServiceNameTaken`."""
    _require_own_name(wanted.name)
    require_url(wanted.url, wanted.about)
    _require_paths(wanted.mapping)
    service_id = new_id()
    try:
        async with tx.savepoint():
            await tx.execute(
                """INSERT INTO enrichment_service (id, name, url, about, headers, header_names, mapping, purposes,
                    ttl_days, per_minute, created_by, created_at, changed_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)""",
                service_id,
                " ".join(wanted.name.split()),
                wanted.url,
                wanted.about,
                _sealed(keyring, wanted.headers),
                sorted(wanted.headers),
                wanted.mapping,
                sorted(set(wanted.purposes)),
                wanted.ttl_days,
                wanted.per_minute,
                actor.id,
                tx.now,
            )
    except UniqueViolationError as error:
        raise ServiceNameTaken(field="name") from error
    await audit.record(tx, actor, "enrichment.created", service_id, name=wanted.name, url=wanted.url)
    return service_id


async def change_service(
    tx: Transaction, keyring: Keyring, service_id: UUID, patch: EnrichmentServicePatch, actor: Actor
) -> None:
    """Raises what `create_service` raises, and `NotFound`."""
    service = await service_by_id(tx, service_id)
    changes: dict[str, Any] = {
        name: value for name in EnrichmentServicePatch.__struct_fields__ if (value := getattr(patch, name)) is not UNSET
    }
    if not changes:
        return
    _require_own_name(changes.get("name", ""))
    require_url(changes.get("url", service.url), service.about)
    _require_paths(changes.get("mapping", service.mapping))
    stored = dict(changes)
    if "name" in changes:
        stored["name"] = " ".join(changes["name"].split())
    if "headers" in changes:
        stored["headers"] = _sealed(keyring, changes["headers"])
        stored["header_names"] = sorted(changes["headers"])
    sets = ", ".join(f"{column} = ${place}" for place, column in enumerate(stored, start=3))
    try:
        async with tx.savepoint():
            await tx.execute(
                f"UPDATE enrichment_service SET changed_at = $2, {sets} WHERE id = $1",
                service_id,
                tx.now,
                *stored.values(),
            )
    except UniqueViolationError as error:
        raise ServiceNameTaken(field="name") from error
    told = {name: value for name, value in changes.items() if name not in ("headers", "name")}
    named = {"headers": stored["header_names"]} if "headers" in changes else {}
    await audit.record(tx, actor, "enrichment.changed", service_id, service=service.name, **told, **named)


async def remove_service(tx: Transaction, service_id: UUID, actor: Actor) -> None:
    """Its answers go with it; traits that came of them stay with the customers. Raises `NotFound`."""
    name = await tx.value("DELETE FROM enrichment_service WHERE id = $1 RETURNING name", service_id)
    if name is None:
        raise NotFound
    await audit.record(tx, actor, "enrichment.removed", service_id, name=name)


async def service_by_id(tx: Transaction, service_id: UUID) -> Service:
    """Raises `NotFound`."""
    found = await tx.maybe(
        Service,
        """SELECT id, name, url, about, headers, mapping, purposes, ttl_days, per_minute, enabled, changed_at
        FROM enrichment_service WHERE id = $1""",
        service_id,
    )
    if found is None:
        raise NotFound
    return found


class ServiceNeeds(Struct, frozen=True, kw_only=True):
    """The consents that asking a service needs."""

    id: UUID
    name: str
    purposes: list[Consent]


async def needs_of_services(tx: Transaction) -> list[ServiceNeeds]:
    """Of all, also of those that are off: what they told is still there."""
    return await tx.all(ServiceNeeds, "SELECT id, name, purposes FROM enrichment_service ORDER BY id")


def headers_of(keyring: Keyring, service: Service) -> dict[str, str]:
    """Raises `SecretUnreadable`."""
    if not service.headers:
        return {}
    return msgspec.json.decode(keyring.decrypt(service.headers), type=dict[str, str])


_LISTED = f"""
SELECT {_COLUMNS}, (
        SELECT count(*) FROM lane_item l WHERE l.lane = '{LANE}' AND l.payload ->> 'service_id' = s.id::text
    ) AS waiting, a.*, coalesce(f.failures, '[]') AS failures
FROM enrichment_service s CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'nothing') AS nothing,
        count(*) FILTER (WHERE state = 'refused') AS refused, count(*) FILTER (WHERE state = 'failed') AS failed
    FROM enrichment_answer WHERE service_id = s.id
) a LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('reason', reason, 'count', n, 'last_at', last_at) ORDER BY n DESC) AS failures
    FROM (SELECT reason, count(*) AS n, max(at) AS last_at FROM enrichment_answer
        WHERE service_id = s.id AND state = 'failed' GROUP BY reason) AS grouped
) f ON true
"""


async def list_services(tx: Transaction) -> list[ListedEnrichmentService]:
    """By name."""
    rows = await tx.rows(f"{_LISTED} ORDER BY lower(name)")
    return [_listed(dict(row)) for row in rows]


async def listed_service(tx: Transaction, service_id: UUID) -> ListedEnrichmentService:
    """Raises `NotFound`."""
    row = await tx.row(f"{_LISTED} WHERE s.id = $1", service_id)
    if row is None:
        raise NotFound
    return _listed(dict(row))


def _listed(row: dict[str, Any]) -> ListedEnrichmentService:
    row.pop("headers")
    return msgspec.convert(row, ListedEnrichmentService)


async def try_again(tx: Transaction, service_id: UUID, actor: Actor) -> int:
    """Ask once more about every address of which asking failed; how many. Raises `NotFound`."""
    await service_by_id(tx, service_id)
    failed = await tx.values(
        "DELETE FROM enrichment_answer WHERE service_id = $1 AND state = 'failed' RETURNING identity_id", service_id
    )
    await put_in_lane(tx, [(service_id, identity_id) for identity_id in failed])
    await audit.record(tx, actor, "enrichment.retried", service_id, count=len(failed))
    return len(failed)


async def put_in_lane(tx: Transaction, pairs: Sequence[tuple[UUID, int]]) -> None:
    """Let services be asked about identities; asking twice about one is once."""
    if pairs:
        payloads = [(None, {"service_id": str(one), "identity_id": identity_id}) for one, identity_id in pairs]
        await enqueue(tx, LANE, payloads)


def _require_own_name(name: str) -> None:
    """That traits of a service cannot be taken for those of one of our own plugs. Raises `ServiceNameTaken`."""
    if " ".join(name.split()).lower() in {plug.name for plug in PLUGS}:
        raise ServiceNameTaken(field="name")


def require_url(url: str, about: About) -> None:
    """Raises `ServiceUrlInvalid`."""
    if not fits_template(url, about):
        variables = ", ".join(f"{{{name}}}" for name in VARIABLES[about])
        raise ServiceUrlInvalid(field="url", variables=variables)


def _require_paths(mapping: Mapping[str, str]) -> None:
    for key, path in mapping.items():
        if not key.strip() or len(key) > 100 or not key.isprintable() or not parts_of(path):
            raise MappingInvalid(field=f"mapping.{key[:100]}", path=path[:200])


def _sealed(keyring: Keyring, headers: Mapping[str, str]) -> str | None:
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in _RESERVED or not value.isascii() or not value.isprintable():
            raise HeaderInvalid(field=f"headers.{name[:60]}", name=name[:60])
    return keyring.encrypt(msgspec.json.encode(headers).decode()) if headers else None
