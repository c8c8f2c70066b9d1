"""`damso export`: everything a company has, as JSON Lines, to take along or to look into."""

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import typer

from damso.commands.connecting import any_parts
from damso.commands.console import LOCALE, tell, word
from damso.commands.operator import operator, say_shown
from damso.commands.options import new_app
from damso.commands.running import prepared, run
from damso.conversations.export import export_conversations
from damso.conversations.exports.lane import part_of
from damso.conversations.exports.member_file import Segmenting
from damso.conversations.exports.types import Chosen
from damso.customers.export import ExportedCustomer, export_customers
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import Recorded, export_events
from damso.kernel.settings import Settings
from damso.segments import look_up
from damso.segments.fitting import fits
from damso.team import audit
from damso.team.access import PERMISSIONS, Caller
from damso.team.records.reasons import KINDS, Reason
from damso.team.records.reasons import reason as stated

app = new_app()
Made = Literal["orders", "returns", "products", "members", "consents"]
"""Files that are made as for the desk."""

DONE = Text("{count}건을 내보냈어요.", "Exported {count}.")

Source = Callable[[Transaction], AsyncIterator[Any]]
Whose = Callable[[Any], tuple[UUID | None, int | None]]
"""The customer a line is about, or else the identity."""

CHUNK = 500
"""Lines whose subjects are written down before any of them leaves."""


