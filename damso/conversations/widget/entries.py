"""What a visitor sees of the conversation: messages of their own identity and of those joined to it by proof, only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.conversations.entries import SHOWN_PICTURES
from damso.customers.disclose import disclosed
from damso.customers.faces import initials_of
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 30


class WidgetAuthor(Struct, frozen=True):
    name: str
    initials: str


class WidgetFile(Struct, frozen=True, kw_only=True):
    """An attachment; its address is signed, because a picture is fetched without the visitor's token."""

    id: UUID
    name: str
    content_type: str
    size: int
    url: str
    preview_url: str | None
    width: int | None
    height: int | None


class WidgetEntry(Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """One message as the customer sees it."""

    id: UUID
    client_id: str | None
    at: datetime
    sender: Literal["me", "agent", "bot", "system"]
    author: WidgetAuthor | None
    text: str
    attachments: list[WidgetFile]
    channel: str
    status: Literal["sent", "delivered", "read"] | None
    deleted: bool
    edited: bool


_SELECT = """
SELECT m.id, m.external_id, m.position_at AS at, m.direction, m.author_kind, a.name AS agent,
    CASE WHEN m.deleted_at IS NULL THEN left(m.text, coalesce(m.fresh, length(m.text))::int) ELSE '' END AS text,
    m.channel, m.status, m.deleted_at IS NOT NULL AS deleted, m.edited_at IS NOT NULL AS edited, m.identity_id,
    EXISTS (SELECT 1 FROM seen s WHERE s.conversation_id = m.conversation_id AND s.seen_at >= m.position_at) AS seen,
    CASE WHEN m.deleted_at IS NULL THEN coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name,
        'content_type', f.content_type, 'size', f.size, 'width', f.width, 'height', f.height) ORDER BY f.position, f.id)
        FROM attachment f WHERE f.message_id = m.id AND NOT f.inline), '[]') ELSE '[]' END AS files
FROM message m LEFT JOIN agent a ON a.id = m.author_id AND m.author_kind = 'agent'
"""
_SHOWN = """m.kind = 'message' AND (m.status IS NULL OR m.status NOT IN ('queued', 'failed', 'unknown'))
    AND m.automation = 'none' AND m.inbox_id IN (SELECT id FROM inbox WHERE brand_id = {brand})"""


async def own_identities(tx: Transaction, key: IdentityKey) -> list[int]:
    """The visitor's identity and those joined to it by proof; none before they have acted."""
    identity_id = await tx.value(
        "SELECT id FROM identity WHERE kind = $1 AND scope = $2 AND value = $3", key.kind, key.scope, key.value
    )
    return await disclosed(tx, identity_id) if identity_id else []


async def widget_entries(
    tx: Transaction, keyring: Keyring, identities: Sequence[int], brand_id: UUID, *, before: str | None = None
) -> Page[WidgetEntry]:
    """A page of all that was said between these identities and the brand, oldest first."""
    at, message_id = decode_cursor(before, datetime, UUID) if before else (None, None)
    rows = await tx.rows(
        f"""{_SELECT} WHERE m.identity_id = ANY ($1) AND {_SHOWN.format(brand="$2")}
            AND ($3::timestamptz IS NULL OR (m.position_at, m.id) < ($3, $4::uuid))
        ORDER BY m.position_at DESC, m.id DESC LIMIT $5""",
        list(identities),
        brand_id,
        at,
        message_id,
        PAGE + 1,
    )
    shown = [_entry(row, keyring, tx.now) for row in reversed(rows[:PAGE])]
    return Page(shown, encode_cursor(shown[0].at, shown[0].id) if len(rows) > PAGE else None)


async def widget_entries_by_id(
    tx: Transaction, keyring: Keyring, ids: Sequence[UUID], brand_id: UUID
) -> list[tuple[int, WidgetEntry]]:
    """These messages with the identity each belongs to; what customers may not see is left out. The number of ids
    is hidden as in `rows_by_id`."""
    rows = await tx.rows(
        f"""{_SELECT} WHERE m.id = ANY (ARRAY(SELECT unnest($1::uuid[]))) AND {_SHOWN.format(brand="$2")}
        ORDER BY m.position_at, m.id""",
        list(ids),
        brand_id,
    )
    return [(row["identity_id"], _entry(row, keyring, tx.now)) for row in rows]


async def count_unread(tx: Transaction, identities: Sequence[int], brand_id: UUID) -> int:
    """Messages of ours in the chat that were not read, up to 99."""
    if not identities:
        return 0
    unread: int = await tx.value(
        """SELECT count(*) FROM (SELECT 1 FROM message m WHERE m.identity_id = ANY ($1) AND m.kind = 'message'
            AND m.direction = 'out' AND m.status IN ('sent', 'delivered') AND m.deleted_at IS NULL
            AND m.inbox_id IN (SELECT id FROM inbox WHERE brand_id = $2 AND channel = 'chat') LIMIT 99) unread""",
        list(identities),
        brand_id,
    )
    return unread


FILE_PURPOSE = "widget file"


def _entry(row: Any, keyring: Keyring, now: datetime) -> WidgetEntry:
    mine = row["direction"] == "in"
    return WidgetEntry(
        id=row["id"],
        client_id=row["external_id"] if mine and row["channel"] == "chat" else None,
        at=row["at"],
        sender="me" if mine else row["author_kind"],
        author=WidgetAuthor(row["agent"], initials_of(row["agent"])) if row["agent"] else None,
        text=row["text"],
        attachments=[widget_file(file, keyring, now) for file in row["files"]],
        channel=row["channel"],
        status=("read" if row["seen"] else "sent") if mine else row["status"],
        deleted=row["deleted"],
        edited=row["edited"],
    )


def widget_file(file: Any, keyring: Keyring, now: datetime) -> WidgetFile:
    """A file with an address that works for a day, for whoever was shown it."""
    pass_ = keyring.sign(FILE_PURPOSE, {"f": str(file["id"]), "exp": int(now.timestamp()) // 86_400 * 86_400 + 172_800})
    address = f"/widget/v1/attachments/{file['id']}?t={pass_}"
    return WidgetFile(
        id=UUID(str(file["id"])),
        name=file["name"],
        content_type=file["content_type"],
        size=file["size"],
        url=address,
        preview_url=f"{address}&shown=1" if file["content_type"] in SHOWN_PICTURES else None,
        width=file["width"],
        height=file["height"],
    )
