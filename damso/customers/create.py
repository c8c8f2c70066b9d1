"""A customer made by hand, with addresses that an agent or our own systems vouch for."""

from collections.abc import Sequence
from uuid import UUID

from damso.customers.addresses import canonical_name, email_key, phone_key
from damso.customers.companies.domains import join_by_domain
from damso.customers.identify import added
from damso.customers.shown import refresh
from damso.customers.types import INTERNAL, IdentityKey, NameSource
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event


class AddressTaken(AppError):
    """`extra["customer_id"]` is whose address it is."""

    code = "ADDRESS_TAKEN"
    status = 409
    text = Text("이미 다른 고객의 연락처예요.", "This address belongs to another customer.")


async def create_customer(
    tx: Transaction, *, name: str, actor: Actor, email: str | None = None, phone: str | None = None
) -> UUID:
    """Make a customer; the id. Raises `NameInvalid`, `EmailInvalid`, `PhoneInvalid`, `AddressTaken`."""
    name = canonical_name(name)
    keys = [*([email_key(email)] if email else ()), *([phone_key(phone)] if phone else ())]
    customer_id = new_id()
    await tx.execute(
        """INSERT INTO customer (id, own_name, own_name_source, created_by, created_at, last_seen_at)
        VALUES ($1, $2, $3, $4, $5, $5)""",
        customer_id,
        name,
        name_source_of(actor),
        actor.id,
        tx.now,
    )
    inner = IdentityKey(INTERNAL, str(customer_id))
    identity_ids = [await _add(tx, customer_id, key, actor) for key in (inner, *sorted(keys))]
    await join_by_domain(tx, identity_ids)
    await refresh(tx, [customer_id])
    await log.append(tx, *_created(customer_id, identity_ids, keys, actor))
    return customer_id


def name_source_of(actor: Actor) -> NameSource:
    return "agent" if actor.kind == "agent" else "asserted"


async def _add(tx: Transaction, customer_id: UUID, key: IdentityKey, actor: Actor) -> int:
    identity_id: int | None = await tx.value(
        """INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $7) ON CONFLICT (kind, scope, value) DO NOTHING RETURNING id""",
        key.kind,
        key.scope,
        key.value,
        customer_id,
        "none" if key.kind == INTERNAL else "asserted",
        "system" if key.kind == INTERNAL else actor.kind,
        tx.now,
    )
    if identity_id is None:
        owner = await tx.value(
            "SELECT customer_id FROM identity WHERE kind = $1 AND scope = $2 AND value = $3",
            key.kind,
            key.scope,
            key.value,
        )
        raise AddressTaken(field=key.kind, extra={"customer_id": str(owner)})
    return identity_id


def _created(customer_id: UUID, identity_ids: Sequence[int], keys: Sequence[IdentityKey], actor: Actor) -> list[Event]:
    inner, *others = identity_ids
    return [
        Event(
            name="customer.created",
            subject_kind="customer",
            subject_id=str(customer_id),
            actor=actor,
            identity_id=inner,
            properties={"source": actor.kind},
        ),
        *(added(number, key.kind, "asserted", actor.kind) for number, key in zip(others, sorted(keys), strict=True)),
    ]
