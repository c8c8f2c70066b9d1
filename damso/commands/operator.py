"""Who runs a command, and what was shown to them: for the records."""

import os
from collections.abc import Iterable
from getpass import getuser
from uuid import UUID

from damso.kernel.database import Database, Transaction
from damso.kernel.log import Actor
from damso.team.records.access_log import Act, look, write
from damso.team.records.reasons import Reason


def operator() -> Actor:
    """The system, by the name of its user; by their number where a container has no names."""
    try:
        name = getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Actor("system", name)


async def say_shown(
    database: Database,
    act: Act,
    route: str,
    customer_ids: Iterable[UUID],
    *,
    identity_ids: Iterable[int] = (),
    reason: Reason | None = None,
) -> None:
    """Into the access log, before it is printed; `route` is the command."""
    async with database.transaction() as tx:
        await say_shown_in(tx, act, route, customer_ids, identity_ids=identity_ids, reason=reason)


async def say_shown_in(
    tx: Transaction,
    act: Act,
    route: str,
    customer_ids: Iterable[UUID],
    *,
    identity_ids: Iterable[int] = (),
    reason: Reason | None = None,
) -> None:
    """The same, together with what a transaction does."""
    one = look(tx.now, operator(), None, act, route, customer_ids, identity_ids=identity_ids, reason=reason)
    await write(tx, [one])
