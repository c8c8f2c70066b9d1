"""Routes of exports: files made in the background, and a case as a PDF."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.response import Stream
from msgspec import Meta, Struct

from damso.channels.types import Adapter
from damso.conversations.cases import case_shown
from damso.conversations.exports.conversation_file import people_in
from damso.conversations.exports.jobs import (
    NEEDED,
    ask_for,
    export_of,
    exports_of,
    fetchable,
    file_name,
    parts_of,
    throw_away,
)
from damso.conversations.exports.paper import transcript_pdf
from damso.conversations.exports.transcript import transcript_of
from damso.conversations.exports.types import Chosen, Export, ExportFormat, ExportKind
from damso.conversations.reach import check_conversation
from damso.conversations.rows import Filter
from damso.conversations.views import filter_of
from damso.kernel.database import Database
from damso.kernel.downloads import download_response
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import Locale
from damso.team.access import Caller, needs, signed_in
from damso.team.records.reasons import Reason
from damso.team.records.witness import Witness

Moment = Annotated[datetime, Meta(tz=True)]


class ConversationExport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which conversations: those of a view, or of a filter, or the named ones (up to 1,000); all where nothing is
    said."""

    format: ExportFormat
    view: str | None = None
    filter: Filter | None = None
    ids: list[UUID] | None = None


class WholeExport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All there is."""

    format: ExportFormat


class SearchedExport(WholeExport, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those that `q` finds; all where nothing is said."""

    q: str = ""