def as_moment(text: str) -> datetime:
    """An ISO 8601 date or time; without a zone, that of this machine."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise typer.BadParameter(
            word("2026-11-01 또는 2026-11-01T09:00+09:00처럼 써 주세요.", "Write 2026-11-01 or 2026-11-01T09:00+09:00.")
        ) from error


SINCE = Annotated[
    datetime | None,
    typer.Option(metavar="TIME", parser=as_moment, help=word("이때부터. 예: 2026-11-01", "From then on: 2026-11-01")),
]
UNTIL = Annotated[
    datetime | None,
    typer.Option(metavar="TIME", parser=as_moment, help=word("이때 전까지. 예: 2026-12-01", "Before then: 2026-12-01")),
]


REASON = Annotated[
    str,
    typer.Option(
        metavar="REASON",
        help=word(
            f"내보내는 이유: {', '.join(KINDS)}. 접속 기록에 남아요.",
            f"Why: {', '.join(KINDS)}. It is kept in the access log.",
        ),
    ),
]
NOTE = Annotated[
    str,
    typer.Option(metavar="TEXT", help=word("덧붙일 말. other에는 꼭 필요해요.", "What to add; 'other' needs it.")),
]


@app.callback(help=word("데이터를 JSON Lines로 내보내기.", "Data as JSON Lines."))
def export() -> None:
    """A group."""


@app.command(
    help=word(
        "대화를 메시지와 함께 한 줄에 하나씩 내보내요. --since와 --until 사이에 살아 있던 대화예요. "
        "첨부 파일은 이름과 data/blobs 안의 위치로 나와요.\n\n"
        "예: damso export conversations --reason moving --since 2026-11-01 > 대화.jsonl",
        "Conversations with their messages, one a line: those that were alive between --since and --until. Attachments "
        "are named, with their place under data/blobs.\n\n"
        "Example: damso export conversations --reason moving --since 2026-11-01 > conversations.jsonl",
    )
)
def conversations(reason: REASON, note: NOTE = "", since: SINCE = None, until: UNTIL = None) -> None:
    _run(
        "conversations",
        lambda tx: export_conversations(tx, since=since, until=until),
        lambda line: (line.customer_id, None),
        stated(reason, note),
    )


@app.command(
    help=word(
        "고객을 식별 정보, 말한 정보, 속성과 함께 한 줄에 하나씩 내보내요. "
        "--since와 --until 사이에 있던 고객이에요.\n\n"
        "예: damso export customers --reason moving > 고객.jsonl",
        "Customers with identities, claims and traits, one a line: those who were there between --since and "
        "--until.\n\n"
        "Example: damso export customers --reason moving > customers.jsonl",
    )
)
def customers(reason: REASON, note: NOTE = "", since: SINCE = None, until: UNTIL = None) -> None:
    def seen(customer: ExportedCustomer) -> bool:
        return (since is None or customer.last_seen_at >= since) and (until is None or customer.created_at < until)

    async def source(tx: Transaction) -> AsyncIterator[ExportedCustomer]:
        async for customer in export_customers(tx):
            if seen(customer):
                yield customer

    _run("customers", source, lambda line: (line.id, None), stated(reason, note))


@app.command(
    help=word(
        "이벤트 로그를 기록된 순서대로 내보내요: 상담(care) 다음에 추적(tracked).\n\n"
        "예: damso export events --reason reporting --since 2026-11-01 | jq -r .name | sort | uniq -c",
        "The event log in its order: what happened between you and customers (care), then what sites sent (tracked)."
        "\n\nExample: damso export events --reason reporting --since 2026-11-01 | jq -r .name | sort | uniq -c",
    )
)
def events(reason: REASON, note: NOTE = "", since: SINCE = None, until: UNTIL = None) -> None:
    async def source(tx: Transaction) -> AsyncIterator[Recorded]:
        async for event in export_events(tx, "care", since=since, until=until):
            yield event
        async for event in export_events(tx, "tracked", since=since, until=until):
            yield event

    _run("events", source, lambda line: (None, line.identity_id), stated(reason, note))


def _record_command(kind: Made, help_text: str) -> None:
    @app.command(kind, help=help_text)
    def records(reason: REASON, note: NOTE = "") -> None:
        _run_parts(kind, Chosen(), stated(reason, note))


_record_command(
    "orders",
    word(
        "주문을 상품과 함께 한 줄에 하나씩, 새것부터 내보내요.\n\n예: damso export orders --reason moving > 주문.jsonl",
        "Orders with their products, one a line, newest first.\n\n"
        "Example: damso export orders --reason moving > orders.jsonl",
    ),
)
_record_command(
    "returns",
    word(
        "반품·교환을 상품, 처리 과정과 함께 한 줄에 하나씩, 새것부터 내보내요.\n\n"
        "예: damso export returns --reason moving > 반품.jsonl",
        "Returns and exchanges with their products and what happened to each, one a line, newest first.\n\n"
        "Example: damso export returns --reason moving > returns.jsonl",
    ),
)
_record_command(
    "products",
    word(
        "상품을 한 줄에 하나씩 내보내요.\n\n예: damso export products --reason moving > 상품.jsonl",
        "Products, one a line.\n\nExample: damso export products --reason moving > products.jsonl",
    ),
)
_record_command(
    "consents",
    word(
        "동의 원장을 적힌 순서대로 내보내요.\n\n예: damso export consents --reason moving > 동의.jsonl",
        "The ledger of consents in its order.\n\nExample: damso export consents --reason moving > consents.jsonl",
    ),
)


@app.command(
    help=word(
        "세그먼트에 속한 고객을 한 줄에 하나씩 내보내요. 세그먼트는 ID로 골라요.\n\n"
        "예: damso export members 0193… --reason reporting > vip.jsonl",
        "Who is in a segment, one customer a line; the segment by its id.\n\n"
        "Example: damso export members 0193… --reason reporting > vip.jsonl",
    )
)
def members(
    segment: Annotated[UUID, typer.Argument(metavar="SEGMENT", help=word("세그먼트 ID.", "The segment's id."))],
    reason: REASON,
    note: NOTE = "",
) -> None:
    _run_parts("members", Chosen(segment_id=segment), stated(reason, note))


def _run_parts(kind: Made, chosen: Chosen, why: Reason) -> None:
    tell(DONE, count=run(_export_parts(prepared(), kind, chosen, why)))


async def _export_parts(settings: Settings, kind: Made, chosen: Chosen, why: Reason) -> int:
    """The same files that are made for the desk, with nobody's limits. Raises `NotFound`."""
    everybody = Caller(permissions=PERMISSIONS, locale=LOCALE)
    count, place = 0, None
    async with any_parts(settings) as parts:
        async with parts.database.transaction() as tx:
            if chosen.segment_id:
                await look_up.segment(tx, chosen.segment_id)
            await audit.record(tx, operator(), "data.exported", kind, reason=why.kind, note=why.note)
        while True:
            async with parts.database.reading() as tx:
                part = await part_of(tx, everybody, kind, chosen, "jsonl", place, Segmenting(look_up.who, fits))
            if part.customers:
                route = f"damso export {kind}"
                await say_shown(parts.database, "exported", route, part.customers, reason=why)
            sys.stdout.buffer.write(part.text.encode())
            count += part.count
            if (place := part.next_place) is None:
                break
        sys.stdout.buffer.flush()
    return count


def _run(what: str, source: Source, whose: Whose, why: Reason) -> None:
    tell(DONE, count=run(_export(prepared(), what, source, whose, why)))


async def _export(settings: Settings, what: str, source: Source, whose: Whose, why: Reason) -> int:
    encode = msgspec.json.Encoder().encode
    count = 0
    async with any_parts(settings) as parts:
        async with parts.database.transaction() as tx:
            await audit.record(tx, operator(), "data.exported", what, reason=why.kind, note=why.note)
        async with parts.database.reading() as tx, aclosing(_chunks(source(tx))) as chunks:
            async for lines in chunks:
                subjects = [whose(line) for line in lines]
                await say_shown(
                    parts.database,
                    "exported",
                    f"damso export {what}",
                    [customer for customer, _ in subjects if customer],
                    identity_ids=[identity for _, identity in subjects if identity],
                    reason=why,
                )
                sys.stdout.buffer.writelines(encode(line) + b"\n" for line in lines)
                count += len(lines)
        sys.stdout.buffer.flush()
    return count


async def _chunks(lines: AsyncIterator[Any]) -> AsyncGenerator[list[Any], None]:
    chunk: list[Any] = []
    async for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
