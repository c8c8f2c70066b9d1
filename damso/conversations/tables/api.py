"""Routes of tables that are brought in: their columns, what each is taken for, and the rows that want correcting."""

import asyncio
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.response import Stream
from msgspec import Struct, convert

from damso.conversations.imports.api import whole_view
from damso.conversations.imports.jobs import ExportGone, Import, ImportMismatch, import_of, look_again
from damso.conversations.tables.begin import TableRun, table_run
from damso.conversations.tables.correction import correction, ending_of, lines_to_correct
from damso.conversations.tables.mapping import check_mapping
from damso.conversations.tables.open_table import open_table
from damso.conversations.tables.propose import SeenColumn, look_at_columns
from damso.conversations.tables.targets import FIXED, FREE, TARGETS
from damso.conversations.tables.types import MAPPED, TABLES, Table, TableMapping
from damso.kernel.blobs import Blobs
from damso.kernel.database import Database
from damso.kernel.i18n import Locale
from damso.team import audit
from damso.team.access import Caller, needs
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness


class TableTarget(Struct, frozen=True, kw_only=True):
    """What a column can be taken for; `fixed` whether it may be said for all rows at once instead."""

    key: str
    title: str
    fixed: bool


class TableColumns(Struct, frozen=True, kw_only=True):
    """The head of a file: its columns with samples and what each seems to be, what there is to choose from, and the
    mapping that was saved. `free` begins the target of a column that is kept as a property; empty where none can be."""

    columns: list[SeenColumn]
    targets: list[TableTarget]
    free: str
    headed: bool
    mapping: TableMapping | None


class TableController(Controller):
    path = "/api/imports/{import_id:uuid}"
    tags = ("Imports",)
    guards = (needs("settings.manage"),)

    @get("/columns")
    async def import_columns(
        self,
        import_id: FromPath[UUID],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> TableColumns:
        """What stands at the head of the file."""
        whole_view(caller)
        run = await _mapped_run(database, import_id)
        table = await _open(blobs, run)
        columns = await asyncio.to_thread(look_at_columns, run.vendor, table)
        return TableColumns(
            columns=columns,
            targets=[
                TableTarget(key=one.key, title=one.title.say(locale), fixed=one.key in FIXED[run.vendor])
                for one in TARGETS[run.vendor]
            ],
            free=FREE.get(run.vendor, ""),
            headed=table.headed,
            mapping=convert(run.mapping, TableMapping) if run.mapping else None,
        )

    @put("/mapping")
    async def map_import(
        self,
        import_id: FromPath[UUID],
        data: JSONBody[TableMapping],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> Import:
        """Say what each column is taken for, and have the file looked at. Nothing is brought in yet."""
        whole_view(caller)
        run = await _mapped_run(database, import_id)
        mapping = check_mapping(run.vendor, data, (await _open(blobs, run)).columns)
        async with database.transaction() as tx:
            await look_again(tx, import_id, mapping, caller.actor)
            return await import_of(tx, import_id, locale)

    @get("/rejected")
    async def export_rejected(
        self,
        import_id: FromPath[UUID],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
    ) -> Stream:
        """The rows that did not come as they are, to be corrected and brought in again."""
        whole_view(caller)
        async with database.reading() as tx:
            await import_of(tx, import_id, locale)
            run = await table_run(tx, import_id)
            if run.vendor not in TABLES:
                raise ImportMismatch
            wrong = await lines_to_correct(tx, import_id)
        table = await _open(blobs, run)
        async with database.transaction() as tx:
            await audit.record(tx, caller.actor, "data.exported", import_id, kind="import_rows", reason=reason.kind)
        await witness.exported(reason, ())
        name = f"{Path(run.name).stem}-rows.{ending_of(table)}"
        return Stream(
            correction(table, wrong, locale),
            media_type="application/octet-stream",
            headers={
                "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                "cache-control": "private, no-store",
            },
        )


async def _mapped_run(database: Database, import_id: UUID) -> TableRun:
    """Raises `NotFound`, `ImportMismatch`."""
    async with database.reading() as tx:
        run = await table_run(tx, import_id)
    if run.vendor not in MAPPED:
        raise ImportMismatch
    return run


async def _open(blobs: Blobs, run: TableRun) -> Table:
    """Raises `ExportGone`, `ExportUnreadable`, `BlobMissing`."""
    if not run.upload_ref and not run.path:
        raise ExportGone
    return await asyncio.to_thread(
        open_table, blobs.local(run.upload_ref) if run.upload_ref else Path(run.path), run.name
    )
