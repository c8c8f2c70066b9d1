"""The source of events that are brought in from files: one for each namespace of user ids, made when it is needed.

It is the company's own word, as a server's key is, and has no key: nobody can send to it from outside.
"""

from uuid import NAMESPACE_URL, UUID, uuid5

from damso.customers.protection.blocked import blocked_of
from damso.customers.tracking.known import COLUMNS, KnownSource
from damso.customers.tracking.plan import Plan, planned_events
from damso.customers.tracking.sources import DEFAULT_PACE
from damso.customers.tracking.types import Source
from damso.kernel.database import Transaction
from damso.kernel.pace import Pace

NAME = "Import"


def import_source_id(namespace: str) -> UUID:
    """Always the same, so that two imports at once make one source."""
    return uuid5(NAMESPACE_URL, f"damso:import:{namespace}")


async def foreseen_import_source(tx: Transaction, namespace: str) -> KnownSource:
    """The source, or what it will be once it is made."""
    source_id = import_source_id(namespace)
    row = await tx.row(f"SELECT {COLUMNS} FROM source s WHERE s.id = $1", source_id)
    source = Source(**dict(row)) if row else _new(source_id, namespace)
    return KnownSource(
        source=source,
        plan=Plan(source.unplanned, await planned_events(tx, source.id)),
        pace=Pace(0, 1),
        blocked=await blocked_of(tx),
    )


async def make_import_source(tx: Transaction, namespace: str) -> None:
    """Make it, unless it is there."""
    await tx.execute(
        """INSERT INTO source (id, name, kind, namespace, events_per_second, created_at)
        VALUES ($1, $2, 'server', $3, $4, $5) ON CONFLICT (id) DO NOTHING""",
        import_source_id(namespace),
        f"{NAME} {namespace}".strip(),
        namespace,
        DEFAULT_PACE,
        tx.now,
    )


def _new(source_id: UUID, namespace: str) -> Source:
    return Source(
        id=source_id,
        number=0,
        name=NAME,
        kind="server",
        namespace=namespace,
        origins=(),
        events_per_second=DEFAULT_PACE,
        unplanned="allow",
        enabled=True,
    )
