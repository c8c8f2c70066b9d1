"""Sources as events need them: found by write key, with their plan and secret, and remembered for a few seconds."""

import time
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.protection.blocked import Blocked, blocked_of
from damso.customers.protection.rules import WAKES
from damso.customers.tracking.plan import Plan, planned_events
from damso.customers.tracking.types import Source
from damso.kernel.crypto import Keyring, SecretUnreadable, hash_secret
from damso.kernel.database import Database, Transaction
from damso.kernel.pace import Pace
from damso.kernel.rotation import SealedColumn

CHANNEL = WAKES
"""Where `Transaction.wake` tells of sources that changed."""
SEALED = SealedColumn(table="source", key="id", column="token_secret")
TTL = 5.0
"""Seconds for which a source is remembered, should a wake-up be lost."""
MOST_KNOWN = 10_000
"""Write keys that are remembered, wrong ones among them."""


class KnownSource(Struct, frozen=True, kw_only=True):
    """A source, ready to judge what it sends."""

    source: Source
    plan: Plan
    pace: Pace
    token_secret: str = ""
    blocked: Blocked = msgspec.field(default_factory=Blocked)


COLUMNS = "s.id, s.number, s.name, s.kind, s.namespace, s.origins, s.events_per_second, s.unplanned, s.enabled"


class Sources:
    """The sources of this installation, for one process."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._known: dict[bytes | UUID, tuple[float, KnownSource | None]] = {}
        self._paces: dict[UUID, tuple[int, Pace]] = {}
        database.notifier.subscribe(CHANNEL, lambda _: self.forget())

    def forget(self) -> None:
        """Read everything anew."""
        self._known.clear()

    async def by_key(self, write_key: str) -> KnownSource | None:
        """The source that a write key is of, if the key works and the source takes events."""
        hashed = hash_secret(write_key)
        at, known = self._known.get(hashed, (0.0, None))
        if time.monotonic() - at >= TTL:
            async with self._database.reading() as tx:
                known = await self._find(
                    tx,
                    "JOIN source_key k ON k.source_id = s.id WHERE k.secret_hash = $1 AND k.revoked_at IS NULL",
                    hashed,
                )
            self._remember(hashed, known)
        return known if known and known.source.enabled else None

    async def by_id(self, tx: Transaction, source_id: UUID) -> KnownSource | None:
        """A source as it is now."""
        return await self._find(tx, "WHERE s.id = $1", source_id)

    def _remember(self, hashed: bytes, known: KnownSource | None) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[hashed] = time.monotonic(), known

    async def _find(self, tx: Transaction, where: str, argument: object) -> KnownSource | None:
        row = await tx.row(f"SELECT {COLUMNS}, s.token_secret FROM source s {where}", argument)
        if row is None:
            return None
        fields = dict(row)
        secret = fields.pop("token_secret")
        source = Source(**fields)
        return KnownSource(
            source=source,
            plan=Plan(source.unplanned, await planned_events(tx, source.id)),
            pace=self._pace(source),
            token_secret=self._open(secret) if secret else "",
            blocked=await blocked_of(tx),
        )

    def _pace(self, source: Source) -> Pace:
        limit, pace = self._paces.get(source.id, (0, None))
        if pace is None or limit != source.events_per_second:
            pace = Pace(source.events_per_second, 1)
            self._paces[source.id] = source.events_per_second, pace
        return pace

    def _open(self, sealed: str) -> str:
        try:
            return self._keyring.decrypt(sealed)
        except SecretUnreadable:
            return ""  # then no token proves anything
