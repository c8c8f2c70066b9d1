"""One transaction for each request, item or job, over a pool of asyncpg connections.

SQL is written as SQL and read back as frozen structs: `tx.all(Row, "SELECT …", …)`. Tables are declared in each
room's `models.py` (SQLAlchemy), which Alembic compares with the migrations; see docs/adr/0002.
"""

import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy
from prometheus_client import Counter, Histogram

from damso.kernel.clock import Clock, SystemClock
from damso.kernel.errors import NotFound
from damso.kernel.notify import LOST, ConnectionLost, Notifier

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

LOG_WRITERS = 0x0DA50001
"""Advisory lock that every writing transaction shares from its first statement on, see `damso.kernel.log`."""

STALLED = "10s"
"""How long a transaction may stand open without a word of its process. One that was stopped in the middle would hold
its rows, and the horizon of the log, which everybody waits for who looks at live screens, until it goes on."""

WRITING = Histogram(
    "damso_transaction_seconds", "Length of writing transactions", buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
)
STATEMENTS = Counter("damso_statements_total", "SQL statements sent")


class Transaction:
    """A connection inside one transaction (or reading without one); `now` is the same for all it does."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._wakes: set[str] = set()

    def wake(self, channel: str) -> None:
        """Tell every process, once this is committed, that there is something new on `channel`."""
        self._wakes.add(channel)

    async def execute(self, sql: str, *args: object) -> int:
        """Run a statement; the number of rows it touched."""
        STATEMENTS.inc()
        status = await self.connection.execute(sql, *args)
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def rows(self, sql: str, *args: object) -> list[asyncpg.Record]:
        STATEMENTS.inc()
        return await self.connection.fetch(sql, *args)

    async def row(self, sql: str, *args: object) -> asyncpg.Record | None:
        STATEMENTS.inc()
        return await self.connection.fetchrow(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        STATEMENTS.inc()
        return await self.connection.fetchval(sql, *args)

    async def values(self, sql: str, *args: object) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in await self.rows(sql, *args)]

    async def all(self, kind: type[T], sql: str, *args: object) -> list[T]:
        """Every row as a `kind`; columns are named as its fields."""
        return [kind(**row) for row in await self.rows(sql, *args)]

    async def maybe(self, kind: type[T], sql: str, *args: object) -> T | None:
        row = await self.row(sql, *args)
        return kind(**row) if row else None

    async def one(self, kind: type[T], sql: str, *args: object) -> T:
        """The row as a `kind`. Raises `NotFound` where there is none."""
        found = await self.maybe(kind, sql, *args)
        if found is None:
            raise NotFound
        return found

    async def copy(self, table: str, columns: Sequence[str], records: Iterable[Sequence[object]]) -> None:
        """Load many rows by COPY."""
        STATEMENTS.inc()
        await self.connection.copy_records_to_table(table, columns=columns, records=records)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone alone."""
        await self.connection.execute("SAVEPOINT inner_work")
        try:
            yield
        except BaseException:
            if not is_gone(self.connection):
                await self.connection.execute("ROLLBACK TO inner_work")
            raise
        await self.connection.execute("RELEASE inner_work")


class Database:
    """The pool, the clock and the notifier of one process."""

    def __init__(self, pool: asyncpg.Pool, notifier: Notifier, clock: Clock) -> None:
        self.pool = pool
        self.notifier = notifier
        self.clock = clock

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A writing transaction: commits at the end, rolls back when anything is raised."""
        async with self.pool.acquire() as connection:
            started = time.monotonic()
            with _telling_of_loss(connection):
                try:
                    # Taken before the transaction can have an xid, in the same round trip as BEGIN.
                    await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock_shared({LOG_WRITERS})")
                    tx = Transaction(connection, self.clock.now())
                    yield tx
                    await connection.execute("COMMIT")
                except BaseException:
                    await _roll_back(connection)
                    raise
            WRITING.observe(time.monotonic() - started)
        for channel in tx._wakes:
            self.notifier.wake(channel)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A connection to read with; every statement sees what is committed when it starts."""
        async with self.pool.acquire() as connection:
            with _telling_of_loss(connection):
                yield Transaction(connection, self.clock.now())

    async def close(self) -> None:
        await self.notifier.close()
        await self.pool.close()


def is_gone(connection: Connection) -> bool:
    """Whether the connection was closed under us. A pool takes a closed one back at once and then answers by an
    error."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


@contextmanager
def _telling_of_loss(connection: Connection) -> Iterator[None]:
    """What asyncpg says of a connection that is gone differs by the moment; we say `ConnectionLost`."""
    try:
        yield
    except asyncpg.InterfaceError as error:
        if is_gone(connection):
            raise ConnectionLost from error
        raise


async def _roll_back(connection: Connection) -> None:
    """A connection that cannot even do this is given up; the server rolls back what it began."""
    if is_gone(connection):
        return
    try:
        await connection.execute("ROLLBACK")
    except (asyncpg.InterfaceError, *LOST):
        with suppress(asyncpg.InterfaceError):
            connection.terminate()


async def open_database(dsn: str, *, pool_size: int = 10, clock: Clock | None = None) -> Database:
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=pool_size,
        init=_speak_json,
        reset=_end_transaction,
        server_settings={
            "application_name": "damso",
            "timezone": "UTC",
            "jit": "off",
            "idle_in_transaction_session_timeout": STALLED,
        },
    )
    notifier = Notifier(dsn)
    await notifier.start()
    return Database(pool, notifier, clock or SystemClock())


async def _speak_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


async def _end_transaction(connection: asyncpg.Connection) -> None:
    """Before a connection goes back to the pool. asyncpg's own reset costs a round trip each time; ours only
    where a cancelled task left its transaction open."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")
