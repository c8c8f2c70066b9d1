"""Imports that are begun at the desk, one at a time: looked at, then started, stopped, gone on with, taken away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.channels.abilities import Polls
from damso.channels.imports.errors import WHOLE
from damso.channels.imports.types import VENDORS, Vendor
from damso.channels.inboxes import Inboxes
from damso.conversations.imports.begin import inboxes_for
from damso.conversations.imports.chunk import Source
from damso.conversations.imports.finding import Place
from damso.conversations.imports.reasons import REASONS, WARNINGS
from damso.conversations.tables.begin import check_known
from damso.conversations.tables.types import MAPPED, TABLES, TableMapping
from damso.kernel.blob_collection import discard_soon
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, Invalid
from damso.kernel.i18n import Locale, Text
from damso.kernel.ids import new_id
from damso.kernel.lanes import enqueue
from damso.kernel.log import Actor
from damso.team import audit

LANE = "import"
ImportProduct = Literal[
    "zendesk", "intercom", "chatwoot", "freshdesk", "mailbox", "customers", "events", "products", "consents", "ga4"
]
ImportState = Literal["mapping", "looking", "ready", "waiting", "running", "stopped", "failed", "done"]
LISTED = 50
PLACES = 3
"""Places that are named of each kind of problem; the file has all."""


class ImportRunning(AppError):
    code = "IMPORT_RUNNING"
    status = 409
    text = Text(
        "다른 가져오기가 진행 중이에요. 끝나거나 멈춘 뒤에 시작해 주세요.",
        "Another import is under way. Wait for it to end, or stop it.",
    )


class NotAMailbox(AppError):
    code = "NOT_A_MAILBOX"
    status = 422
    text = Text("메일을 넣을 이메일 채널을 골라 주세요.", "Choose the e-mail inbox that the mail goes to.")


class ExportGone(AppError):
    code = "EXPORT_GONE"
    status = 409
    text = Text("올린 파일을 이미 지웠어요. 다시 올려 주세요.", "The file was deleted already. Upload it again.")


class ImportMismatch(AppError):
    code = "IMPORT_STATE"
    status = 409
    text = Text("지금은 할 수 없어요. 화면을 새로 고쳐 주세요.", "This cannot be done now. Reload the page.")


class Foreseen(Struct, frozen=True, kw_only=True):
    """What a look found: counts by kind and state, and whom of the other help desk we know here."""

    counts: dict[str, dict[str, int]]
    colleagues: list["ImportColleague"] = []
    teams: list["ImportTeam"] = []


class ImportColleague(Struct, frozen=True, kw_only=True):
    """Somebody of the other help desk; `agent` is their name here, empty where they have no account."""

    name: str
    email: str
    agent: str


class ImportTeam(Struct, frozen=True, kw_only=True):
    """A group of the other help desk, and whether a team here is called so."""

    name: str
    here: bool


class ImportTrouble(Struct, frozen=True, kw_only=True):
    """One kind of problem: how often, and where first. A `warning` came in all the same."""

    code: str
    text: str
    count: int
    warning: bool
    places: list[str]


class Import(Struct, frozen=True, kw_only=True):
    """An import as the desk shows it. `name` is the file or folder; `total` what there is to do, once it is known."""

    id: UUID
    product: str
    account: str
    name: str
    folder: bool
    inbox_id: UUID | None
    state: ImportState
    position: int
    total: int | None
    counts: dict[str, dict[str, int]]
    foreseen: Foreseen | None
    error: str | None
    begun_by: str
    created_at: datetime
    finished_at: datetime | None
    has_file: bool
    """Whether the export is still there, so that it can be gone on with."""


_SELECT = """
SELECT r.id, r.vendor, r.account, r.name, r.path, r.upload_ref, r.inboxes, r.state, r.position, r.total, r.counts,
    r.foreseen, r.error, coalesce(a.name, '') AS begun_by, r.created_at, r.finished_at
