"""Records as the application writes them, and a sealer that runs when a test says so."""

from collections.abc import Sequence
from uuid import UUID

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.kernel.timers import run_due
from damso.team import audit
from damso.team.addresses import Address
from damso.team.records.access_log import Act, look, write
from damso.team.records.reasons import Reason
from damso.team.records.seal import SealTimer
from damso.team.records.verify import Verdict, verify_all

AGENT = Actor("agent", str(UUID(int=7)))


async def act(database: Database, name: str = "team.changed", **details: object) -> None:
    async with database.transaction() as tx:
        await audit.record(tx, AGENT, name, new_id(), **details)


async def see(
    database: Database,
    customers: Sequence[UUID] = (),
    *,
    actor: Actor = AGENT,
    act: Act = "viewed",
    reason: Reason | None = None,
    address: Address | None = None,
) -> UUID:
    """A row of the access log; its id."""
    one = look(database.clock.now(), actor, address, act, "get_customer", customers, reason=reason)
    async with database.transaction() as tx:
        await write(tx, [one])
    return one.id


async def seal_all(database: Database, keyring: Keyring, chunk: int = 300) -> None:
    await run_due(database, [SealTimer(keyring, chunk=chunk)])


async def verdicts(database: Database, keyring: Keyring, *kept: str) -> dict[str, Verdict]:
    return {verdict.log: verdict for verdict in await verify_all(database, keyring, kept)}


async def faults(database: Database, keyring: Keyring, *kept: str) -> dict[str, tuple[str, int | None]]:
    """What is wrong with each log, and at which number."""
    found = await verdicts(database, keyring, *kept)
    return {log: (one.finding.fault, one.finding.number) for log, one in found.items() if one.finding}
