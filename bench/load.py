# ruff: noqa: SIM905 - lists of words read best as words
"""Filling a database made by the product's own migrations, by COPY, as fast as the machine can.

Several processes each make a stretch of time: the same seed makes the same data. Indexes are dropped first and built
afterwards, which takes a third of the time and leaves them as tight as an index is that grew in order of time.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct

from bench.korean import Writer
from bench.shop import Shop
from bench.sizes import Size
from damso.conversations.cases import preview_of
from damso.conversations.search_index import index_keys
from damso.customers.shown import searchable
from damso.kernel.ngrams import gram_keys, grams

VERSION = 2
"""Raised by hand when the data shall be made anew."""
CHUNK = 5_000
PROCESSES = 2
_NEEDS_INDEXES_LAST = """conversation conversation_tag customer customer_search identity message participant
search_entry seen thread tracked_event""".split()


class Job(Struct, frozen=True, kw_only=True):
    """What a process has to know to make its share."""

    dsn: str
    size: Size
    shop: Shop
    until: datetime


async def load(dsn: str, size: Size, shop: Shop) -> None:
    """Fill the database. It must be empty but for the shop itself."""
    job = Job(dsn=dsn, size=size, shop=shop, until=datetime.now(UTC).replace(microsecond=0))
    await _make_partitions(job)
    async with _without_indexes(dsn):
        for name, make, total in (
            ("customers", _make_customers, size.customers),
            ("conversations", _make_conversations, size.conversations),
            ("tracked events", _make_tracked, size.tracked_events),
        ):
            await _in_processes(name, partial(make, job), total)
        await _run(dsn, "SELECT setval(pg_get_serial_sequence('identity', 'id'), (SELECT max(id) FROM identity))")
    print("  looking at it (VACUUM ANALYZE)", flush=True)
    await _run(dsn, "VACUUM ANALYZE")


async def _in_processes(name: str, make: Any, total: int) -> None:
    started, done = time.monotonic(), 0
    chunks = [(start, min(start + CHUNK, total)) for start in range(0, total, CHUNK)]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for work in asyncio.as_completed([loop.run_in_executor(pool, make, *chunk) for chunk in chunks]):
            done += await work
            if done % (CHUNK * 20) == 0 or done == total:
                print(f"  {name}: {done:,} of {total:,} in {time.monotonic() - started:.0f} s", flush=True)


async def _make_partitions(job: Job) -> None:
    since = job.until - job.size.span - timedelta(days=31)
    await _run(job.dsn, "SELECT damso_make_partitions($1, $2)", since, job.until + timedelta(days=62))


async def _run(dsn: str, sql: str, *args: object) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql, *args)
    finally:
        await connection.close()


@asynccontextmanager
async def _without_indexes(dsn: str) -> Any:
    """Drop what can be made again (no constraints), and make it again."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            """SELECT c.relname AS name, pg_get_indexdef(c.oid) AS made_by FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
            WHERE t.relname = ANY ($1) AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid)""",
            _NEEDS_INDEXES_LAST,
        )
        for row in rows:
            await connection.execute(f"DROP INDEX {row['name']}")
        yield
        await connection.execute("SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 2")
        for row in rows:
            started = time.monotonic()
            # An index of a partitioned table is described as one of the parent alone.
            await connection.execute(row["made_by"].replace(" ON ONLY ", " ON "))
            print(f"  index {row['name']} in {time.monotonic() - started:.0f} s", flush=True)
    finally:
        await connection.close()


def _copying(job: Job, tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[object]]]]) -> None:
    async def copy() -> None:
        connection = await asyncpg.connect(job.dsn, server_settings={"session_replication_role": "replica"})
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
        try:
            async with connection.transaction():
                for table, (columns, records) in tables.items():
                    await connection.copy_records_to_table(table, columns=columns, records=records)
        finally:
            await connection.close()

    asyncio.run(copy())


# Customers. Number k has the identities 4k + 1 … 4k + 4: the channel's, our internal one, an e-mail address, a phone.


def _customer_id(job: Job, number: int) -> UUID:
    return _uuid7(job.until - job.size.span * (1 - number / job.size.customers), Random(-number - 1))


def _kind(number: int) -> str:
    """Six of ten came by chat, three by mail, one by an app."""
    return ("visitor", "visitor", "email", "visitor", "user", "visitor", "email", "visitor", "email", "visitor")[
        number % 10
    ]


def _make_customers(job: Job, start: int, stop: int) -> int:
    write = Writer(start + 1)
    customers: list[tuple[object, ...]] = []
    searches: list[tuple[object, ...]] = []
    identities: list[tuple[object, ...]] = []
    for number in range(start, stop):
        customer_id, name = _customer_id(job, number), write.name()
        seen = job.until - job.size.span * (1 - number / job.size.customers) * write.random.random()
        keys = list(_addresses(job, number, customer_id, write))
        text = "\n".join([name, *(searchable(kind, value, "") for _, kind, _, value, _ in keys)])
        customers.append((customer_id, name, "channel", name, "channel", seen, seen))
        searches.append((customer_id, gram_keys(grams(text))))
        identities += [
            (identity_id, kind, scope, value, "", customer_id, customer_id, proof, "bench", seen, seen)
            for identity_id, kind, scope, value, proof in keys
        ]
    tables = {
        "customer": ("id own_name own_name_source name name_source created_at last_seen_at".split(), customers),
        "customer_search": (("customer_id", "grams"), searches),
        "identity": (
            "id kind scope value name customer_id home_id proof source first_seen_at last_seen_at".split(),
            identities,
        ),
    }
    _copying(job, tables)
    return stop - start


def _addresses(job: Job, number: int, customer_id: UUID, write: Writer) -> Iterator[tuple[int, str, str, str, str]]:
    first, kind = 4 * number + 1, _kind(number)
    email = f"{write.random.choice(_MAILBOXES)}{number}@{write.random.choice(_HOSTS)}"
    match kind:
        case "visitor":
            yield first, kind, job.shop.chat_key, str(UUID(int=write.random.getrandbits(128))), "authenticated"
        case "user":
            yield first, kind, job.shop.system, f"member-{number}", "authenticated"
        case _:
            yield first, kind, "", email, "authenticated"
    yield first + 1, "internal", "", str(customer_id), "none"
    if kind != "email" and number % 3 == 0:
        yield first + 2, "email", "", email, "proven"
    if number % 2 == 0:
        yield first + 3, "phone", "", f"+8210{number * 37 % 10**8:08d}", "asserted"


_MAILBOXES = "minji seojun haeun jiwoo hyun young soojin kyung jaehoon taeyang dana sol".split()
_HOSTS = "naver.example daum.example gmail.example shop.example work.example".split()


# Conversations, each with its messages, in the order of time.


def _make_conversations(job: Job, start: int, stop: int) -> int:
    make = _Conversations(job, start)
    for number in range(start, stop):
        make.one(number)
    _copying(job, make.tables)
    return stop - start


_CONVERSATION = """id anchor_identity_id brand_id inbox_id status visibility subject team_id assignee_id priority
waiting_since snoozed_until snoozed_until_reply record_class last_message_at last_message_id last_channel last_author
preview resolved_at created_at""".split()
_MESSAGE = """id conversation_id kind direction author_kind author_id inbox_id channel identity_id subject text
dedupe_scope external_id send_key status authenticated position_at sent_at created_at""".split()


class _Conversations:
    """One process's share, collected for COPY."""

    def __init__(self, job: Job, seed: int) -> None:
        self._job, self._size, self._shop = job, job.size, job.shop
        self._write = Writer(seed * 7 + 3)
        self._random = self._write.random
        self._rows: dict[str, tuple[Sequence[str], list[tuple[object, ...]]]] = {
            "conversation": (_CONVERSATION, []),
            "message": (_MESSAGE, []),
            "search_entry": ("message_id conversation_id position_at grams".split(), []),
            "participant": ("conversation_id identity_id role".split(), []),
            "conversation_tag": ("conversation_id tag_id".split(), []),
            "seen": ("conversation_id agent_id seen_at".split(), []),
            "mention": ("message_id agent_id conversation_id created_at".split(), []),
        }

    @property
    def tables(self) -> Any:
        return self._rows

    def one(self, number: int) -> None:
        random, shop = self._random, self._shop
        began = self._job.until - self._size.span * (1 - number / self._size.conversations)
        customer = int(self._size.customers * random.random() ** 1.2)
        identity_id, inbox = 4 * customer + 1, shop.inbox_for[_kind(customer)]
        conversation_id = _uuid7(began, random)
        subject = self._write.customer()[:40] if inbox.channel == "email" else ""
        team_id, agent_id = random.choice(shop.teams), random.choice(shop.agents)
        said = list(self._messages(conversation_id, identity_id, agent_id, inbox, subject, began))
        last_id, last_at, last_author, text = said[-1]
        status = self._status(last_at)
        assigned = status != "open" or random.random() < 0.6
        self._rows["conversation"][1].append(
            (
                *(conversation_id, identity_id, shop.brand_id, inbox.id, status, "private", subject),
                *(team_id if random.random() < 0.7 else None, agent_id if assigned else None),
                random.choices(("normal", "low", "high", "urgent"), (90, 3, 5, 2))[0],
                last_at if status == "open" else None,
                self._job.until + timedelta(days=random.random() * 20) if status == "snoozed" else None,
                *(False, "conversation", last_at, last_id, inbox.channel, last_author, preview_of(text, None, ())),
                *(last_at if status == "resolved" else None, began),
            )
        )
        self._rows["participant"][1].append((conversation_id, identity_id, "customer"))
        self._rows["seen"][1].append((conversation_id, agent_id, last_at))
        if random.random() < 0.2:
            tags = random.choices(shop.tags, shop.tag_weights)
            self._rows["conversation_tag"][1].extend((conversation_id, tag) for tag in tags)
        if status == "open" and random.random() < 0.05:
            self._rows["mention"][1].append((last_id, agent_id, conversation_id, last_at))

    def _status(self, last_at: datetime) -> str:
        """Nearly all is resolved. What is not is mostly of the last two weeks."""
        fresh = last_at > self._job.until - timedelta(days=14)
        weights = (40, 15, 5, 40) if fresh else (0.7, 0.3, 0.4, 98.6)
        return self._random.choices(("open", "pending", "snoozed", "resolved"), weights)[0]

    def _messages(
        self, conversation_id: UUID, identity_id: int, agent_id: UUID, inbox: Any, subject: str, at: datetime
    ) -> Iterator[tuple[UUID, datetime, str, str]]:
        random, limit = self._random, self._job.until
        for place in range(self._size.messages):
            at = min(at + timedelta(seconds=random.expovariate(1 / 5400)), limit)
            message_id = _uuid7(at, random)
            kind = "note" if place and random.random() < 0.05 else "message"
            mine = kind == "message" and (place == 0 or random.random() < 0.5)
            text = self._write.customer() if mine else self._write.agent() if kind == "message" else self._write.note()
            carried = (inbox.id, inbox.channel, identity_id) if kind == "message" else (None, None, None)
            self._rows["message"][1].append(
                (
                    *(message_id, conversation_id, kind),
                    *(("in" if mine else "out") if kind == "message" else None, "customer" if mine else "agent"),
                    *(None if mine else agent_id, *carried, subject if kind == "message" else "", text),
                    *((f"bench:{inbox.channel}", str(message_id), None) if mine else (None, None, str(message_id))),
                    *("delivered" if kind == "message" and not mine else None, True if mine else None),
                    *(at, None if mine else at, at),
                )
            )
            keys = index_keys(subject if kind == "message" else "", text, carried[0], carried[1])
            self._rows["search_entry"][1].append((message_id, conversation_id, at, keys))
            if kind == "message":
                last = message_id, at, "customer" if mine else "agent", text
        yield last


_TRACKED = (("Page Viewed", "/p/"), ("Product Added", "/cart/"), ("Order Completed", "/o/"))


def _make_tracked(job: Job, start: int, stop: int) -> int:
    """Pages viewed and orders placed on the shop's site."""
    random, total = Random(start), job.size.tracked_events
    rows = []
    for number in range(start, stop):
        at = job.until - job.size.span * (1 - number / total)
        name, path = random.choices(
            (("Page Viewed", "/p/"), ("Product Added", "/cart/"), ("Order Completed", "/o/")), (85, 12, 3)
        )[0]
        page = f"{path}{random.randrange(50_000)}"
        identity_id = 4 * random.randrange(job.size.customers) + 1
        rows.append((1, 1, name, 1, at, at, identity_id, "page", page, "customer", f'{{"url": "{page}"}}'))
    columns = """epoch xid name version recorded_at occurred_at identity_id subject_kind subject_id actor_kind
    properties""".split()
    _copying(job, {"tracked_event": (columns, rows)})
    return stop - start


def _uuid7(at: datetime, random: Random) -> UUID:
    """As the product makes them (RFC 9562 section 5.7), but of that time."""
    stamp = int(at.timestamp() * 1000)
    return UUID(int=stamp << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62))
