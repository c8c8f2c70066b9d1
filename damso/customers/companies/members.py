"""Who belongs to a company: a fact of an identity, so that joining customers and taking them apart keeps it right."""

from uuid import UUID

from damso.customers.card import internal_identity
from damso.customers.companies.errors import RoleInvalid
from damso.customers.lock import lock_customer
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event

MAX_ROLE = 100


async def add_person(tx: Transaction, company_id: UUID, customer_id: UUID, role: str, *, actor: Actor) -> None:
    """Let a customer belong to a company as something (`role`, which may be empty); again with another role changes
    it. Raises `NotFound`, `RoleInvalid`."""
    role = " ".join(role.split())
    if len(role) > MAX_ROLE or not role.isprintable():
        raise RoleInvalid(field="role", limit=MAX_ROLE)
    identity_id = await internal_identity(tx, customer_id)
    shown_id = await lock_customer(tx, identity_id)
    await tx.execute(
        """INSERT INTO customer_company (identity_id, company_id, role, source, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (identity_id, company_id) DO UPDATE SET role = excluded.role, source = excluded.source,
            at = excluded.at, left_at = NULL""",
        await internal_identity(tx, shown_id),
        company_id,
        role,
        actor.kind,
        tx.now,
    )
    await log.append(tx, _fact("company.joined", company_id, identity_id, actor))


async def remove_person(tx: Transaction, company_id: UUID, customer_id: UUID, *, actor: Actor) -> None:
    """Let a customer belong there no more, whatever said so; their address does not bring them back. Raises
    `NotFound`."""
    identity_id = await internal_identity(tx, customer_id)
    shown_id = await lock_customer(tx, identity_id)
    left = await tx.execute(
        """UPDATE customer_company b SET left_at = $3 FROM identity i
        WHERE i.id = b.identity_id AND i.customer_id = $1 AND b.company_id = $2 AND b.left_at IS NULL""",
        shown_id,
        company_id,
        tx.now,
    )
    if left:
        await log.append(tx, _fact("company.left", company_id, identity_id, actor))


def _fact(name: str, company_id: UUID, identity_id: int, actor: Actor) -> Event:
    return Event(name=name, subject_kind="company", subject_id=str(company_id), actor=actor, identity_id=identity_id)
