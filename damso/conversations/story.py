"""What this room tells of a customer: their cases on the card, and the lines of their timeline."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from damso.conversations.reach import customer_reach, reach
from damso.customers.timeline import Kind, Place, TimelineEntry, TimelineSource
from damso.customers.types import CaseTotals, CompanyCase, CustomerCase, DividedCase, Footprint
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.team.access import Caller

_OPENED = Text("상담을 시작했어요", "Started a conversation")
_SAID = Text("고객 메시지", "Customer's message")
_ANSWERED = Text("답변", "Answer")
_NOTED = Text("내부 메모", "Internal note")
_VISITED = Text("페이지를 봤어요", "Viewed a page")


class Cases:
    """Fills the customers room's `CaseSource` for one caller."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def within(self, args: list[object], u: str) -> str:
        return customer_reach(self._caller, args, u)

    async def check(self, tx: Transaction, customer_id: UUID) -> None:
        args: list[object] = [customer_id]
        condition = self.within(args, "u")
        if condition and not await tx.value(f"SELECT true FROM customer u WHERE u.id = $1 AND {condition}", *args):
            raise NotFound

    async def open_counts(self, tx: Transaction, customer_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        if not self._caller.may("conversations.read"):
            return {}
        args: list[object] = [list(customer_ids)]
        conditions = " AND ".join(["c.joined_into IS NULL", *reach(self._caller, args)])
        rows = await tx.rows(
            f"""SELECT i.customer_id, count(*) AS n FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            WHERE i.customer_id = ANY ($1) AND c.status <> 'resolved' AND {conditions}
            GROUP BY i.customer_id""",
            *args,
        )
        return {row["customer_id"]: row["n"] for row in rows}

    async def cases(self, tx: Transaction, customer_id: UUID, limit: int) -> Sequence[CustomerCase]:
        if not self._caller.may("conversations.read"):
            return ()
        args: list[object] = [customer_id, limit]
        conditions = " AND ".join(["c.joined_into IS NULL", *reach(self._caller, args)])
        return await tx.all(
            CustomerCase,
            f"""SELECT c.id, coalesce(nullif(c.subject, ''), c.preview) AS subject, c.status, c.last_channel AS channel,
                c.last_message_at
            FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            WHERE i.customer_id = $1 AND {conditions} ORDER BY c.last_message_at DESC LIMIT $2""",
            *args,
        )

    async def cases_of_all(self, tx: Transaction, customer_ids: Sequence[UUID], limit: int) -> Sequence[CompanyCase]:
        if not self._caller.may("conversations.read"):
            return ()
        args: list[object] = [list(customer_ids), limit]
        conditions = " AND ".join(["c.joined_into IS NULL", *reach(self._caller, args)])
        return await tx.all(
            CompanyCase,
            f"""SELECT c.id, coalesce(nullif(c.subject, ''), c.preview) AS subject, c.status, c.last_channel AS channel,
                c.last_message_at, i.customer_id
            FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            WHERE i.customer_id = ANY ($1) AND {conditions}
            ORDER BY c.status = 'resolved', c.last_message_at DESC LIMIT $2""",
            *args,
        )

    async def totals(self, tx: Transaction, customer_ids: Sequence[UUID]) -> CaseTotals:
        if not self._caller.may("conversations.read"):
            return CaseTotals(open=0, all=0)
        args: list[object] = [list(customer_ids)]
        conditions = " AND ".join(["c.joined_into IS NULL", *reach(self._caller, args)])
        return await tx.one(
            CaseTotals,
            f"""SELECT count(*) FILTER (WHERE c.status <> 'resolved') AS open, count(*) AS all
            FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
            WHERE i.customer_id = ANY ($1) AND {conditions}""",
            *args,
        )

    async def footprints(self, tx: Transaction, identity_ids: Sequence[int]) -> Sequence[Footprint]:
        args: list[object] = [list(identity_ids)]
        conditions = " AND ".join(["true", *reach(self._caller, args)])
        said = f"EXISTS (SELECT FROM conversation c WHERE c.id = m.conversation_id AND {conditions})"
        return await tx.all(
            Footprint,
            f"""SELECT id AS identity_id,
                (SELECT count(*) FROM conversation c
                    WHERE c.anchor_identity_id = own.id AND c.joined_into IS NULL AND {conditions}) AS conversations,
                (SELECT count(*) FROM message m WHERE m.identity_id = own.id AND m.kind = 'message'
                    AND {said if len(args) > 1 else "true"}) AS messages
            FROM unnest($1::bigint[]) AS own(id)""",
            *args,
        )

    async def divided(self, tx: Transaction, sides: Mapping[int, int]) -> Sequence[DividedCase]:
        args: list[object] = [list(sides), list(sides.values())]
        conditions = " AND ".join(["c.joined_into IS NULL", *reach(self._caller, args)])
        return await tx.all(DividedCase, _DIVIDED.format(reach=conditions), *args)


_DIVIDED = """
WITH side AS (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS s(id, of)), parted AS (
    SELECT c.id, coalesce(nullif(c.subject, ''), c.preview) AS subject, c.anchor_identity_id, p.identity_id
    FROM side JOIN participant p ON p.identity_id = side.id AND p.role = 'customer'
    JOIN conversation c ON c.id = p.conversation_id AND {reach}
    JOIN side anchor ON anchor.id = c.anchor_identity_id AND anchor.of <> side.of
)
SELECT *, (SELECT count(*) FROM message m WHERE m.conversation_id = parted.id AND m.kind = 'message'
        AND m.identity_id = parted.identity_id) AS messages,
    (SELECT count(*) FROM message m WHERE m.conversation_id = parted.id AND m.kind = 'note') AS notes
FROM parted ORDER BY messages DESC, id, identity_id LIMIT 50
"""


class ConversationLines:
    """The cases a customer began."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"conversation"})

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> Sequence[TimelineEntry]:
        args: list[object] = [list(identity_ids), before.at, before.id, limit]
        conditions = " AND ".join(["c.anchor_identity_id = ANY ($1)", *reach(self._caller, args)])
        rows = await tx.rows(
            f"""SELECT id, created_at, last_channel, coalesce(nullif(subject, ''), (
                SELECT left(m.text, 140) FROM message m WHERE m.conversation_id = c.id
                    AND m.kind = 'message' ORDER BY m.position_at, m.id LIMIT 1), '') AS about
            FROM conversation c WHERE {conditions}
                AND (created_at, ('conversation:' || id) COLLATE "C") < ($2, $3 COLLATE "C")
            ORDER BY created_at DESC, id DESC LIMIT $4""",
            *args,
        )
        return [
            TimelineEntry(
                id=f"conversation:{row['id']}",
                at=row["created_at"],
                kind="conversation",
                title=_OPENED,
                text=row["about"],
                channel=row["last_channel"],
                conversation_id=row["id"],
                source=row["last_channel"],
            )
            for row in rows
        ]


class MessageLines:
    """What was said to and by a customer, and the notes of their cases."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"message", "note"})

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> Sequence[TimelineEntry]:
        args: list[object] = [list(identity_ids), before.at, before.id, limit]
        conditions = " AND ".join(reach(self._caller, args))
        seen = f"AND m.conversation_id IN (SELECT c.id FROM conversation c WHERE {conditions})" if conditions else ""
        rows = await tx.rows(
            f"""SELECT m.id, m.kind, m.direction, left(m.text, coalesce(m.fresh, 300)::int) AS text, m.position_at,
                m.channel, m.conversation_id, a.name AS agent
            FROM (
                (SELECT * FROM message WHERE identity_id = ANY ($1) AND kind = 'message' AND position_at <= $2)
                UNION ALL
                (SELECT n.* FROM conversation c JOIN message n ON n.conversation_id = c.id AND n.kind = 'note'
                WHERE c.anchor_identity_id = ANY ($1) AND n.position_at <= $2)
            ) m LEFT JOIN agent a ON a.id = m.author_id AND m.author_kind = 'agent'
            WHERE m.deleted_at IS NULL AND (m.position_at, ('message:' || m.id) COLLATE "C") < ($2, $3 COLLATE "C")
                {seen}
            ORDER BY m.position_at DESC, m.id DESC LIMIT $4""",
            *args,
        )
        return [
            TimelineEntry(
                id=f"message:{row['id']}",
                at=row["position_at"],
                kind="note" if row["kind"] == "note" else "message",
                title=_NOTED if row["kind"] == "note" else _SAID if row["direction"] == "in" else _ANSWERED,
                text=row["text"][:300],
                channel=row["channel"],
                conversation_id=row["conversation_id"],
                source=row["agent"] or row["channel"] or "",
            )
            for row in rows
        ]


class PageLines:
    """Pages a visitor looked at."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({"page"})

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> Sequence[TimelineEntry]:
        rows = await tx.rows(
            """SELECT id, occurred_at, properties FROM tracked_event
            WHERE identity_id = ANY ($1) AND name = 'Page Viewed'
                AND (occurred_at, ('page:' || id) COLLATE "C") < ($2, $3 COLLATE "C")
            ORDER BY occurred_at DESC, id DESC LIMIT $4""",
            list(identity_ids),
            before.at,
            before.id,
            limit,
        )
        return [
            TimelineEntry(
                id=f"page:{row['id']}",
                at=row["occurred_at"],
                kind="page",
                title=_VISITED,
                text=row["properties"].get("title") or row["properties"].get("url", ""),
                source=row["properties"].get("url", ""),
            )
            for row in rows
        ]


def lines_for(caller: Caller) -> Sequence[TimelineSource]:
    """The sources of this room. Whoever may read no conversations is told of none."""
    if not caller.may("conversations.read"):
        return (PageLines(),)
    return (ConversationLines(caller), MessageLines(caller), PageLines())
