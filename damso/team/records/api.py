"""Routes of the records: looking through them, taking them along, verifying them, reviewing a month.

They tell of every customer and every colleague, so nobody sees them who is limited to some.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.errors import Forbidden
from damso.kernel.pagination import Page
from damso.team import audit
from damso.team.access import Caller, needs
from damso.team.records import review
from damso.team.records.export_lines import MEDIA, Format, export_access, export_audit
from damso.team.records.keep import keep_for, months_kept
from damso.team.records.lines import AccessLine, AuditLine, Sought, access_page, audit_page
from damso.team.records.reasons import Reason
from damso.team.records.review_summary import summarise
from damso.team.records.verify import Verdict, verify_all
from damso.team.records.witness import Witness


class KeptSeals(Struct, frozen=True, forbid_unknown_fields=True):
    """Seals that were written down outside of Damso."""

    seals: Annotated[list[str], Meta(max_length=20)] = []


class RecordsRetention(Struct, frozen=True, forbid_unknown_fields=True):
    """For how many months both logs are kept."""

    months: int


def _unlimited(caller: Caller) -> None:
    """Raises `Forbidden`."""
    if caller.limits.narrows_rows:
        raise Forbidden


def _sought_acts(
    actor: FromQuery[str | None] = None,
    act: FromQuery[str | None] = None,
    subject: FromQuery[str | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    address: FromQuery[str | None] = None,
) -> Sought:
    return Sought(actor_id=actor, act=act, subject=subject, since=since, until=until, address=address)


def _sought_access(
    actor: FromQuery[str | None] = None,
    act: FromQuery[str | None] = None,
    customer: FromQuery[UUID | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    address: FromQuery[str | None] = None,
) -> Sought:
    return Sought(actor_id=actor, act=act, customer_id=customer, since=since, until=until, address=address)


class AuditController(Controller):
    """Administrative acts."""

    path = "/api/records/audit"
    tags = ("records",)
    guards = (needs("audit.read"),)
    dependencies = {"sought": Provide(_sought_acts, sync_to_thread=False)}  # noqa: RUF012

    @get()
    async def list_audit(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        sought: NamedDependency[Sought],
        cursor: FromQuery[str | None] = None,
    ) -> Page[AuditLine]:
        """Who changed what about people, rights and settings, and who came in; newest first."""
        _unlimited(caller)
        async with database.reading() as tx:
            return await audit_page(tx, sought, cursor)

    @get("/export")
    async def export_audit(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
        sought: NamedDependency[Sought],
        form: FromQuery[Format] = "csv",
    ) -> Stream:
        """The same as a file, for a reason."""
        _unlimited(caller)
        await _say_exported(database, caller, witness, reason, "audit")
        return _file(export_audit(database, sought, form), "audit", form)


class AccessRecordController(Controller):
    """Who saw whose data."""

    path = "/api/records/access"
    tags = ("records",)
    guards = (needs("access.review"),)
    dependencies = {"sought": Provide(_sought_access, sync_to_thread=False)}  # noqa: RUF012

    @get()
    async def list_access(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        sought: NamedDependency[Sought],
        cursor: FromQuery[str | None] = None,
    ) -> Page[AccessLine]:
        """Personal data that was shown, newest first."""
        _unlimited(caller)
        async with database.reading() as tx:
            return await access_page(tx, sought, cursor)

    @get("/export")
    async def export_access(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        reason: NamedDependency[Reason],
        sought: NamedDependency[Sought],
        form: FromQuery[Format] = "csv",
    ) -> Stream:
        """The same as a file, for a reason."""
        _unlimited(caller)
        await _say_exported(
            database, caller, witness, reason, "access", [sought.customer_id] if sought.customer_id else []
        )
        return _file(export_access(database, sought, form), "access", form)


async def _say_exported(
    database: Database, caller: Caller, witness: Witness, reason: Reason, log: str, customers: Sequence[UUID] = ()
) -> None:
    async with database.transaction() as tx:
        await audit.record(tx, caller.actor, "records.exported", log, reason=reason.kind, note=reason.note)
    await witness.exported(reason, customers)


class ReviewController(Controller):
    """The monthly review that Korean law asks for."""

    path = "/api/records/reviews"
    tags = ("records",)
    guards = (needs("access.review"),)

    @get()
    async def list_reviews(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Sequence[review.ReviewedMonth]:
        """Every month with records, newest first, and how its review stands."""
        _unlimited(caller)
        async with database.reading() as tx:
            return await review.months(tx)

    @get("/{month:str}")
    async def get_review(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], month: FromPath[str]
    ) -> review.MonthReview:
        """A month, such as `2026-11`: as it was signed, or as it stands."""
        _unlimited(caller)
        async with database.reading() as tx:
            return await review.review_of(tx, review.month_of(month))

    @post("/{month:str}", status_code=200)
    async def sign_review(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        month: FromPath[str],
        data: JSONBody[review.Remarks],
    ) -> review.MonthReview:
        """Sign a month that is over. It stands as it is from then on."""
        _unlimited(caller)
        first = review.month_of(month)
        async with database.reading() as tx:
            summary = await summarise(tx, first)
        async with database.transaction() as tx:
            await review.sign(tx, first, summary, data.remarks, caller)
            return await review.review_of(tx, first)


@post("/api/records/verify", tags=["records"], guards=[needs("audit.read")], status_code=200)
async def verify_records(
    database: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    data: JSONBody[KeptSeals],
) -> list[Verdict]:
    """Whether anybody changed, removed or inserted a record, and which is the first. Answers with the newest seals."""
    _unlimited(caller)
    verdicts = await verify_all(database, keyring, data.seals)
    async with database.transaction() as tx:
        sound = all(verdict.sound for verdict in verdicts)
        await audit.record(tx, caller.actor, "records.verified", "records", sound=sound)
    return verdicts


@get("/api/records/retention", tags=["records"], guards=[needs("audit.read")])
async def get_retention(database: NamedDependency[Database]) -> RecordsRetention:
    """For how long records are kept."""
    async with database.reading() as tx:
        return RecordsRetention(await months_kept(tx))


@put("/api/records/retention", tags=["records"], guards=[needs("settings.manage")])
async def set_retention(
    database: NamedDependency[Database], caller: NamedDependency[Caller], data: JSONBody[RecordsRetention]
) -> RecordsRetention:
    """Keep records for longer or shorter: a year at least."""
    _unlimited(caller)
    async with database.transaction() as tx:
        await keep_for(tx, data.months, caller.actor)
        return RecordsRetention(await months_kept(tx))


def _file(parts: AsyncIterator[bytes], name: str, form: Format) -> Stream:
    return Stream(
        parts,
        media_type=MEDIA[form],
        headers={"content-disposition": f'attachment; filename="{name}.{form}"', "cache-control": "no-store"},
    )


CONTROLLERS: Sequence[ControllerRouterHandler] = (
    AuditController,
    AccessRecordController,
    ReviewController,
    verify_records,
    get_retention,
    set_retention,
)
