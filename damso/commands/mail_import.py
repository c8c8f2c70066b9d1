"""Bringing old mail in: found, sorted by when it was written, stored, and seen through to its conversations."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from damso.bootstrap import Parts, lanes_of
from damso.channels import found as inbound
from damso.channels.abilities import Polls
from damso.channels.imports.mail_archives import FoundMail, Skipped, find_mails, read_mail
from damso.channels.inboxes import InboxRecord
from damso.channels.intake import PARSE_LANE
from damso.channels.poll import import_raw, wait_for_room
from damso.commands.connecting import any_parts
from damso.commands.progress_line import ProgressLine
from damso.conversations.imports.mailbox import names_erased
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.lanes import Worker
from damso.kernel.settings import Settings

LOOKING = Text("메일을 찾고 있어요: {done}통", "Looking for mails: {done}")
IMPORTING = Text("메일을 가져오고 있어요: {done}/{total}통", "Importing mail: {done} of {total}")
PROCESSING = Text("가져온 메일을 처리하고 있어요: {done}통 남음", "Processing what was imported: {done} to go")

LOOK_SECONDS = 0.1
STUCK_SECONDS = 60.0
"""Without any progress for so long, what is left is told instead of waited for."""


class NotAMailbox(AppError):
    code = "NOT_A_MAILBOX"
    status = 422
    text = Text(
        "'{name}'은(는) 메일함이 아니에요. `damso inbox list`에서 이메일 채널을 골라 주세요.",
        "'{name}' is not a mailbox. Choose an e-mail connection from `damso inbox list`.",
    )


class Report(Struct, frozen=True, kw_only=True):
    """What became of an import. `left_out` name somebody who was erased on request, `parked`
    could not be read, `queued` are stored and not yet processed."""

    found: int
    imported: int
    duplicates: int
    left_out: int
    parked: int
    queued: int
    skipped: list[Skipped]


async def import_mail(settings: Settings, paths: Sequence[Path], inbox_id: UUID) -> Report:
    """Raises `NotFound`, `NotAMailbox`, and as `any_parts`."""
    async with any_parts(settings) as parts:
        async with parts.database.reading() as tx:
            inbox = await parts.inboxes.by_id(tx, inbox_id)
        if not isinstance(inbox.adapter, Polls):
            raise NotAMailbox(name=inbox.name)
        mails, skipped = await _look(paths)
        started = parts.database.clock.now()
        async with _working(parts):
            imported, left_out = await _bring_in(parts, inbox, mails)
            queued = await _until_processed(parts, inbox_id)
        async with parts.database.reading() as tx:
            parked = await _parked(tx, inbox_id, started)
    return Report(
        found=len(mails),
        imported=imported,
        duplicates=len(mails) - imported - left_out,
        left_out=left_out,
        parked=parked,
        queued=queued,
        skipped=skipped,
    )


async def _look(paths: Sequence[Path]) -> tuple[list[FoundMail], list[Skipped]]:
    """All mails, the oldest first."""
    mails: list[FoundMail] = []
    skipped: list[Skipped] = []
    with ProgressLine() as line:
        steps = find_mails(paths)
        while (step := await asyncio.to_thread(next, steps, None)) is not None:
            if isinstance(step, FoundMail):
                mails.append(step)
            else:
                skipped.append(step)
            line.show(LOOKING, done=len(mails))
    return sorted(mails), skipped


@asynccontextmanager
async def _working(parts: Parts) -> AsyncIterator[None]:
    """Do ourselves what mail needs, whether or not a worker runs elsewhere: several share the work."""
    lanes = [lane for lane in lanes_of(parts) if lane.name in (PARSE_LANE, inbound.LANE)]
    async with asyncio.TaskGroup() as group:
        work = group.create_task(Worker(parts.database, lanes).run())
        yield
        work.cancel()


async def _bring_in(parts: Parts, inbox: InboxRecord, mails: Sequence[FoundMail]) -> tuple[int, int]:
    """Store each mail; how many were new, and how many name somebody who was erased on request."""
    new = left_out = 0
    with ProgressLine() as line:
        for done, mail in enumerate(mails, start=1):
            await wait_for_room(parts.database)
            raw = await asyncio.to_thread(read_mail, mail)
            async with parts.database.reading() as tx:
                erased = await names_erased(tx, parts.keyring, raw)
            left_out += erased
            new += 0 if erased else await import_raw(parts.database, parts.blobs, inbox, raw)
            line.show(IMPORTING, done=done, total=len(mails))
    return new, left_out


async def _until_processed(parts: Parts, inbox_id: UUID) -> int:
    """Wait until nothing of the inbox is at work; what is left where that comes to a halt."""
    loop = asyncio.get_running_loop()
    fewest, since = None, loop.time()
    with ProgressLine() as line:
        while True:
            async with parts.database.reading() as tx:
                waiting = await _waiting(tx, inbox_id)
            if fewest is None or waiting < fewest:
                fewest, since = waiting, loop.time()
            if not waiting or loop.time() - since > STUCK_SECONDS:
                return waiting
            line.show(PROCESSING, done=waiting)
            await asyncio.sleep(LOOK_SECONDS)


async def _waiting(tx: Transaction, inbox_id: UUID) -> int:
    """Deliveries that are yet to be read, and what was found in others and is yet to be stored."""
    count: int = await tx.value(
        """SELECT (SELECT count(*) FROM delivery WHERE inbox_id = $1 AND state = 'received')
        + (SELECT count(*) FROM lane_item WHERE lane = $2 AND parked_at IS NULL AND payload->>'inbox_id' = $1::text)""",
        inbox_id,
        inbound.LANE,
    )
    return count


async def _parked(tx: Transaction, inbox_id: UUID, since: datetime) -> int:
    """Deliveries nobody could read, and items found in them that could not be stored."""
    count: int = await tx.value(
        """SELECT (SELECT count(*) FROM delivery
            WHERE inbox_id = $1 AND origin = 'import' AND state = 'parked' AND received_at >= $2)
        + (SELECT count(*) FROM lane_item WHERE lane = $3 AND parked_at >= $2 AND payload->>'inbox_id' = $1::text)""",
        inbox_id,
        since,
        inbound.LANE,
    )
    return count
