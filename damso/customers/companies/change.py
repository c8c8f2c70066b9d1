"""Making a company, and changing what is known of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import normalize
from uuid import UUID

from damso.customers.companies.domains import claim_domain, release_domain
from damso.customers.companies.errors import CompanyNameInvalid, NoteInvalid
from damso.customers.traits import require_fit
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event

MAX_NAME = 200
MAX_NOTE = 10_000


async def create_company(
    tx: Transaction, *, name: str, actor: Actor, domains: Sequence[str] = (), note: str = ""
) -> UUID:
    """The id. Whoever has an address at one of the domains belongs to it at once. Raises `CompanyNameInvalid`,
    `NoteInvalid`, `DomainInvalid`, `DomainFree`, `DomainTaken`."""
    company_id = new_id()
    await tx.execute(
        "INSERT INTO company (id, name, note, created_by, created_at) VALUES ($1, $2, $3, $4, $5)",
        company_id,
        _fit_name(name),
        _fit_note(note),
        actor.id,
        tx.now,
    )
    for domain in domains:
        await claim_domain(tx, company_id, domain)
    await _tell(tx, "company.created", company_id, actor)
    return company_id


async def change_company(
    tx: Transaction,
    company_id: UUID,
    *,
    actor: Actor,
    name: str | None = None,
    note: str | None = None,
    traits: Mapping[str, Any] | None = None,
) -> None:
    """What is None stays; a trait with the value None is taken away. Raises `NotFound` and what `create_company` and
    `set_traits` raise."""
    for key, value in (traits or {}).items():
        require_fit(key, value)
    said = {"source": actor.kind, "at": tx.now}
    changed = await tx.execute(
        """UPDATE company SET name = coalesce($2, name), note = coalesce($3, note),
            traits = jsonb_strip_nulls(traits || $4::jsonb),
            trait_sources = jsonb_strip_nulls(trait_sources || $5::jsonb) WHERE id = $1""",
        company_id,
        None if name is None else _fit_name(name),
        None if note is None else _fit_note(note),
        dict(traits or {}),
        {key: None if value is None else said for key, value in (traits or {}).items()},
    )
    if not changed:
        raise NotFound
    await _tell(tx, "company.changed", company_id, actor)


async def add_domain(tx: Transaction, company_id: UUID, domain: str, *, actor: Actor) -> None:
    """Raises `DomainInvalid`, `DomainFree`, `DomainTaken`."""
    await claim_domain(tx, company_id, domain)
    await _tell(tx, "company.changed", company_id, actor)


async def remove_domain(tx: Transaction, company_id: UUID, domain: str, *, actor: Actor) -> None:
    """Who belonged to the company by this domain alone belongs to it no more. Raises `NotFound`."""
    if not await release_domain(tx, company_id, domain):
        raise NotFound
    await _tell(tx, "company.changed", company_id, actor)


async def remove_company(tx: Transaction, company_id: UUID, *, actor: Actor) -> None:
    """Its people and their cases stay. Raises `NotFound`."""
    if not await tx.execute("DELETE FROM company WHERE id = $1", company_id):
        raise NotFound
    await _tell(tx, "company.removed", company_id, actor)


async def _tell(tx: Transaction, name: str, company_id: UUID, actor: Actor) -> None:
    await log.append(tx, Event(name=name, subject_kind="company", subject_id=str(company_id), actor=actor))


def _fit_name(typed: str) -> str:
    name = " ".join(normalize("NFC", typed).split())
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise CompanyNameInvalid(field="name", limit=MAX_NAME)
    return name


def _fit_note(typed: str) -> str:
    note = normalize("NFC", typed).strip()
    if len(note) > MAX_NOTE or "\x00" in note:
        raise NoteInvalid(field="note", limit=MAX_NOTE)
    return note
