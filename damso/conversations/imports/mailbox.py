"""Old mail as an import: found, sorted by when it was written, and stored as what a mail server hands out.

From there it goes the way of new mail. Whoever was erased on request is not brought back: a mail that names one of
their addresses is left out.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from damso.channels.adapters.email.mailbox import INTERNAL_DATE
from damso.channels.imports.mail_archives import FoundMail, Skipped, correspondents, find_mails, read_mail
from damso.channels.inboxes import InboxRecord
from damso.channels.poll import import_raw, wait_for_room
from damso.channels.types import Request
from damso.conversations.imports.chunk import Outcome, Problem
from damso.conversations.imports.erased import ERASED
from damso.conversations.imports.run import Tell
from damso.customers.erasing.suppressed import suppressed, suppressed_since
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction

KIND = "message"
STEP = 20
"""Mails after which the position is noted; what a kill repeats of them is recognised."""


class Archive(Struct, frozen=True):
    """The mails of a file or a folder, the oldest first, and what is none."""

    root: Path
    mails: Sequence[FoundMail]
    skipped: Sequence[Skipped]

    def place(self, path: str) -> str:
        """Where something lies, without the folders above."""
        return Path(path).name if Path(path) == self.root else Path(path).relative_to(self.root).as_posix()


def open_archive(path: Path) -> Archive:
    """Reads everything once, remembering only where each mail lies."""
    found = list(find_mails([path]))
    mails = sorted(one for one in found if isinstance(one, FoundMail))
    return Archive(path, mails, [one for one in found if isinstance(one, Skipped)])


async def names_erased(tx: Transaction, keyring: Keyring, raw: bytes) -> bool:
    """Whether a mail is from or to somebody who was erased."""
    return bool(await suppressed(tx, keyring, {("email", address) for address in correspondents(raw)}))


class ErasedMail:
    """Leaves out, of what a mailbox still holds, what came before somebody was erased whom it names. Their new mail is
    welcome; when a mail came, the mail server says, and not its writer."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def left_out(self, tx: Transaction, request: Request) -> bool:
        """Whether a polled mail is not to be taken."""
        came = request.headers.get(INTERNAL_DATE)
        if came is None:
            return False
        named = {("email", address) for address in correspondents(request.body)}
        gone = await suppressed_since(tx, self._keyring, named)
        return any(datetime.fromisoformat(came) < since for since in gone.values())


def told_of_skipped(archive: Archive) -> Outcome:
    outcome = Outcome()
    for one in archive.skipped:
        outcome.count(KIND, "refused")
        outcome.problems.append(Problem(archive.place(one.path), KIND, "", one.code))
    return outcome


async def foresee_mail(database: Database, keyring: Keyring, archive: Archive, tell: Tell) -> Outcome:
    """What would come: nothing is written."""
    outcome = told_of_skipped(archive)
    for done, mail in enumerate(archive.mails, start=1):
        raw = await asyncio.to_thread(read_mail, mail)
        async with database.reading() as tx:
            gone = await names_erased(tx, keyring, raw)
        _count(outcome, archive, mail, "refused" if gone else "new")
        tell(done)
    return outcome


async def bring_mail(
    database: Database, keyring: Keyring, blobs: Blobs, inbox: InboxRecord, archive: Archive, run_id: UUID
) -> None:
    """Store what is left; gives up where somebody stopped the run."""
    async with database.reading() as tx:
        row = await tx.row("SELECT position, counts FROM import_run WHERE id = $1", run_id)
    assert row is not None
    position, outcome = row["position"], Outcome(counts=row["counts"])
    if position == 0:
        outcome.add(told_of_skipped(archive))
    while position < len(archive.mails):
        step = archive.mails[position : position + STEP]
        for mail in step:
            _count(outcome, archive, mail, await _bring(database, keyring, blobs, inbox, mail))
        position += len(step)
        if not await _move(database, run_id, position, outcome):
            return
        outcome.problems.clear()
    await _move(database, run_id, position, outcome)


async def _bring(database: Database, keyring: Keyring, blobs: Blobs, inbox: InboxRecord, mail: FoundMail) -> str:
    await wait_for_room(database)
    raw = await asyncio.to_thread(read_mail, mail)
    async with database.reading() as tx:
        if await names_erased(tx, keyring, raw):
            return "refused"
    return "new" if await import_raw(database, blobs, inbox, raw) else "same"


def _count(outcome: Outcome, archive: Archive, mail: FoundMail, state: str) -> None:
    outcome.count(KIND, state)
    if state == "refused":
        outcome.problems.append(Problem(f"{archive.place(mail.path)}:{mail.offset}", KIND, "", ERASED))


async def _move(database: Database, run_id: UUID, position: int, outcome: Outcome) -> bool:
    """Note how far it is; false where it was told to stop."""
    async with database.transaction() as tx:
        moved = await tx.execute(
            "UPDATE import_run SET position = $2, counts = $3 WHERE id = $1 AND state = 'running'",
            run_id,
            position,
            outcome.counts,
        )
        await note_problems(tx, run_id, outcome.problems)
    return bool(moved)


async def note_problems(tx: Transaction, run_id: UUID, problems: Sequence[Problem]) -> None:
    """Keep what could not be brought in as it is."""
    if problems:
        await tx.execute(
            """INSERT INTO import_problem (run_id, place, kind, external_id, code)
            SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING""",
            run_id,
            *([getattr(one, name) for one in problems] for name in Problem.__struct_fields__),
        )
