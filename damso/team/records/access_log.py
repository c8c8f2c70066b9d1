"""The access log: whose personal data was shown to whom, when, from where and by what act.

One row for each request. Lists are collected in each process and written within a second, so that a list does not wait
for a commit; a crash may lose that second of lists. Views of one customer, downloads, exports and revealed secrets are
written in a transaction of their own before the answer leaves. See docs/adr/0019.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from damso.kernel.database import Database, Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.kernel.notify import LOST
from damso.team.addresses import Address
from damso.team.records.reasons import Reason

log = structlog.get_logger()

Act = Literal["viewed", "listed", "searched", "changed", "downloaded", "exported", "revealed"]
"""One customer was looked at, or many; data was changed; data left Damso; something hidden was uncovered."""

GATHER_SECONDS = 0.5
"""How long lists are collected."""
BATCH = 500
"""Rows in one transaction."""


class Look(Struct, frozen=True, kw_only=True):
    """A row to be. Identities stand only for those who are no customer's, such as unknown senders."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str | None
    address: Address | None
    act: Act
    route: str
    customer_ids: Sequence[UUID]
    identity_ids: Sequence[int] = ()
    reason: str | None = None
    note: str = ""


def look(
    at: datetime,
    actor: Actor,
    address: Address | None,
    act: Act,
    route: str,
    customer_ids: Iterable[UUID],
    *,
    identity_ids: Iterable[int] = (),
    reason: Reason | None = None,
) -> Look:
    """`route` is the name of what was asked for, such as `list_customers`."""
    return Look(
        id=new_id(),
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        address=address,
        act=act,
        route=route,
        customer_ids=list(dict.fromkeys(customer_ids)),
        identity_ids=list(dict.fromkeys(identity_ids)),
        reason=reason.kind if reason else None,
        note=reason.note if reason else "",
    )


async def write(tx: Transaction, looks: Sequence[Look]) -> None:
    """Write rows in one statement. The transaction must be a writing one: the sealer goes by its place in the log."""
    await tx.execute(
        """INSERT INTO access_record (id, epoch, xid, at, actor_kind, actor_id, address, act, route, customer_ids,
            identity_ids, reason, note)
        SELECT id, (SELECT max(epoch) FROM log_epoch), pg_current_xact_id()::text::bigint, at, actor_kind, actor_id,
            address, act, route, customer_ids, identity_ids, reason, note
        FROM jsonb_to_recordset($1) AS r(id uuid, at timestamptz, actor_kind text, actor_id text, address inet,
            act text, route text, customer_ids uuid[], identity_ids bigint[], reason text, note text)""",
        msgspec.to_builtins(looks, enc_hook=str),
    )


class AccessLog:
    """The collecting side of one process. `run` writes; `stop` writes what is left and ends it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Look] = []
        self._pushed: dict[tuple[Actor, Address | None, str], dict[UUID, None]] = {}
        self._some = asyncio.Event()
        self._ending = asyncio.Event()

    def now(self) -> datetime:
        return self._database.clock.now()

    async def write_at_once(self, one: Look) -> None:
        """Committed when this returns."""
        async with self._database.transaction() as tx:
            await write(tx, [one])

    def collect(self, one: Look) -> None:
        """Written within a second."""
        self._waiting.append(one)
        self._some.set()

    def pushed(self, actor: Actor, address: Address | None, route: str, customer_ids: Iterable[UUID]) -> None:
        """What a live socket was sent counts as listed: one row for each socket's caller and second."""
        self._pushed.setdefault((actor, address, route), {}).update(dict.fromkeys(customer_ids))
        self._some.set()

    async def run(self) -> None:
        """Write until told to stop. Never cancelled in the middle, so that nothing is written twice or not at all."""
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), GATHER_SECONDS)
            self._some.clear()
            await self._try_to_flush()
            if self._ending.is_set():
                return

    async def stop(self) -> None:
        """Tell `run` to write what is left and end."""
        self._ending.set()
        self._some.set()

    async def flush(self) -> None:
        """Write all that was collected so far."""
        self._take_pushed()
        while self._waiting:
            batch = self._waiting[:BATCH]
            async with self._database.transaction() as tx:
                await write(tx, batch)
            del self._waiting[: len(batch)]

    def _take_pushed(self) -> None:
        pushed, self._pushed = self._pushed, {}
        for (actor, address, route), customers in pushed.items():
            self._waiting.append(look(self.now(), actor, address, "listed", route, customers))

    async def _try_to_flush(self) -> None:
        try:
            await self.flush()
        except LOST:
            log.info("access_log.waiting_for_database", rows=len(self._waiting))
            self._some.set()
        except Exception:
            log.exception("access_log.failed", rows=len(self._waiting))
            self._some.set()
