"""What one statement costs through asyncpg as we use it, and through SQLAlchemy's asynchronous Core and ORM.

The figures of docs/adr/0002: `python -m bench.statement_cost postgresql://…` on an empty database of its own, which
it migrates and fills. Time is that of our own process (CPU) and of the clock, for each statement, best of five rounds.
"""

import sys
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from damso.conversations.models import Conversation
from damso.kernel.database import Database, Transaction, open_database
from damso.kernel.ids import new_id
from damso.kernel.migrations import ALCHEMY_SCHEME, migrate, prepare

ROUNDS = 5
REPEATS = {"one row by its key": 2_000, "a list of 50 rows": 500, "one update": 2_000}


class Row(Struct, frozen=True):
    id: UUID
    anchor_identity_id: int
    brand_id: UUID
    inbox_id: UUID
    status: str
    subject: str
    priority: str
    waiting_since: object
    snoozed_until: object
    last_message_at: object
    last_channel: str
    last_author: str
    preview: str


NAMES = Row.__struct_fields__
COLUMNS = ", ".join(NAMES)
ONE = f"SELECT {COLUMNS} FROM conversation WHERE id = $1"
LIST = f"SELECT {COLUMNS} FROM conversation WHERE status = $1 ORDER BY last_message_at DESC, id DESC LIMIT 50"
UPDATE = "UPDATE conversation SET preview = $2 WHERE id = $1"

Work = Callable[[], Awaitable[object]]


async def fill(database: Database) -> UUID:
    """A thousand conversations; the id of one of them."""
    brand, inbox, customer = new_id(), new_id(), new_id()
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO brand (id, name, colour, greeting_ko, greeting_en, signature, reply_minutes, hours, timezone,
                created_at) VALUES ($1, 'Bench', '#3d5a80', '', '', '', 10, '{}', 'UTC', $2)""",
            brand,
            tx.now,
        )
        await tx.execute(
            """INSERT INTO inbox (id, key, name, channel, brand_id, enabled, config, created_at)
            VALUES ($1, 'bench', 'Bench', 'chat', $2, true, '{}', $3)""",
            inbox,
            brand,
            tx.now,
        )
        await tx.execute("INSERT INTO customer (id, created_at, last_seen_at) VALUES ($1, $2, $2)", customer, tx.now)
        identity = await tx.value(
            """INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at,
                last_seen_at) VALUES ('email', '', 'a@bench.example', $1, $1, 'none', 'bench', $2, $2) RETURNING id""",
            customer,
            tx.now,
        )
        ids = [new_id() for _ in range(1_000)]
        await tx.execute(
            """INSERT INTO conversation (id, anchor_identity_id, brand_id, inbox_id, status, visibility, subject,
                priority, snoozed_until_reply, record_class, last_message_at, last_channel, last_author, preview,
                created_at)
            SELECT id, $2, $3, $4, 'open', 'private', '배송 문의', 'normal', false, 'conversation', $5, 'chat',
                'customer', '토요일 전에 받을 수 있을까요?', $5 FROM unnest($1::uuid[]) AS id""",
            ids,
            identity,
            brand,
            inbox,
            tx.now,
        )
    await database.pool.execute("ANALYZE conversation")
    return ids[500]


def through_asyncpg(tx: Transaction, some: UUID) -> dict[str, Work]:
    return {
        "one row by its key": lambda: tx.one(Row, ONE, some),
        "a list of 50 rows": lambda: tx.all(Row, LIST, "open"),
        "one update": lambda: tx.execute(UPDATE, some, "토요일 전에 받을 수 있을까요?"),
    }


def through_core(session: AsyncSession, some: UUID) -> dict[str, Work]:
    """Core with the SQL as text, the rows made into the same structs."""
    one = text(ONE.replace("$1", ":id"))
    many = text(LIST.replace("$1", ":status"))
    change = text(UPDATE.replace("$1", ":id").replace("$2", ":preview"))

    async def read_one() -> Row:
        row = (await session.execute(one, {"id": some})).one()
        return Row(*row)

    async def read_many() -> list[Row]:
        return [Row(*row) for row in await session.execute(many, {"status": "open"})]

    async def write() -> object:
        return await session.execute(change, {"id": some, "preview": "토요일 전에 받을 수 있을까요?"})

    return {"one row by its key": read_one, "a list of 50 rows": read_many, "one update": write}


def through_expressions(session: AsyncSession, some: UUID) -> dict[str, Work]:
    """Core with statements put together from the table, as one writes them in a use case."""
    table = Conversation.__table__
    columns = [table.c[name] for name in NAMES]

    async def read_one() -> Row:
        row = (await session.execute(select(*columns).where(table.c.id == some))).one()
        return Row(*row)

    async def read_many() -> list[Row]:
        statement = (
            select(*columns)
            .where(table.c.status == "open")
            .order_by(table.c.last_message_at.desc(), table.c.id.desc())
            .limit(50)
        )
        return [Row(*row) for row in await session.execute(statement)]

    async def write() -> object:
        statement = update(Conversation).where(Conversation.id == bindparam("some"))
        return await session.execute(
            statement.values(preview=bindparam("words")), {"some": some, "words": "토요일 전에 받을 수 있을까요?"}
        )

    return {"one row by its key": read_one, "a list of 50 rows": read_many, "one update": write}


def through_orm(session: AsyncSession, some: UUID) -> dict[str, Work]:
    """Mapped objects, fresh ones each time."""

    async def read_one() -> object:
        session.expunge_all()
        return (await session.scalars(select(Conversation).where(Conversation.id == some))).one()

    async def read_many() -> object:
        session.expunge_all()
        statement = (
            select(Conversation)
            .where(Conversation.status == "open")
            .order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
            .limit(50)
        )
        return (await session.scalars(statement)).all()

    return {"one row by its key": read_one, "a list of 50 rows": read_many}


async def cost(work: Work, repeats: int) -> tuple[float, float]:
    """Microseconds of one statement by our own CPU and by the clock, best of the rounds."""
    best = (float("inf"), float("inf"))
    for _ in range(ROUNDS):
        cpu, clock = time.process_time(), time.perf_counter()
        for _ in range(repeats):
            await work()
        spent = (time.process_time() - cpu, time.perf_counter() - clock)
        best = min(best, (spent[0] / repeats * 1e6, spent[1] / repeats * 1e6))
    return best


async def main(dsn: str) -> None:
    await migrate(dsn)
    database = await open_database(dsn)
    await prepare(database)
    some = await fill(database)
    engine = create_async_engine(dsn.replace("postgresql://", ALCHEMY_SCHEME))
    async with database.transaction() as tx:
        await compare("asyncpg, as Damso uses it", through_asyncpg(tx, some))
    async with AsyncSession(engine) as session:
        await compare("SQLAlchemy Core, text()", through_core(session, some))
        await session.rollback()
        await compare("SQLAlchemy Core, expressions", through_expressions(session, some))
        await session.rollback()
        await compare("SQLAlchemy ORM", through_orm(session, some))
    await engine.dispose()
    await database.close()


async def compare(name: str, works: dict[str, Work]) -> None:
    for what, work in works.items():
        cpu, clock = await cost(work, REPEATS[what])
        print(f"{name:30} {what:20} {cpu:8.0f} µs CPU {clock:8.0f} µs")


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1]))
