"""Beginning with a table: whose file it is, what its rows become, and whether it was begun before."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.channels.imports.errors import ExportUnreadable
from damso.conversations.tables.bringing import Bringing
from damso.conversations.tables.consent_rows import ConsentRows
from damso.conversations.tables.customer_rows import CustomerRows
from damso.conversations.tables.event_rows import EventRows
from damso.conversations.tables.ga4_rows import Ga4Rows
from damso.conversations.tables.open_table import fingerprint, open_table
from damso.conversations.tables.product_rows import ProductRows
from damso.conversations.tables.types import MAPPED, Filing, Table, TableKind, TableMapping
from damso.customers.consent.may_contact import ContactRules
from damso.customers.protection.blocked import blocked_of
from damso.customers.tracking.imported import foreseen_import_source, make_import_source
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.kernel.masking import masked_kinds

ZONE = "Asia/Seoul"
"""Of times without one, where there is no brand that says another."""
KNOWN_FOR = timedelta(days=30)
"""So long an event that comes again is known (`damso.customers.tracking.forget`)."""


class ComesTooLate(AppError):
    code = "EVENTS_IMPORTED_LONG_AGO"
    status = 409
    text = Text(
        "한 달도 더 전에 이미 가져온 파일이에요. 다시 가져오면 이벤트가 두 번 들어가요.",
        "This file was brought in more than a month ago. Its events would come in twice.",
    )


class TableRun(Struct, frozen=True, kw_only=True):
    """A run as it is kept."""

    id: UUID
    vendor: TableKind
    account: str
    path: str
    name: str
    upload_ref: str | None
    fingerprint: str
    mapping: dict[str, Any] | None
    state: str
    position: int
    started_by: str
    created_at: datetime


class Opened(Struct, frozen=True):
    """A file that is ready to be carried in."""

    table: Table
    bringing: Bringing[Any]
    fingerprint: str


async def table_run(tx: Transaction, run_id: UUID) -> TableRun:
    """Raises `NotFound`."""
    return await tx.one(
        TableRun, f"SELECT {', '.join(TableRun.__struct_fields__)} FROM import_run WHERE id = $1", run_id
    )


async def open_run(
    database: Database, keyring: Keyring, rules: ContactRules, run: TableRun, path: Path, *, make: bool
) -> Opened:
    """`make` what the rows need, such as the source of events. Raises `ExportUnreadable`."""
    table = await asyncio.to_thread(open_table, path, run.name)
    printed = run.upload_ref if run.upload_ref else await asyncio.to_thread(fingerprint, path)
    mapping = msgspec.convert(run.mapping or {}, TableMapping)
    if run.vendor in MAPPED and [use.column for use in mapping.columns] != list(table.columns):
        raise ExportUnreadable("CHANGED", run.name)
    if make and run.vendor in ("events", "ga4"):
        async with database.transaction() as tx:
            await make_import_source(tx, run.account)
    async with database.reading() as tx:
        filing = Filing(
            fingerprint=printed,
            mapping=mapping,
            namespace=run.account,
            zone=await tx.value("SELECT timezone FROM brand ORDER BY created_at, id LIMIT 1") or ZONE,
            begun_at=run.created_at,
            actor=Actor("agent", run.started_by) if _is_agent(run.started_by) else Actor("system", run.started_by),
        )
        return Opened(table, await bringing_of(tx, keyring, rules, run.vendor, filing, table.columns), printed)


async def bringing_of(
    tx: Transaction, keyring: Keyring, rules: ContactRules, kind: TableKind, filing: Filing, columns: Sequence[str]
) -> Bringing[Any]:
    """What brings in rows of a kind."""
    match kind:
        case "customers":
            return CustomerRows(filing, keyring, await blocked_of(tx), await masked_kinds(tx))
        case "events":
            return EventRows(filing, keyring, await foreseen_import_source(tx, filing.namespace))
        case "ga4":
            return Ga4Rows(filing, keyring, await foreseen_import_source(tx, filing.namespace), columns)
        case "products":
            return ProductRows(filing)
        case "consents":
            return ConsentRows(filing, await blocked_of(tx), rules)


def _is_agent(started_by: str) -> bool:
    try:
        UUID(started_by)
    except ValueError:
        return False
    return True


async def begin_table(
    tx: Transaction, kind: TableKind, path: Path, printed: str, mapping: TableMapping, account: str, actor: Actor
) -> UUID:
    """The run that was begun with this file and mapping and is not done, or a new one. Raises `ComesTooLate`."""
    await check_known(tx, kind, printed)
    plain: Mapping[str, Any] = msgspec.to_builtins(mapping)
    unfinished: UUID | None = await tx.value(
        """SELECT id FROM import_run WHERE vendor = $1 AND account = $2 AND path = $3 AND fingerprint = $4
            AND mapping = $5 AND state <> 'done' ORDER BY created_at DESC LIMIT 1""",
        kind,
        account,
        str(path),
        printed,
        plain,
    )
    if unfinished:
        return unfinished
    run_id = new_id()
    await tx.execute(
        """INSERT INTO import_run (id, vendor, account, path, name, fingerprint, inboxes, mapping, dry, state, position,
            counts, started_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, '{}', $7, false, 'waiting', 0, '{}', $8, $9)""",
        run_id,
        kind,
        account,
        str(path),
        path.name,
        printed,
        plain,
        actor.id or "",
        tx.now,
    )
    return run_id


async def check_known(tx: Transaction, kind: str, printed: str) -> None:
    """That events of this file would be known again. Raises `ComesTooLate`."""
    if kind in ("events", "ga4") and await tx.value(
        """SELECT true FROM import_run WHERE vendor = $1 AND fingerprint = $2 AND state = 'done' AND finished_at < $3
        LIMIT 1""",
        kind,
        printed,
        tx.now - KNOWN_FOR,
    ):
        raise ComesTooLate


async def set_running(database: Database, run: TableRun, printed: str) -> int:
    """Where to go on; another file than the one that was begun is read from its beginning. -1 where somebody stopped
    it."""
    position = run.position if printed == run.fingerprint else 0
    async with database.transaction() as tx:
        begun = await tx.execute(
            """UPDATE import_run SET state = 'running', error = NULL, fingerprint = $3, position = $4
            WHERE id = $1 AND position = $2 AND state = ANY ($5)""",
            run.id,
            run.position,
            printed,
            position,
            ["waiting", "running", "stopped", "failed"],
        )
    return position if begun else -1
