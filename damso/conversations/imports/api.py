"""Routes of imports: what can be brought in, looking at an export, bringing it in, what could not come."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, SkipValidation
from litestar.response import Stream
from msgspec import Meta, Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.imports.finding import Place, below, offered
from damso.conversations.imports.jobs import (
    Import,
    ImportProduct,
    ImportTrouble,
    check_account,
    check_free,
    import_of,
    imports_of,
    look_at,
    start,
    stop,
    take_away,
    troubles_of,
)
from damso.conversations.imports.reasons import REASONS
from damso.conversations.tables.correction import lines_to_correct
from damso.kernel.blobs import Blobs
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Forbidden, Invalid
from damso.kernel.i18n import Locale
from damso.kernel.settings import Settings
from damso.team import audit
from damso.team.access import Caller, needs
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness

MB = 1024 * 1024
PAGE = 5_000


class ImportOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An export that lies in the import folder. `inbox_id` is where its conversations go; without one they get an
    inbox of their own."""

    product: ImportProduct
    folder: Annotated[str, Meta(min_length=1, max_length=500)]
    account: str = ""
    inbox_id: UUID | None = None


class ImportOptions(Struct, frozen=True, kw_only=True):
    """Where exports may come from. `folder_open` is whether the installation allows a folder at all."""

    upload_mb: int
    folder_open: bool
    folder: list[str]


class ImportDetail(Struct, frozen=True, kw_only=True):
    """An import, and what of it could not come as it is; `rejected` counts the rows of a table that can be had as a
    file to be corrected."""

    job: Import
    troubles: list[ImportTrouble]
    rejected: int


def whole_view(caller: Caller) -> None:
    """An import reaches into every inbox, brand and team. Raises `Forbidden` for who sees only some of them."""
    if caller.limits.narrows_rows:
        raise Forbidden


class ImportController(Controller):
    path = "/api/imports"
    tags = ("Imports",)
    guards = (needs("settings.manage"),)

    @get()
    async def list_imports(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], locale: NamedDependency[Locale]
    ) -> list[Import]:
        """The newest 50, also those from the command line."""
        whole_view(caller)
        async with database.reading() as tx:
            return await imports_of(tx, locale)

    @get("/options")
    async def import_options(
        self, caller: NamedDependency[Caller], settings: NamedDependency[Settings]
    ) -> ImportOptions:
        """How large an upload may be, and what lies in the import folder."""
        whole_view(caller)
        return ImportOptions(
            upload_mb=settings.import_upload_mb,
            folder_open=settings.import_folder is not None,
            folder=offered(settings.import_folder),
        )

    @post("/upload", request_max_body_size=None)
    async def upload_import(
        self,
        request: Request[Any, Any, Any],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        inboxes: NamedDependency[Inboxes],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
        product: FromQuery[ImportProduct],
        name: FromQuery[Annotated[str, Meta(min_length=1, max_length=200)]],
        account: FromQuery[str] = "",
        inbox_id: FromQuery[UUID | None] = None,
    ) -> Import:
        """Upload an export, as the body of the request, and have it looked at. Nothing is brought in yet."""
        whole_view(caller)
        account = check_account(account)
        if not (called := name.replace("\\", "/").rpartition("/")[2].strip()) or not called.isprintable():
            raise Invalid(field="name")
        async with database.transaction() as tx:
            await check_free(tx)
        ref, size = await blobs.put_stream(request.stream(), settings.import_upload_mb * MB)
        if not size:
            raise Invalid(field="file")
        place = Place(name=called, upload_ref=ref)
        async with database.transaction() as tx:
            run_id = await look_at(tx, inboxes, product, place, account=account, inbox_id=inbox_id, actor=caller.actor)
            return await import_of(tx, run_id, locale)

    @post()
    async def look_at_import(
        self,
        data: JSONBody[ImportOrder],
        database: NamedDependency[Database],
        inboxes: NamedDependency[Inboxes],
        settings: NamedDependency[Settings],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> Import:
        """Have an export looked at that lies in the import folder. Nothing is brought in yet."""
        whole_view(caller)
        account, place = check_account(data.account), below(settings.import_folder, data.folder)
        async with database.transaction() as tx:
            run_id = await look_at(
                tx, inboxes, data.product, place, account=account, inbox_id=data.inbox_id, actor=caller.actor
            )
            return await import_of(tx, run_id, locale)

    @get("/{import_id:uuid}")
    async def get_import(
        self,
        import_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> ImportDetail:
        """How far it is, what came, and what could not."""
        whole_view(caller)
        async with database.reading() as tx:
            return await _detail(tx, import_id, locale)

    @post("/{import_id:uuid}/start", status_code=200)
    async def start_import(
        self,
        import_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> ImportDetail:
        """Bring it in, or go on where it was stopped."""
        whole_view(caller)
        async with database.transaction() as tx:
            await start(tx, import_id, caller.actor)
            return await _detail(tx, import_id, locale)

    @post("/{import_id:uuid}/stop", status_code=200)
    async def stop_import(
        self,
        import_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
    ) -> ImportDetail:
        """Stop it. What came stays, and it can be gone on with."""
        whole_view(caller)
        async with database.transaction() as tx:
            await stop(tx, import_id, caller.actor)
            return await _detail(tx, import_id, locale)

    @delete("/{import_id:uuid}")
    async def remove_import(
        self, import_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Take it off the list and delete its file. What it brought in stays."""
        whole_view(caller)
        async with database.transaction() as tx:
            await take_away(tx, import_id, caller.actor)

    @get("/{import_id:uuid}/problems")
    async def export_problems(
        self,
        import_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        locale: NamedDependency[Locale],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
    ) -> Stream:
        """Every record that could not come as it is, as CSV: where it stands, its id there and why."""
        whole_view(caller)
        async with database.transaction() as tx:
            await import_of(tx, import_id, locale)
            await audit.record(tx, caller.actor, "data.exported", import_id, kind="import", reason=reason.kind)
        await witness.exported(reason, ())
        return Stream(
            _problems(database, import_id, locale),
            media_type="text/csv",
            headers={"content-disposition": 'attachment; filename="import-problems.csv"', "cache-control": "no-store"},
        )


async def _detail(tx: Transaction, import_id: UUID, locale: Locale) -> ImportDetail:
    job = await import_of(tx, import_id, locale)
    rejected = len(await lines_to_correct(tx, import_id)) if job.has_file else 0
    return ImportDetail(job=job, troubles=await troubles_of(tx, import_id, locale), rejected=rejected)


_PROBLEMS = """
SELECT place, kind, external_id, code FROM import_problem
WHERE run_id = $1 AND (place, kind, external_id, code) > ($2, $3, $4, $5)
ORDER BY place, kind, external_id, code LIMIT $6
"""


async def _problems(database: Database, import_id: UUID, locale: Locale) -> AsyncIterator[bytes]:
    """The file, a page at a time, with a mark by which spreadsheets know its letters."""
    yield _lines([("place", "kind", "id", "code", "reason")], mark=True)
    last: tuple[str, ...] = ("", "", "", "")
    while True:
        async with database.reading() as tx:
            rows = [tuple(row.values()) for row in await tx.rows(_PROBLEMS, import_id, *last, PAGE)]
        if not rows:
            return
        yield _lines([(*map(_inert, row), REASONS[row[3]].say(locale)) for row in rows])
        last = rows[-1]


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _lines(rows: list[tuple[str, ...]], *, mark: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")
