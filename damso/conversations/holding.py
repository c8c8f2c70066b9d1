"""What this room holds on a person: what they said, what was said to them, and their files. Nothing of others.

In a case that others take part in, what these wrote is left out, and their names and addresses are taken out of what
the person wrote. Quotes of earlier mails go as well: who wrote them cannot be told for certain. What colleagues noted
among themselves is told only where whoever answers the request says so: it may be about others, or a trade secret.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from msgspec import Struct

from damso.conversations.redact import without
from damso.conversations.retention.rules import rules
from damso.customers.erasing.page import CLASSES
from damso.customers.subject_access.holding import Column, HeldFile, Section, Subject
from damso.customers.types import INTERNAL
from damso.kernel.database import Transaction
from damso.kernel.erasure import LEAST_NAME, LEAST_NEEDLE
from damso.kernel.i18n import Text

_TEXT = """m.id, m.conversation_id, m.kind, m.position_at AS at, m.direction, m.channel, c.subject, c.record_class,
    CASE WHEN m.deleted_at IS NOT NULL THEN '' WHEN m.fresh IS NULL THEN m.text ELSE left(m.text, m.fresh::int) END"""

_LINES = f"""
SELECT {_TEXT} AS text FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE m.identity_id = ANY ($1) AND m.kind = 'message'
UNION ALL SELECT {_TEXT} FROM conversation c JOIN message m ON m.conversation_id = c.id
WHERE $2::boolean AND m.kind = 'note' AND c.anchor_identity_id = ANY ($1)
ORDER BY conversation_id, at, id
"""

_FILES = """
SELECT a.message_id, a.name, a.blob_ref FROM attachment a JOIN message m ON m.id = a.message_id
WHERE a.message_id = ANY ($1) AND m.deleted_at IS NULL AND a.blob_ref NOT LIKE 'media:%' ORDER BY a.position, a.id
"""

_OTHERS = """
SELECT DISTINCT x.conversation_id, i.value, i.name, u.name AS customer_name FROM (
    SELECT conversation_id, identity_id FROM participant WHERE conversation_id = ANY ($1)
    UNION SELECT conversation_id, identity_id FROM message
        WHERE conversation_id = ANY ($1) AND kind = 'message') x
JOIN identity i ON i.id = x.identity_id AND i.id <> ALL ($2) AND i.kind <> $3
JOIN customer u ON u.id = i.customer_id
"""

_NOTES = """
SELECT count(*) FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE m.kind = 'note' AND c.anchor_identity_id = ANY ($1)
"""

_UNSAFE = re.compile(r"[^\w.\- ]+")


class _Line(Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    kind: str
    at: datetime
    direction: str | None
    channel: str | None
    subject: str
    record_class: str
    text: str


class ConversationHolding:
    name: ClassVar[str] = "conversations"

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        ids = list(subject.identity_ids)
        lines = await tx.all(_Line, _LINES, ids, subject.notes)
        needles = await _others(tx, {line.conversation_id for line in lines}, ids)
        files = await _files(tx, [line.id for line in lines if line.kind == "message"])
        notes: int = 0 if subject.notes else await tx.value(_NOTES, ids)
        return Section(
            name=self.name,
            title=Text("상담 내용", "Conversations"),
            why=Text("문의에 답하고 약속한 일을 확인하기 위해 써요.", "To answer you, and to keep to what we said."),
            kept=await _kept(tx),
            columns=(
                Column("at", Text("시각 (UTC)", "Time (UTC)")),
                Column("subject", Text("제목", "Subject")),
                Column("channel", Text("채널", "Channel")),
                Column("by", Text("쓴 사람", "Who")),
                Column("text", Text("내용", "Text")),
                Column("files", Text("파일", "Files")),
            ),
            rows=[_row(line, needles.get(line.conversation_id, ()), files.get(line.id, ())) for line in lines],
            files=[file for one in files.values() for file in one],
            note=_left_out(notes),
        )


def _row(line: _Line, needles: Sequence[str], files: Sequence[HeldFile]) -> dict[str, Any]:
    return {
        "case": line.conversation_id,
        "at": line.at,
        "subject": without(line.subject, needles),
        "record_class": line.record_class,
        "channel": line.channel,
        "by": line.direction or line.kind,
        "text": without(line.text, needles),
        "files": [file.path for file in files],
    }


async def _others(tx: Transaction, cases: set[UUID], identity_ids: list[int]) -> Mapping[UUID, Sequence[str]]:
    """What others in the same cases are known by, the longest first; not what the person is called as well."""
    own = {name.lower() for name in await tx.values("SELECT name FROM identity WHERE id = ANY ($1)", identity_ids)}
    found: dict[UUID, set[str]] = {}
    for row in await tx.rows(_OTHERS, list(cases), identity_ids, INTERNAL):
        words = found.setdefault(row["conversation_id"], set())
        words |= {row["value"]} if len(row["value"]) >= LEAST_NEEDLE else set()
        names = {row["name"], row["customer_name"]}
        words |= {name for name in names if len(name) >= LEAST_NAME and name.lower() not in own}
    return {case: sorted(words, key=lambda word: (-len(word), word)) for case, words in found.items()}


async def _files(tx: Transaction, message_ids: list[UUID]) -> Mapping[UUID, Sequence[HeldFile]]:
    """Under names that any system can unpack, each in the folder of its message."""
    found: dict[UUID, list[HeldFile]] = {}
    for row in await tx.rows(_FILES, message_ids):
        own = found.setdefault(row["message_id"], [])
        name = _UNSAFE.sub("_", row["name"]).strip(". ")[-120:] or "file"
        own.append(HeldFile(path=f"files/{row['message_id']}/{len(own) + 1} {name}", ref=row["blob_ref"]))
    return found


async def _kept(tx: Transaction) -> Text:
    known = (await rules(tx)).values()

    def said(locale: str) -> str:
        days = "일" if locale == "ko" else " days"
        names = {rule.record_class: CLASSES[rule.record_class] for rule in known}
        return ", ".join(
            f"{names[rule.record_class].ko if locale == 'ko' else names[rule.record_class].en} {rule.days:,}{days}"
            for rule in known
        )

    return Text(f"상담이 끝난 뒤 기록의 종류에 따라: {said('ko')}", f"After a case is over, by its kind: {said('en')}")


def _left_out(notes: int) -> Text | None:
    if not notes:
        return None
    return Text(
        f"직원끼리 주고받은 내부 메모 {notes}건은 다른 분의 정보나 영업 비밀이 있을 수 있어 넣지 않았어요. "
        "필요하시면 요청해 주세요.",
        f"{notes} internal notes are left out, since they may be about others or a trade secret. You may ask for them.",
    )