class CustomerExport(SearchedExport, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which customers: those that `q` finds, or the named ones (up to 1,000); all where nothing is said."""

    ids: list[UUID] | None = None


class EventExport(WholeExport, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events by when they happened, `until` not included; all where nothing is said."""

    since: Moment | None = None
    until: Moment | None = None


class TranscriptRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case on paper. Internal notes are left out unless asked for; without a language, in the caller's."""

    notes: bool = False
    locale: Literal["ko", "en"] | None = None


class Asking:
    """Somebody who asks for a file, and why."""

    def __init__(self, database: Database, caller: Caller, reason: Reason) -> None:
        self._database = database
        self._caller = caller
        self._reason = reason

    async def file(self, kind: ExportKind, fmt: ExportFormat, chosen: Chosen) -> Export:
        """Raises what `ask_for` raises."""
        async with self._database.transaction() as tx:
            return await ask_for(tx, self._caller, kind, fmt, chosen, self._reason)


def _provide_asking(
    database: NamedDependency[Database], caller: NamedDependency[Caller], reason: NamedDependency[Reason]
) -> Asking:
    return Asking(database, caller, reason)


def takes_files(
    connection: ASGIConnection[BaseRouteHandler, Caller | None, None, State], handler: BaseRouteHandler
) -> None:
    """A guard for one's own files: a person's, whatever their role, or those of a key with a right that files need."""
    if connection.user is None or connection.user.key_id is None:
        signed_in(connection, handler)
    elif not any(map(connection.user.may, chain.from_iterable(NEEDED.values()))):
        raise Forbidden


class ExportController(Controller):
    """Files that people and programs take out: their own alone, for a day."""

    path = "/api/exports"
    tags = ("exports",)
    dependencies = {"asking": Provide(_provide_asking, sync_to_thread=False)}  # noqa: RUF012

    @post("/conversations", guards=[needs("conversations.export")])
    async def export_conversations(
        self,
        data: JSONBody[ConversationExport],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        reason: NamedDependency[Reason],
    ) -> Export:
        """Have a file of conversations made."""
        async with database.transaction() as tx:
            chosen = await filter_of(tx, data.view, caller.agent) if data.view else data.filter
            wanted = Chosen(filter=chosen, ids=data.ids)
            return await ask_for(tx, caller, "conversations", data.format, wanted, reason)

    @post("/customers", guards=[needs("customers.export")])
    async def export_customers(self, data: JSONBody[CustomerExport], asking: NamedDependency[Asking]) -> Export:
        """Have a file of customers made."""
        return await asking.file("customers", data.format, Chosen(q=data.q, ids=data.ids))

    @post("/events", guards=[needs("customers.export")])
    async def export_events(self, data: JSONBody[EventExport], asking: NamedDependency[Asking]) -> Export:
        """Have a file of events made that sources sent and files brought."""
        return await asking.file("events", data.format, Chosen(since=data.since, until=data.until))

    @post("/orders", guards=[needs("customers.export"), needs("commerce.read")])
    async def export_orders(self, data: JSONBody[SearchedExport], asking: NamedDependency[Asking]) -> Export:
        """Have a file of orders made."""
        return await asking.file("orders", data.format, Chosen(q=data.q))

    @post("/returns", guards=[needs("customers.export"), needs("commerce.read")])
    async def export_returns(self, data: JSONBody[WholeExport], asking: NamedDependency[Asking]) -> Export:
        """Have a file of returns and exchanges made."""
        return await asking.file("returns", data.format, Chosen())

    @post("/products", guards=[needs("commerce.read")])
    async def export_products(self, data: JSONBody[SearchedExport], asking: NamedDependency[Asking]) -> Export:
        """Have a file of products made."""
        return await asking.file("products", data.format, Chosen(q=data.q))

    @post("/consents", guards=[needs("customers.export")])
    async def export_consents(self, data: JSONBody[WholeExport], asking: NamedDependency[Asking]) -> Export:
        """Have a file of the ledger of consents made."""
        return await asking.file("consents", data.format, Chosen())

    @get(guards=[takes_files])
    async def list_exports(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> list[Export]:
        """One's own files of the last day, the newest first."""
        async with database.reading() as tx:
            return await exports_of(tx, caller)

    @get("/{export_id:uuid}", guards=[takes_files])
    async def get_export(
        self, export_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Export:
        """How far it is."""
        async with database.reading() as tx:
            return await export_of(tx, caller, export_id)

    @delete("/{export_id:uuid}", guards=[takes_files])
    async def remove_export(
        self, export_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Stop making it, or throw it away."""
        async with database.transaction() as tx:
            await throw_away(tx, caller, export_id)

    @get("/{export_id:uuid}/file", guards=[takes_files])
    async def get_export_file(
        self,
        export_id: FromPath[UUID],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
    ) -> Stream:
        """The file. Why it leaves was said when it was asked for."""
        async with database.reading() as tx:
            job = await fetchable(tx, caller, export_id)
        return Stream(
            parts_of(database, job, witness),
            media_type="text/csv; charset=utf-8" if job.format == "csv" else "application/x-ndjson",
            headers={
                "content-disposition": f"attachment; filename*=UTF-8''{quote(file_name(job), safe='')}",
                "x-content-type-options": "nosniff",
                "cache-control": "private, no-store",
            },
        )


@post(
    "/api/conversations/{conversation_id:uuid}/transcript",
    guards=[needs("conversations.export")],
    status_code=200,
    tags=("exports",),
)
async def print_transcript(
    conversation_id: FromPath[UUID],
    data: JSONBody[TranscriptRequest],
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    adapters: NamedDependency[SkipValidation[Mapping[str, Adapter]]],
    locale: NamedDependency[Locale],
    witness: NamedDependency[Witness],
    reason: NamedDependency[Reason],
) -> Response[bytes]:
    """One conversation as a PDF."""
    async with database.transaction() as tx:
        await check_conversation(tx, caller, conversation_id)
        shown = await case_shown(tx, conversation_id)
        people = await people_in(tx, [shown])
        transcript = await transcript_of(
            tx, adapters, shown, caller.agent, data.locale or locale, with_notes=data.notes
        )
    await witness.downloaded(reason, people)
    return download_response(
        await asyncio.to_thread(transcript_pdf, transcript), f"conversation-{shown}.pdf", "application/pdf"
    )
