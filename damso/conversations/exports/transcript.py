"""One case on paper: what was said, by whom and when, with attachments named. Notes only where they are asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from damso.channels.types import Adapter
from damso.conversations.entries import entries_of
from damso.conversations.types import Entry
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text

MOST = 2_000
"""Lines of a case: more makes a book of several hundred pages, for which the JSONL file is there."""


class TranscriptTooLong(AppError):
    code = "TRANSCRIPT_TOO_LONG"
    status = 422
    text = Text(
        "대화가 {limit}줄이 넘어 PDF로 만들 수 없어요. JSONL로 내보내 주세요.",
        "This conversation has more than {limit} lines. Please export it as JSONL.",
    )


class Transcript(Struct, frozen=True, kw_only=True):
    """What the paper says. Times are in `zone`."""

    subject: str
    brand: str
    customer: str
    addresses: Sequence[str]
    status: str
    opened_at: datetime
    lines: Sequence[Entry]
    channels: Mapping[str, str]
    """What each channel is called."""
    with_notes: bool
    printed_at: datetime
    printed_by: str
    zone: ZoneInfo
    locale: Locale


async def transcript_of(
    tx: Transaction,
    adapters: Mapping[str, Adapter],
    conversation_id: UUID,
    agent_id: UUID,
    locale: Locale,
    *,
    with_notes: bool,
) -> Transcript:
    """Of a conversation in the caller's reach. Raises `NotFound`, `TranscriptTooLong`."""
    head = await tx.row(
        """SELECT c.subject, c.status, c.created_at, b.name AS brand, coalesce(nullif(u.name, ''), i.name) AS customer,
            ARRAY(SELECT p.value FROM participant x JOIN identity p ON p.id = x.identity_id
                WHERE x.conversation_id = c.id AND p.kind IN ('email', 'phone') ORDER BY x.role DESC, p.id) AS addresses
        FROM conversation c JOIN brand b ON b.id = c.brand_id JOIN identity i ON i.id = c.anchor_identity_id
            JOIN customer u ON u.id = i.customer_id WHERE c.id = $1""",
        conversation_id,
    )
    agent = await tx.row("SELECT name, timezone FROM agent WHERE id = $1", agent_id)
    assert head is not None
    assert agent is not None
    shown = ("message", "note") if with_notes else ("message",)
    return Transcript(
        subject=head["subject"],
        brand=head["brand"],
        customer=head["customer"],
        addresses=head["addresses"],
        status=head["status"],
        opened_at=head["created_at"],
        lines=[line for line in await _all_lines(tx, conversation_id, locale) if line.kind in shown],
        channels={channel: adapter.name.say(locale) for channel, adapter in adapters.items()},
        with_notes=with_notes,
        printed_at=tx.now,
        printed_by=agent["name"],
        zone=ZoneInfo(agent["timezone"]),
        locale=locale,
    )


async def _all_lines(tx: Transaction, conversation_id: UUID, locale: Locale) -> list[Entry]:
    """Oldest first."""
    page = await entries_of(tx, conversation_id, locale)
    lines = page.items
    while page.next:
        if len(lines) > MOST:
            raise TranscriptTooLong(limit=MOST)
        page = await entries_of(tx, conversation_id, locale, before=page.next)
        lines = [*page.items, *lines]
    return lines
