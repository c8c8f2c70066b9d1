"""All customers, one after the other, for `damso export customers`."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct

from damso.customers.types import Proof
from damso.kernel.database import Transaction

CHUNK = 500


class ExportedIdentity(Struct, frozen=True, kw_only=True):
    customer_id: UUID
    id: int
    kind: str
    scope: str
    value: str
    name: str
    proof: Proof
    source: str
    first_seen_at: datetime
    last_seen_at: datetime


class ExportedClaim(Struct, frozen=True, kw_only=True):
    customer_id: UUID
    identity_id: int
    kind: str
    value: str
    source: str
    at: datetime


class ExportedTrait(Struct, frozen=True, kw_only=True):
    """A change of a trait; `value` null took it away."""

    customer_id: UUID
    identity_id: int
    key: str
    value: Any
    source: str
    at: datetime


class ExportedConsent(Struct, frozen=True, kw_only=True):
    """An entry of the ledger, with the words it was asked with."""

    customer_id: UUID
    identity_id: int
    purpose: str
    channel: str
    given: bool
    method: str
    at: datetime
    recorded_at: datetime
    text: str | None
    proof: dict[str, Any]
    ip: str | None


class ExportedCustomer(Struct, frozen=True, kw_only=True):
    """One line of the export. Those `merged_into` another come too, so that ids found elsewhere can be followed."""

    id: UUID
    name: str
    name_source: str
    locale: str | None
    timezone: str | None
    merged_into: UUID | None
    created_at: datetime
    last_seen_at: datetime
    identities: list[ExportedIdentity]
    claims: list[ExportedClaim]
    traits: list[ExportedTrait]
    consents: list[ExportedConsent]


_SELECT = """
SELECT id, name, name_source, coalesce(locale, lent_locale) AS locale,
    coalesce(timezone, lent_timezone) AS timezone, merged_into, created_at, last_seen_at FROM customer
"""
_CUSTOMERS = _SELECT + "WHERE id > $1 ORDER BY id LIMIT $2"
_IDENTITIES = """
SELECT customer_id, id, kind, scope, value, name, proof, source, first_seen_at, last_seen_at FROM identity
WHERE customer_id = ANY ($1) ORDER BY id
"""
_CLAIMS = """
SELECT i.customer_id, c.identity_id, c.kind, c.value, c.source, c.at FROM identity i
JOIN claim c ON c.identity_id = i.id WHERE i.customer_id = ANY ($1) ORDER BY c.id
"""
_TRAITS = """
SELECT i.customer_id, t.identity_id, t.key, t.value, t.source, t.at FROM identity i
JOIN trait_change t ON t.identity_id = i.id WHERE i.customer_id = ANY ($1) ORDER BY t.id
"""
_CONSENTS = """
SELECT i.customer_id, c.identity_id, c.purpose, c.channel, c.given, c.method, c.at, c.recorded_at, t.body AS text,
    c.proof, c.ip
FROM identity i JOIN consent c ON c.identity_id = i.id LEFT JOIN consent_text t ON t.id = c.text_id
WHERE i.customer_id = ANY ($1) ORDER BY c.id
"""


async def export_customers(tx: Transaction, *, chunk: int = CHUNK) -> AsyncIterator[ExportedCustomer]:
    """Every customer in the order of their ids, a chunk at a time, so that memory does not grow with their number."""
    last = UUID(int=0)
    while rows := await tx.rows(_CUSTOMERS, last, chunk):
        for customer in await _with_facts(tx, rows):
            yield customer
        last = rows[-1]["id"]


async def customers_by_id(tx: Transaction, ids: Sequence[UUID]) -> list[ExportedCustomer]:
    """These customers with what is known of them, in the order of their ids."""
    return await _with_facts(tx, await tx.rows(_SELECT + "WHERE id = ANY ($1) ORDER BY id", list(ids)))


async def _with_facts(tx: Transaction, rows: Sequence[Any]) -> list[ExportedCustomer]:
    ids = [row["id"] for row in rows]
    identities = _by_customer(await tx.all(ExportedIdentity, _IDENTITIES, ids))
    claims = _by_customer(await tx.all(ExportedClaim, _CLAIMS, ids))
    traits = _by_customer(await tx.all(ExportedTrait, _TRAITS, ids))
    consents = _by_customer(await tx.all(ExportedConsent, _CONSENTS, ids))
    return [
        ExportedCustomer(
            **row,
            identities=identities[row["id"]],
            claims=claims[row["id"]],
            traits=traits[row["id"]],
            consents=consents[row["id"]],
        )
        for row in rows
    ]


OfCustomer = TypeVar("OfCustomer", ExportedIdentity, ExportedClaim, ExportedTrait, ExportedConsent)


def _by_customer(rows: Sequence[OfCustomer]) -> defaultdict[UUID, list[OfCustomer]]:
    grouped: defaultdict[UUID, list[OfCustomer]] = defaultdict(list)
    for row in rows:
        grouped[row.customer_id].append(row)
    return grouped
