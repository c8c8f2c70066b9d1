"""Files of messages: those that came along become blobs at once, those a provider keeps are fetched afterwards.

A message never waits for its files. One that is still to be fetched is known by `media:<id>`; when it is there (or
will never be), `media.stored` or `media.failed` in the log tells whoever holds that reference.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import httpx
import msgspec
import structlog
from msgspec import Struct

from damso.channels.abilities import Fetches
from damso.channels.failures import ChannelError, TryLater
from damso.channels.file_types import real_type
from damso.channels.inboxes import Inboxes, InboxUnusable
from damso.channels.items import Attachment, InboundEcho, InboundMessage, Item
from damso.channels.pictures import dimensions
from damso.channels.types import Blob
from damso.kernel import lanes
from damso.kernel.blobs import Blobs
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Event, append
from damso.kernel.notify import LOST

log = structlog.get_logger()

MEDIA = "media:"
MAX_BYTES = 50 * 1024 * 1024
"""A file larger than this is not fetched."""
SECONDS = 120.0
GIVE_UP = timedelta(hours=24)


class StoredFile(Struct, frozen=True, kw_only=True):
    """A file as we keep it. `content_type` is what the bytes are, not what somebody said."""

    ref: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None


class Wanted(Struct, frozen=True, kw_only=True):
    """A file to fetch."""

    id: UUID
    ref: str
    content_type: str


class Kept(Struct, frozen=True, kw_only=True):
    """An item whose bytes are blobs, and the files that are still to be fetched."""

    item: Item
    html_ref: str | None = None
    wanted: tuple[Wanted, ...] = ()


async def keep_file(blobs: Blobs, data: bytes, content_type: str) -> StoredFile:
    """Store a file and find out what it is."""
    size = await asyncio.to_thread(dimensions, data)
    return StoredFile(
        ref=await blobs.put(data),
        content_type=real_type(content_type, data),
        size=len(data),
        width=size[0] if size else None,
        height=size[1] if size else None,
    )


async def keep_files(blobs: Blobs, item: Item) -> Kept:
    """Store what came along with an item."""
    if not isinstance(item, InboundMessage | InboundEcho):
        return Kept(item=item)
    html = item.html if isinstance(item, InboundMessage) else None
    wanted = [
        Wanted(id=new_id(), ref=file.ref, content_type=file.content_type)
        for file in item.attachments
        if file.data is None and file.ref
    ]
    waiting = iter(wanted)
    files = [
        await _keep(blobs, file) if file.data is not None else _later(file, next(waiting))
        for file in item.attachments
        if file.data is not None or file.ref
    ]
    kept = msgspec.structs.replace(item, attachments=tuple(files))
    return Kept(
        item=msgspec.structs.replace(kept, html=None) if isinstance(kept, InboundMessage) else kept,
        html_ref=await blobs.put(html.encode()) if html is not None else None,
        wanted=tuple(wanted),
    )


async def _keep(blobs: Blobs, file: Attachment) -> Attachment:
    stored = await keep_file(blobs, file.data or b"", file.content_type)
    return msgspec.structs.replace(
        file,
        data=None,
        ref=stored.ref,
        content_type=stored.content_type,
        size=stored.size,
        width=stored.width,
        height=stored.height,
    )


def _later(file: Attachment, wanted: Wanted) -> Attachment:
    return msgspec.structs.replace(file, ref=f"{MEDIA}{wanted.id}", content_type=real_type(file.content_type, b""))


async def await_media(tx: Transaction, wanted: Sequence[tuple[UUID, Wanted]]) -> None:
    """Have files fetched, each through an inbox."""
    if not wanted:
        return
    await tx.execute(
        """INSERT INTO media (id, inbox_id, ref, state, content_type, created_at)
        SELECT id, inbox_id, ref, 'waiting', content_type, $2
        FROM jsonb_to_recordset($1) AS w(id uuid, inbox_id uuid, ref text, content_type text)""",
        [msgspec.to_builtins(one) | {"inbox_id": str(inbox_id)} for inbox_id, one in wanted],
        tx.now,
    )
    await lanes.enqueue(tx, MediaLane.name, [(None, {"media_id": str(one.id)}) for _, one in wanted])


async def resolve(tx: Transaction, ref: str) -> StoredFile | None:
    """The file behind `media:<id>`, or None as long as it is not there."""
    if not ref.startswith(MEDIA):
        return None
    return await tx.maybe(
        StoredFile,
        "SELECT blob_ref AS ref, content_type, size, width, height FROM media WHERE id = $1 AND state = 'stored'",
        UUID(ref.removeprefix(MEDIA)),
    )


class _Waiting(Struct, frozen=True, kw_only=True):
    id: UUID
    inbox_id: UUID
    ref: str
    content_type: str


_WAITING = "SELECT id, inbox_id, ref, content_type FROM media WHERE id = $1 AND state = 'waiting'"


class MediaLane:
    """Works the lane `media`: fetches a file, and tries again for a day where the provider is away."""

    name: ClassVar[str] = "media"
    title: ClassVar[Text] = Text("메시지에 딸린 파일 가져오기", "Fetching files of messages")
    width: ClassVar[int] = 4

    def __init__(self, database: Database, blobs: Blobs, inboxes: Inboxes, http: httpx.AsyncClient) -> None:
        self._database = database
        self._blobs = blobs
        self._inboxes = inboxes
        self._http = http

    async def work(self, claim: lanes.Claim) -> None:
        async with self._database.reading() as tx:
            media = await tx.maybe(_Waiting, _WAITING, UUID(claim.item.payload["media_id"]))
        if media is None:
            async with self._database.transaction() as tx:
                return await claim.finish(tx)
        try:
            blob = await self._fetch(media)
        except TryLater as fault:
            return await self._again(claim, media, fault)
        except ChannelError as error:
            return await self._fail(claim, media, str(error) or type(error).__name__)
        stored = await keep_file(self._blobs, blob.data, blob.content_type or media.content_type)
        return await self._keep(claim, media, stored)

    async def _fetch(self, media: _Waiting) -> Blob:
        try:
            async with self._database.reading() as tx:
                inbox = await self._inboxes.by_id(tx, media.inbox_id)
        except (InboxUnusable, NotFound) as error:
            raise TryLater("the inbox is not usable", after=3600) from error
        if not isinstance(inbox.adapter, Fetches):
            raise ChannelError("this channel hands out no files")
        try:
            async with asyncio.timeout(SECONDS):
                blob = await inbox.adapter.fetch_media(media.ref, inbox.config, self._http)
        except (TimeoutError, httpx.TransportError) as error:
            raise TryLater(type(error).__name__) from error
        except (ChannelError, *LOST):
            raise
        except Exception as error:
            log.exception("media.fault", media_id=str(media.id))
            raise ChannelError(type(error).__name__) from error
        if len(blob.data) > MAX_BYTES:
            raise ChannelError(f"{len(blob.data)} bytes are more than {MAX_BYTES}")
        return blob

    async def _again(self, claim: lanes.Claim, media: _Waiting, fault: TryLater) -> None:
        wait = max(fault.after, min(3600.0, 5.0 * 2**claim.item.attempts))
        if self._database.clock.now() + timedelta(seconds=wait) > claim.item.created_at + GIVE_UP:
            return await self._fail(claim, media, str(fault))
        raise lanes.Retry(wait, str(fault))

    async def _keep(self, claim: lanes.Claim, media: _Waiting, file: StoredFile) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(
                """UPDATE media SET state = 'stored', blob_ref = $2, content_type = $3, size = $4, width = $5,
                    height = $6 WHERE id = $1""",
                media.id,
                file.ref,
                file.content_type,
                file.size,
                file.width,
                file.height,
            )
            await append(tx, _event("media.stored", media))
            await claim.finish(tx)

    async def _fail(self, claim: lanes.Claim, media: _Waiting, reason: str) -> None:
        async with self._database.transaction() as tx:
            await _never(tx, media, reason)
            await claim.finish(tx)

    async def give_up(self, tx: Transaction, item: lanes.Item) -> None:
        """Whoever waits for the file is told that it will never be there."""
        media = await tx.maybe(_Waiting, _WAITING, UUID(item.payload["media_id"]))
        if media:
            await _never(tx, media, "given up")


async def _never(tx: Transaction, media: _Waiting, reason: str) -> None:
    await tx.execute("UPDATE media SET state = 'failed', reason = $2 WHERE id = $1", media.id, reason[:500])
    await append(tx, _event("media.failed", media))


def _event(name: str, media: _Waiting) -> Event:
    return Event(name=name, subject_kind="media", subject_id=str(media.id), inbox_id=media.inbox_id)
