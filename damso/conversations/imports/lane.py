"""The lane `import`: looks at an export, or brings it in; after a kill it goes on where it was.

Where it is stands in the run's row, written with each chunk. The lane item only says that there is something to do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.channels.imports.errors import ExportUnreadable
from damso.channels.imports.files import Export
from damso.channels.imports.types import Vendor
from damso.channels.inboxes import Inboxes
from damso.conversations.imports.begin import inboxes_for
from damso.conversations.imports.chunk import Desk, Outcome, Source
from damso.conversations.imports.jobs import LANE, Foreseen, ImportColleague, ImportTeam
from damso.conversations.imports.mailbox import bring_mail, foresee_mail, note_problems, open_archive
from damso.conversations.imports.run import ImportTaken, carry_out, desk_of, dry_run, finish
from damso.conversations.tables.begin import open_run, set_running, table_run
from damso.conversations.tables.carry import carry_table, look_through, note_troubles
from damso.conversations.tables.types import TABLES
from damso.customers.consent.may_contact import ContactRules
from damso.kernel.blob_collection import discard_soon
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, ClaimLost, Retry
from damso.kernel.notify import LOST

LOOK = 0.5
"""Seconds between notes of how far a look is, and looks whether somebody stopped it."""
PROBLEMS = 2_000
"""Problems that are written in one transaction."""
COLLEAGUES = 200
KEPT = timedelta(days=7)
"""How long an upload waits to be brought in: it holds other people's data."""


class Job(Struct, frozen=True, kw_only=True):
    """A run as the lane needs it."""

    id: UUID
    vendor: str
    account: str
    path: str
    name: str
    upload_ref: str | None
    inboxes: dict[str, str]
    state: str


class Stopped(Exception):
    """Somebody stopped it."""