FROM import_run r LEFT JOIN agent a ON a.id::text = r.started_by WHERE r.dry = false
"""


async def imports_of(tx: Transaction, locale: Locale) -> list[Import]:
    """The newest, also those that were begun from the command line."""
    rows = await tx.rows(f"{_SELECT} ORDER BY r.created_at DESC, r.id DESC LIMIT {LISTED}")
    return [_view(row, locale) for row in rows]


async def import_of(tx: Transaction, run_id: UUID, locale: Locale) -> Import:
    """Raises `ImportUnknown`."""
    row = await tx.row(f"{_SELECT} AND r.id = $1", run_id)
    if row is None:
        raise ImportUnknown
    return _view(row, locale)


class ImportUnknown(AppError):
    code = "NOT_FOUND"
    status = 404
    text = Text("없는 가져오기예요.", "There is no such import.")


def _view(row: Any, locale: Locale) -> Import:
    inboxes: Mapping[str, str] = row["inboxes"]
    return Import(
        id=row["id"],
        product=row["vendor"],
        account=row["account"],
        name=row["name"] or Path(row["path"]).name,
        folder=row["path"] != "",
        inbox_id=UUID(inboxes[""]) if "" in inboxes else None,
        state=row["state"],
        position=row["position"],
        total=row["total"],
        counts=row["counts"],
        foreseen=msgspec.convert(row["foreseen"], Foreseen) if row["foreseen"] else None,
        error=_why(row["error"], locale),
        begun_by=row["begun_by"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        has_file=bool(row["upload_ref"] or row["path"]),
    )


def _why(error: str | None, locale: Locale) -> str | None:
    """`CODE` or `CODE place`, as the lane keeps it."""
    if not error:
        return None
    code, _, place = error.partition(" ")
    known = WHOLE[code].say(locale) if code in WHOLE else FAULT.say(locale)
    return f"{place}: {known}" if place else known


FAULT = Text("예상하지 못한 오류가 났어요", "an unexpected fault")


async def troubles_of(tx: Transaction, run_id: UUID, locale: Locale) -> list[ImportTrouble]:
    """What could not come as it is, by kind, the most frequent first."""
    rows = await tx.rows(
        f"""SELECT code, count(*) AS count, (array_agg(place ORDER BY line, place))[1:{PLACES}] AS places
        FROM import_problem WHERE run_id = $1 GROUP BY code ORDER BY 2 DESC, 1""",
        run_id,
    )
    return [
        ImportTrouble(
            code=row["code"],
            text=REASONS[row["code"]].say(locale),
            count=row["count"],
            warning=row["code"] in WARNINGS,
            places=row["places"],
        )
        for row in rows
    ]


async def look_at(
    tx: Transaction,
    inboxes: Inboxes,
    product: ImportProduct,
    place: Place,
    *,
    account: str,
    inbox_id: UUID | None,
    actor: Actor,
) -> UUID:
    """Put an export on the list and have it looked at; a table waits for somebody to say what its columns are. Raises
    `ImportRunning`, `InboxUnknown`, `BrandUnclear`, `NotAMailbox`."""
    await check_free(tx)
    table = product in TABLES
    wanted = {"": inbox_id} if inbox_id and not table else {}
    if product == "mailbox":
        await check_mailbox(tx, inboxes, inbox_id)
    elif product in VENDORS:
        await inboxes_for(tx, Source(product, account), wanted, make=False)
    run_id = new_id()
    await tx.execute(
        """INSERT INTO import_run (id, vendor, account, path, name, upload_ref, fingerprint, inboxes, dry, state,
            position, counts, started_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, '', $7, false, $10, 0, '{}', $8, $9)""",
        run_id,
        product,
        account,
        str(place.folder or ""),
        place.name,
        place.upload_ref,
        {channel: str(one) for channel, one in wanted.items()},
        actor.id or "",
        tx.now,
        "mapping" if product in MAPPED else "looking",
    )
    if product not in MAPPED:
        await enqueue(tx, LANE, [(LANE, {"run_id": str(run_id)})])
    await audit.record(tx, actor, "import.looked", run_id, product=product)
    return run_id


async def look_again(tx: Transaction, run_id: UUID, mapping: TableMapping, actor: Actor) -> None:
    """Have a table looked at by a mapping. Raises `ImportRunning`, and `ImportMismatch` once it is being brought in."""
    await check_free(tx)
    row = await _lock(tx, run_id, ("mapping", "ready", "stopped", "failed"))
    if row["position"]:
        raise ImportMismatch
    await tx.execute("DELETE FROM import_problem WHERE run_id = $1", run_id)
    await tx.execute(
        """UPDATE import_run SET state = 'looking', error = NULL, foreseen = NULL, counts = '{}', mapping = $2
        WHERE id = $1""",
        run_id,
        msgspec.to_builtins(mapping),
    )
    await enqueue(tx, LANE, [(LANE, {"run_id": str(run_id)})])
    await audit.record(tx, actor, "import.looked", run_id, product=row["vendor"])


async def check_mailbox(tx: Transaction, inboxes: Inboxes, inbox_id: UUID | None) -> None:
    """Raises `NotAMailbox`, `NotFound`."""
    inbox = await inboxes.by_id(tx, inbox_id) if inbox_id else None
    if inbox is None or not isinstance(inbox.adapter, Polls):
        raise NotAMailbox(field="inbox_id")


async def start(tx: Transaction, run_id: UUID, actor: Actor) -> None:
    """Bring it in, or go on where it was stopped. Raises `ImportRunning`, `ImportMismatch`, `ExportGone`,
    `ComesTooLate`."""
    await check_free(tx)
    row = await _lock(tx, run_id, ("ready", "stopped", "failed"))
    if not row["upload_ref"] and not row["path"]:
        raise ExportGone
    await check_known(tx, row["vendor"], row["fingerprint"])
    inboxes: Mapping[str, UUID] = {channel: UUID(one) for channel, one in row["inboxes"].items()}
    if row["vendor"] in VENDORS:
        vendor: Vendor = row["vendor"]
        inboxes = await inboxes_for(tx, Source(vendor, row["account"]), inboxes, make=True)
    if row["vendor"] in MAPPED and row["mapping"] is None:
        raise ImportMismatch
    if row["position"] == 0:
        await tx.execute("DELETE FROM import_problem WHERE run_id = $1", run_id)
    await tx.execute(
        "UPDATE import_run SET state = 'waiting', error = NULL, inboxes = $2 WHERE id = $1",
        run_id,
        {channel: str(one) for channel, one in inboxes.items()},
    )
    await enqueue(tx, LANE, [(LANE, {"run_id": str(run_id)})])
    await audit.record(tx, actor, "import.started", run_id, product=row["vendor"])


async def stop(tx: Transaction, run_id: UUID, actor: Actor) -> None:
    """What is written stays, and it can be gone on with. Raises `ImportMismatch`."""
    await _lock(tx, run_id, ("looking", "waiting", "running"))
    # How far a look was is no place to go on from.
    await tx.execute(
        """UPDATE import_run SET state = 'stopped', position = CASE WHEN state = 'looking' THEN 0 ELSE position END
        WHERE id = $1""",
        run_id,
    )
    await audit.record(tx, actor, "import.stopped", run_id)


async def take_away(tx: Transaction, run_id: UUID, actor: Actor) -> None:
    """Off the list, with its file; what it brought stays. Raises `ImportMismatch` while it is under way."""
    row = await _lock(tx, run_id, ("mapping", "ready", "stopped", "failed", "done"))
    await tx.execute("DELETE FROM import_run WHERE id = $1", run_id)
    if row["upload_ref"]:
        await discard_soon(tx, [row["upload_ref"]])
    await audit.record(tx, actor, "import.removed", run_id)


async def _lock(tx: Transaction, run_id: UUID, states: Sequence[ImportState]) -> Any:
    row = await tx.row(
        """SELECT vendor, account, path, upload_ref, fingerprint, mapping, inboxes, state, position FROM import_run
        WHERE id = $1 FOR UPDATE""",
        run_id,
    )
    if row is None:
        raise ImportUnknown
    if row["state"] not in states:
        raise ImportMismatch
    return row


async def check_free(tx: Transaction) -> None:
    """One at a time: two would fight for the same customers, and for everybody's patience. Raises `ImportRunning`."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('import', 0))")
    if await tx.value("SELECT true FROM import_run WHERE state IN ('looking', 'waiting', 'running') LIMIT 1"):
        raise ImportRunning


def check_account(account: str) -> str:
    """What tells two accounts of one product apart: a word. Raises `Invalid`."""
    account = account.strip().lower()
    if len(account) > 40 or not all(sign.isalnum() or sign in "-_" for sign in account):
        raise Invalid(field="account")
    return account
