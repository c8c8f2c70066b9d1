"""The lines of a conversation as the desk shows them: one query a page, whatever hangs on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from damso.channels.content import Content
from damso.conversations.outbox import HELD
from damso.conversations.types import Author, Caution, Correspondent, Entry, File, Quoted
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, Text
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50

_CAUTIONS = {
    "UNAUTHENTICATED": Text(
        "보낸 사람을 확인하지 못한 메일이에요. 주소가 위조되었을 수 있어요.",
        "The sender of this mail could not be verified. The address may be forged.",
    ),
    "REPLY_TO_DIFFERS": Text(
        "답장은 {address} 주소로 보내 달라고 되어 있어요.", "It asks for answers to go to {address}."
    ),
}

_SELECT = f"""
SELECT m.id, m.conversation_id, m.kind, m.position_at AS at, m.author_kind, m.author_id,
    CASE m.author_kind WHEN 'agent' THEN coalesce(a.name, m.author_name)
        WHEN 'customer' THEN coalesce(nullif(u.name, ''), i.name) END AS author_name,
    m.direction, m.channel, m.inbox_id, m.text, m.fresh, m.html_ref IS NOT NULL AS has_html,
    m.source_ref IS NOT NULL AS has_source, m.subject, m.status, m.reason, m.undo_until, m.identity_id,
    i.kind AS identity_kind, i.value AS identity_value, m.recipients, m.automation, m.authenticated, m.reply_to,
    m.edited_at, m.deleted_at, m.reactions, m.mentions, m.activity, m.send_key, m.content,
    {HELD} AS held,
    q.id AS quotes_id, left(q.text, 140) AS quotes_text, CASE q.author_kind WHEN 'agent' THEN coalesce(qa.name,
        q.author_name) WHEN 'customer' THEN coalesce(nullif(qu.name, ''), qi.name) END AS quotes_author,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type,
        'size', f.size, 'inline', f.inline, 'width', f.width, 'height', f.height) ORDER BY f.position, f.id)
        FROM attachment f WHERE f.message_id = m.id), '[]') AS files,
    ARRAY(SELECT DISTINCT n.kind FROM masked_number n WHERE n.message_id = m.id ORDER BY 1) AS masked
FROM message m LEFT JOIN identity i ON i.id = m.identity_id LEFT JOIN customer u ON u.id = i.customer_id
    LEFT JOIN agent a ON a.id = m.author_id AND m.author_kind = 'agent'
    LEFT JOIN message q ON q.id = m.quotes_id AND q.conversation_id = m.conversation_id
    LEFT JOIN agent qa ON qa.id = q.author_id AND q.author_kind = 'agent'
    LEFT JOIN identity qi ON qi.id = q.identity_id LEFT JOIN customer qu ON qu.id = qi.customer_id
"""

SHOWN_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""Types a browser may show; anything else is only ever downloaded."""


async def entries_of(
    tx: Transaction, conversation_id: UUID, locale: Locale, *, before: str | None = None
) -> Page[Entry]:
    """A page of a conversation, oldest first; `next` leads to what came before it."""
    at, message_id = decode_cursor(before, datetime, UUID) if before else (None, None)
    rows = await tx.rows(
        _SELECT
        + """WHERE m.conversation_id = $1 AND ($2::timestamptz IS NULL OR (m.position_at, m.id) < ($2, $3::uuid))
        ORDER BY m.position_at DESC, m.id DESC LIMIT $4""",
        conversation_id,
        at,
        message_id,
        PAGE + 1,
    )
    shown = [_entry(row, locale) for row in reversed(rows[:PAGE])]
    return Page(shown, encode_cursor(shown[0].at, shown[0].id) if len(rows) > PAGE else None)


async def entries_by_id(tx: Transaction, ids: Sequence[UUID], locale: Locale) -> list[Entry]:
    """These lines, in the order they were said. The number of ids is hidden as in `rows_by_id`."""
    rows = await tx.rows(
        _SELECT + "WHERE m.id = ANY (ARRAY(SELECT unnest($1::uuid[]))) ORDER BY m.position_at, m.id", list(ids)
    )
    return [_entry(row, locale) for row in rows]


async def entry_of(tx: Transaction, message_id: UUID, locale: Locale) -> Entry:
    return (await entries_by_id(tx, [message_id], locale))[0]


def file_view(row: Any) -> File:
    """An attachment as the desk shows it."""
    shown = row["content_type"] in SHOWN_PICTURES
    return File(
        id=UUID(str(row["id"])),
        name=row["name"],
        content_type=row["content_type"],
        size=row["size"],
        url=f"/api/attachments/{row['id']}",
        inline=row["inline"],
        preview_url=f"/api/attachments/{row['id']}/preview" if shown else None,
        width=row["width"],
        height=row["height"],
    )


def _entry(row: Any, locale: Locale) -> Entry:
    return Entry(
        id=row["id"],
        conversation_id=row["conversation_id"],
        kind=row["kind"],
        at=row["at"],
        author=Author(row["author_kind"], row["author_id"], row["author_name"] or ""),
        direction=row["direction"],
        channel=row["channel"],
        inbox_id=row["inbox_id"],
        text=row["text"],
        fresh=row["fresh"],
        has_html=row["has_html"],
        html_url=f"/api/messages/{row['id']}/html" if row["has_html"] else None,
        has_source=row["has_source"],
        subject=row["subject"],
        attachments=[file_view(file) for file in row["files"]],
        masked=row["masked"],
        status=row["status"],
        reason=row["reason"],
        held=row["held"],
        undo_until=row["undo_until"] if row["status"] == "queued" else None,
        identity=Correspondent(row["identity_id"], row["identity_kind"], row["identity_value"])
        if row["identity_id"]
        else None,
        to=row["recipients"].get("to", []),
        cc=row["recipients"].get("cc", []),
        automation=row["automation"],
        warnings=_cautions(row, locale),
        edited_at=row["edited_at"],
        deleted_at=row["deleted_at"],
        reactions=row["reactions"],
        mentions=row["mentions"],
        activity=row["activity"],
        content=msgspec.convert(row["content"], Content) if row["content"] else None,
        quotes=Quoted(row["quotes_id"], row["quotes_author"] or "", row["quotes_text"]) if row["quotes_id"] else None,
        send_key=row["send_key"],
    )


def _cautions(row: Any, locale: Locale) -> list[Caution]:
    found = []
    if row["direction"] == "in" and row["authenticated"] is False:
        found.append(Caution("UNAUTHENTICATED", _CAUTIONS["UNAUTHENTICATED"].say(locale)))
    if row["reply_to"] and row["reply_to"] != row["identity_value"]:
        found.append(Caution("REPLY_TO_DIFFERS", _CAUTIONS["REPLY_TO_DIFFERS"].say(locale, address=row["reply_to"])))
    return found