class ImportLane:
    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("가져오기", "Bringing in from elsewhere")
    width: ClassVar[int] = 1

    def __init__(
        self, database: Database, keyring: Keyring, blobs: Blobs, inboxes: Inboxes, rules: ContactRules
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._rules = rules
        self._blobs = blobs
        self._inboxes = inboxes

    async def work(self, claim: Claim) -> None:
        async with self._database.reading() as tx:
            sql = f"SELECT {', '.join(Job.__struct_fields__)} FROM import_run WHERE id = $1"
            job = await tx.maybe(Job, sql, UUID(claim.item.payload["run_id"]))
        try:
            if job and job.state == "looking":
                await (self._look_at_table(job) if job.vendor in TABLES else self._look(job))
            elif job and job.state in ("waiting", "running"):
                await self._bring(job)
        except ImportTaken as error:
            raise Retry(LOOK, "taken elsewhere") from error
        except Stopped:
            pass
        except (*LOST, ClaimLost):
            raise
        except Exception as error:
            assert job is not None
            await self._fail(job.id, error)
            if not isinstance(error, AppError):
                raise
        async with self._database.transaction() as tx:
            await claim.finish(tx)

    def _place(self, job: Job) -> Path:
        """Raises `BlobMissing`."""
        return self._blobs.local(job.upload_ref) if job.upload_ref else Path(job.path)

    async def _look(self, job: Job) -> None:
        """See what would happen, and keep it with the run."""
        async with self._watched(job.id) as done:
            if job.vendor == "mailbox":
                archive = await asyncio.to_thread(open_archive, self._place(job))
                if not archive.mails:
                    raise ExportUnreadable("NOTHING", job.name)
                outcome = await foresee_mail(self._database, self._keyring, archive, done.tell)
                foreseen, fingerprint = Foreseen(counts=outcome.counts), ""
            else:
                export = await asyncio.to_thread(Export, self._place(job), job.name)
                desk = await self._desk(job)
                vendor: Vendor = desk.source.vendor
                outcome = await dry_run(self._database, vendor, export, desk, done.tell)
                foreseen, fingerprint = await self._told(desk, outcome), export.fingerprint
        await self._keep(job.id, foreseen, fingerprint, done.count, outcome)

    async def _look_at_table(self, job: Job) -> None:
        async with self._watched(job.id) as done:
            async with self._database.reading() as tx:
                run = await table_run(tx, job.id)
            opened = await open_run(self._database, self._keyring, self._rules, run, self._place(job), make=False)
            tally, total = await look_through(self._database, opened.bringing, opened.table, done.tell)
        for first in range(0, len(tally.troubles), PROBLEMS):
            async with self._database.transaction() as tx:
                troubles = tally.troubles[first : first + PROBLEMS]
                await note_troubles(tx, job.id, job.name, opened.bringing.kind, troubles)
        foreseen = Foreseen(counts={opened.bringing.kind: tally.counts} if tally.counts else {})
        await self._keep(job.id, foreseen, opened.fingerprint, total, Outcome())

    async def _bring_table(self, job: Job) -> None:
        async with self._database.reading() as tx:
            run = await table_run(tx, job.id)
        opened = await open_run(self._database, self._keyring, self._rules, run, self._place(job), make=True)
        position = await set_running(self._database, run, opened.fingerprint)
        if position >= 0:
            await carry_table(
                self._database, job.id, opened.bringing, opened.table, job.name, lambda _: None, position=position
            )

    async def _desk(self, job: Job) -> Desk:
        source = Source(job.vendor, job.account)  # type: ignore[arg-type]
        async with self._database.reading() as tx:
            wanted = {channel: UUID(one) for channel, one in job.inboxes.items()}
            return await desk_of(tx, self._keyring, source, await inboxes_for(tx, source, wanted, make=False))

    async def _told(self, desk: Desk, outcome: Outcome) -> Foreseen:
        async with self._database.reading() as tx:
            names = {row["id"]: row["name"] for row in await tx.rows("SELECT id, name FROM agent")}
        colleagues = [
            ImportColleague(name=one.name, email=one.email, agent=names.get(one.agent_id, "") if one.agent_id else "")
            for one in desk.colleagues.values()
        ]
        teams = [ImportTeam(name=name, here=name.casefold() in desk.teams) for name in desk.team_names.values()]
        colleagues.sort(key=lambda one: (bool(one.agent), one.name))
        teams.sort(key=lambda one: (one.here, one.name))
        return Foreseen(counts=outcome.counts, colleagues=colleagues[:COLLEAGUES], teams=teams[:COLLEAGUES])

    async def _keep(self, run_id: UUID, foreseen: Foreseen, fingerprint: str, total: int, outcome: Outcome) -> None:
        problems = sorted(set(outcome.problems))
        for first in range(0, len(problems), PROBLEMS):
            async with self._database.transaction() as tx:
                await note_problems(tx, run_id, problems[first : first + PROBLEMS])
        async with self._database.transaction() as tx:
            await tx.execute(
                """UPDATE import_run SET state = 'ready', foreseen = $2, fingerprint = $3, total = $4, position = 0
                WHERE id = $1 AND state = 'looking'""",
                run_id,
                msgspec.to_builtins(foreseen),
                fingerprint,
                total,
            )

    async def _bring(self, job: Job) -> None:
        if job.vendor == "mailbox":
            await self._bring_mail(job)
        elif job.vendor in TABLES:
            await self._bring_table(job)
        else:
            export = await asyncio.to_thread(Export, self._place(job), job.name)
            await carry_out(self._database, self._keyring, job.id, lambda _: None, export)
        async with self._database.transaction() as tx:
            # What came in is here now; the file it came from holds it once more, and is not needed. But rows of a table
            # that wait to be corrected are read in it, as long as uploads are kept.
            ref = await tx.value(
                """UPDATE import_run r SET upload_ref = NULL FROM import_run o WHERE r.id = $1 AND o.id = r.id
                    AND r.state = 'done' AND NOT EXISTS (
                        SELECT FROM import_problem p WHERE p.run_id = r.id AND p.line IS NOT NULL)
                RETURNING o.upload_ref""",
                job.id,
            )
            if ref:
                await discard_soon(tx, [ref])

    async def _bring_mail(self, job: Job) -> None:
        archive = await asyncio.to_thread(open_archive, self._place(job))
        async with self._database.transaction() as tx:
            inbox = await self._inboxes.by_id(tx, UUID(job.inboxes[""]))
            if not await tx.execute(
                "UPDATE import_run SET state = 'running' WHERE id = $1 AND state IN ('waiting', 'running')", job.id
            ):
                return
        await bring_mail(self._database, self._keyring, self._blobs, inbox, archive, job.id)
        await finish(self._database, job.id)

    async def _fail(self, run_id: UUID, error: Exception) -> None:
        """Without what the error says: it may quote the export."""
        told = "FAULT"
        if isinstance(error, ExportUnreadable):
            told = f"{error.why} {error.fields['place']}"
        elif isinstance(error, BlobMissing):
            told = "MISSING"
        async with self._database.transaction() as tx:
            await tx.execute(
                """UPDATE import_run SET state = 'failed', error = $2,
                    position = CASE WHEN state = 'looking' THEN 0 ELSE position END
                WHERE id = $1 AND state IN ('looking', 'waiting', 'running')""",
                run_id,
                told,
            )

    @asynccontextmanager
    async def _watched(self, run_id: UUID) -> AsyncIterator["Done"]:
        """Note how far a look is while it lasts; cancels it where somebody stopped it. Raises `Stopped`."""
        done, task = Done(), asyncio.current_task()
        assert task is not None
        watch = asyncio.create_task(self._watch(run_id, done, task))
        try:
            yield done
        except asyncio.CancelledError:
            if not done.stopped:
                raise
            task.uncancel()
            raise Stopped from None
        finally:
            watch.cancel()

    async def _watch(self, run_id: UUID, done: "Done", task: "asyncio.Task[Any]") -> None:
        while True:
            await asyncio.sleep(LOOK)
            async with self._database.transaction() as tx:
                if not await tx.execute(
                    "UPDATE import_run SET position = $2 WHERE id = $1 AND state = 'looking'", run_id, done.count
                ):
                    done.stopped = True
                    task.cancel()
                    return


class Done(Struct):
    """How many items a look has seen."""

    count: int = 0
    stopped: bool = False

    def tell(self, count: int) -> None:
        self.count = count


class UploadTimer:
    """Forgets uploads that nobody has brought in: they hold other people's data."""

    name: ClassVar[str] = "import_uploads"

    async def run(self, tx: Transaction) -> bool:
        rows = await tx.rows(
            """UPDATE import_run r SET upload_ref = NULL FROM import_run o WHERE o.id = r.id
                AND r.upload_ref IS NOT NULL AND r.state IN ('mapping', 'ready', 'stopped', 'failed', 'done')
                AND r.created_at < $1
            RETURNING o.upload_ref""",
            tx.now - KEPT,
        )
        if rows:
            await discard_soon(tx, [row["upload_ref"] for row in rows])
        return False
