"""Inboxes as the code uses them: decoded, decrypted, with their adapter, and remembered for a few seconds.

Every message needs its inbox, which hardly ever changes. A change wakes all processes, which forget what they
remember; a wake-up may be lost, so nothing is remembered for longer than `TTL`.
"""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from msgspec import Struct

from damso.channels import config_form
from damso.channels.types import Adapter, InboxConfig
from damso.kernel.crypto import Keyring, SecretUnreadable
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, Invalid, NotFound
from damso.kernel.i18n import Text
from damso.kernel.rotation import SealedColumn

log = structlog.get_logger()

CHANNEL = "inboxes"
"""Where `Transaction.wake` tells of inboxes that changed."""
SEALED = SealedColumn(table="inbox", key="id", column="config")
TTL = 5.0
"""Seconds for which an inbox is remembered."""


class InboxUnusable(AppError):
    """The stored configuration cannot be used: its channel is not installed, or its secrets have another key."""

    code = "INBOX_UNUSABLE"
    status = 503
    text = Text(
        "이 채널 연결의 설정을 읽을 수 없어요. 채널 설정을 다시 저장해 주세요. ({why})",
        "The settings of this connection cannot be read. Please save them again. ({why})",
    )


class InboxRecord(Struct, frozen=True, kw_only=True):
    """One connection, ready to use."""

    id: UUID
    key: str
    name: str
    channel: str
    brand_id: UUID
    enabled: bool
    revision: int
    config: InboxConfig
    adapter: Adapter


class _Row(Struct, frozen=True, kw_only=True):
    id: UUID
    key: str
    name: str
    channel: str
    brand_id: UUID
    enabled: bool
    revision: int
    config: dict[str, Any]


_SELECT = "SELECT id, key, name, channel, brand_id, enabled, revision, config FROM inbox"


class Inboxes:
    """The inboxes of this installation, for one process."""

    def __init__(self, database: Database, adapters: Mapping[str, Adapter], keyring: Keyring) -> None:
        self.adapters = adapters
        self.keyring = keyring
        self._known: dict[UUID | str, tuple[float, InboxRecord]] = {}
        database.notifier.subscribe(CHANNEL, lambda _: self.forget())

    def forget(self) -> None:
        """Read everything anew."""
        self._known.clear()

    async def by_id(self, tx: Transaction, inbox_id: UUID) -> InboxRecord:
        """Raises `NotFound`, `InboxUnusable`."""
        return await self._find(tx, inbox_id, _SELECT + " WHERE id = $1")

    async def by_key(self, tx: Transaction, key: str) -> InboxRecord:
        """The inbox a public address names. Raises `NotFound`, `InboxUnusable`."""
        return await self._find(tx, key, _SELECT + " WHERE key = $1")

    async def enabled(self, tx: Transaction) -> list[InboxRecord]:
        """All that are in use, fresh from the database. One that is unusable is left out and logged."""
        rows = await tx.all(_Row, _SELECT + " WHERE enabled ORDER BY id")
        return [record for row in rows if (record := self._usable(row))]

    async def _find(self, tx: Transaction, name: UUID | str, sql: str) -> InboxRecord:
        at, record = self._known.get(name, (0.0, None))
        if record is not None and time.monotonic() - at < TTL:
            return record
        row = await tx.maybe(_Row, sql, name)
        if row is None:
            raise NotFound
        record = self._record(row)
        self._known[name] = time.monotonic(), record
        return record

    def _record(self, row: _Row) -> InboxRecord:
        adapter = self.adapters.get(row.channel)
        if adapter is None:
            raise InboxUnusable(why=row.channel)
        return InboxRecord(
            id=row.id,
            key=row.key,
            name=row.name,
            channel=row.channel,
            brand_id=row.brand_id,
            enabled=row.enabled,
            revision=row.revision,
            config=read_config(adapter, row.config, self.keyring),
            adapter=adapter,
        )

    def _usable(self, row: _Row) -> InboxRecord | None:
        try:
            return self._record(row)
        except InboxUnusable as error:
            log.warning("inbox.unusable", inbox_id=str(row.id), why=error.fields["why"])
            return None


def read_config(adapter: Adapter, stored: Mapping[str, Any], keyring: Keyring) -> InboxConfig:
    """The configuration that is stored. Raises `InboxUnusable`."""
    try:
        return config_form.decode(adapter.config, config_form.unsealed(adapter.config, stored, keyring))
    except SecretUnreadable as error:
        raise InboxUnusable(why="secret key") from error
    except Invalid as error:
        raise InboxUnusable(why=", ".join(problem.field for problem in error.problems)) from error
