"""People and addresses for tests. All of them are made up."""

from itertools import count
from uuid import UUID

from damso.customers.addresses import email_key, phone_key
from damso.customers.identify import Identified, identify
from damso.customers.types import IdentityKey, Proof
from damso.kernel.database import Database, Transaction
from damso.kernel.log import START, Position, Recorded, read

_numbers = count(1)


def email(name: str = "mina") -> IdentityKey:
    return email_key(f"{name}@damso.example")


def phone(last: int = 5678) -> IdentityKey:
    return phone_key(f"010-1234-{last:04}")


def visitor() -> IdentityKey:
    return IdentityKey("visitor", f"01990000-0000-7000-8000-{next(_numbers):012}", "shop")


async def seen(
    tx: Transaction, key: IdentityKey | None = None, *, name: str = "", proof: Proof = "authenticated"
) -> Identified:
    """Somebody acts."""
    return await identify(tx, key or visitor(), name=name, proof=proof, source="test")


async def customer_of(tx: Transaction, identity_id: int) -> UUID:
    found: UUID = await tx.value("SELECT customer_id FROM identity WHERE id = $1", identity_id)
    return found


async def facts(database: Database, *names: str) -> list[Recorded]:
    """What the log holds of these names."""
    async with database.reading() as tx:
        return list(await read(tx, "care", START, Position(2**31, 0, 0), names=names or None, limit=1000))
