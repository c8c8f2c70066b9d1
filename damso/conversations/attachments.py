"""Files people attach: uploaded first, then sent with a message; fetched ones take their place when they are there."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from damso.channels.media import MEDIA, StoredFile, resolve
from damso.conversations.entries import file_view
from damso.conversations.facts import fact_of
from damso.conversations.types import File
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.kernel.log import Recorded, Stream, append
from damso.kernel.masking import mask_kept

KEPT_UNSENT = timedelta(days=7)
"""An upload that no message took is forgotten after this."""


class Download(Struct, frozen=True):
    name: str
    content_type: str
    blob_ref: str


async def keep_upload(tx: Transaction, uploader: tuple[str, str], name: str, stored: StoredFile) -> File:
    """Note a file that was stored; `uploader` is who may send it: its kind and id."""
    row = await tx.row(
        """INSERT INTO attachment (id, uploader_kind, uploader_id, name, content_type, size, blob_ref, inline, width,
            height, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, false, $8, $9, $10)
        RETURNING id, name, content_type, size, inline, width, height""",
        new_id(),
        *uploader,
        await mask_kept(tx, _safe_name(name)),
        stored.content_type,
        stored.size,
        stored.ref,
        stored.width,
        stored.height,
        tx.now,
    )
    return file_view(row)


def _safe_name(name: str) -> str:
    """A file's name without its folders and control signs, at most 200 characters."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in bare if sign.isprintable()).strip()[-200:] or "file"


async def download(tx: Transaction, attachment_id: UUID) -> Download:
    """Raises `NotFound`, also as long as a file is still to be fetched."""
    found = await tx.one(Download, "SELECT name, content_type, blob_ref FROM attachment WHERE id = $1", attachment_id)
    if found.blob_ref.startswith(MEDIA):
        raise NotFound
    return found


class MediaReader:
    """A fetched file takes the place of its reference."""

    name: ClassVar[str] = "conversations.media"
    title: ClassVar[Text] = Text("가져온 파일을 메시지에 붙이기", "Putting fetched files to their messages")
    stream: ClassVar[Stream] = "care"
    names: ClassVar[Collection[str] | None] = {"media.stored"}

    async def read(self, tx: Transaction, events: Sequence[Recorded]) -> None:
        for event in events:
            await self._take(tx, event)

    async def _take(self, tx: Transaction, event: Recorded) -> None:
        ref = f"{MEDIA}{event.subject_id}"
        stored = await resolve(tx, ref)
        if stored is None:
            return
        rows = await tx.rows(
            """UPDATE attachment a SET blob_ref = $2, content_type = $3, size = $4, width = $5, height = $6
            FROM message m WHERE a.blob_ref = $1 AND m.id = a.message_id
            RETURNING m.id, m.conversation_id, m.identity_id, m.inbox_id""",
            ref,
            stored.ref,
            stored.content_type,
            stored.size,
            stored.width,
            stored.height,
        )
        await append(
            tx,
            *(fact_of(row, "message.file_arrived", cause_id=event.id) for row in rows),
        )


class UnsentTimer:
    """Forgets uploads that no message took and no scheduled answer will take. Their blobs go when nothing refers to
    them any more."""

    name: ClassVar[str] = "unsent_uploads"

    async def run(self, tx: Transaction) -> bool:
        gone = await tx.execute(
            """DELETE FROM attachment WHERE id IN (SELECT id FROM attachment
            WHERE message_id IS NULL AND created_at < $1 AND NOT EXISTS (
                SELECT 1 FROM scheduled_answer s WHERE s.state IN ('waiting', 'held', 'refused')
                    AND attachment.id = ANY (s.attachment_ids))
            ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED)""",
            tx.now - KEPT_UNSENT,
        )
        return gone == 100
