"""Customers at size: filling by COPY, then the list and the search as the desk asks for them.

`python -m bench.customers DSN [HOW_MANY]` works on a migrated, empty database; `fill` and `measure` are what
`make bench` calls.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from statistics import quantiles
from uuid import UUID

from msgspec import Struct

from damso.customers.identify import identify
from damso.customers.search import list_customers
from damso.customers.shown import searchable, searched_by
from damso.customers.types import IdentityKey
from damso.kernel.database import Database, open_database
from damso.kernel.migrations import migrate, prepare

GOAL = 0.050
"""Seconds within which 95 of 100 pages of a million customers are there."""
CHUNK = 20_000
SPAN = timedelta(days=3 * 365)

FAMILY = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추"
    "도소석선설마길연위표명기반라왕금옥육인맹제모남궁"
)
FAMILY_WEIGHTS = [1 / (n + 2) for n in range(len(FAMILY))]
GIVEN = (
    "민지서준하은우현영수진호경희정미선숙자연주성재훈상철용태윤아나라유예채원시소다혜인규빈솔별한결가람도건승찬혁동욱"
    "기범석환종광덕순옥애란향월춘봉복만길"
)
ROMAN = ("minji", "seojun", "haeun", "jiwoo", "hyun", "young", "soojin", "kyung", "jaehoon", "taeyang", "dana", "sol")
ENGLISH = ("Alex Morgan", "Dana Scott", "Robin Lee", "Sam Park", "Casey Kim", "Jamie Fox", "Taylor Reed", "Mina Cole")
HOSTS = ("post.example", "mail.example", "shop.example", "school.example", "work.example")

QUERIES = {
    "no query": "",
    "full name": "김민지",
    "family name": "김",
    "one syllable": "솔",
    "two initials": "ㄱㅁ",
    "three initials": "ㄱㅁㅈ",
    "mixed": "김ㅁ지",
    "last four digits": "5678",
    "middle of a phone number": "1234-5",
    "whole phone number": "010-1234-5678",
    "part of an address": "seojun1",
    "common host": "post.example",
    "English name": "alex morgan",
    "two words": "민지 5678",
    "two common syllables": "김 이",
    "nothing fits": "뷁뛟",
}


class Timing(Struct, frozen=True):
    """Seconds over the runs of one question, and how many customers its first page has."""

    name: str
    p50: float
    p95: float
    rows: int


class Person(Struct, frozen=True):
    id: UUID
    name: str
    email: str
    phone: str | None
    seen: datetime


def people(how_many: int, *, seed: int = 7, until: datetime | None = None) -> Iterator[Person]:
    """Made-up customers; the more recently seen, the later they come."""
    random = Random(seed)
    until = until or datetime.now(UTC).replace(microsecond=0)
    for number in range(how_many):
        seen = until - SPAN * (1 - number / how_many) + timedelta(seconds=random.random() * 3600 * 24 - 3600 * 24)
        yield Person(
            id=UUID(int=random.getrandbits(128) & ~(0xF << 76) | 0x7 << 76),
            name=_name(random),
            email=f"{random.choice(ROMAN)}{random.randrange(100)}.{number}@{random.choice(HOSTS)}",
            phone=f"+8210{random.randrange(10**8):08}" if random.random() < 0.7 else None,
            seen=seen,
        )


def _name(random: Random) -> str:
    if random.random() < 0.08:
        return random.choice(ENGLISH)
    return random.choices(FAMILY, FAMILY_WEIGHTS)[0] + random.choice(GIVEN) + random.choice(GIVEN)


async def fill(database: Database, how_many: int, *, seed: int = 7) -> float:
    """Load customers with an address, most with a phone number too; customers per second."""
    started = time.monotonic()
    numbers, phones = count(1), set[str]()
    batch: list[Person] = []
    async with database.transaction() as tx:
        index = await tx.value("SELECT pg_get_indexdef('ix_customer_search_grams'::regclass)")
        await tx.execute("DROP INDEX ix_customer_search_grams")
    for person in people(how_many, seed=seed):
        batch.append(person)
        if len(batch) == CHUNK:
            await _copy(database, batch, numbers, phones)
            batch = []
    await _copy(database, batch, numbers, phones)
    async with database.transaction() as tx:
        await tx.execute(index)
        await tx.execute("SELECT setval(pg_get_serial_sequence('identity', 'id'), (SELECT max(id) FROM identity))")
    async with database.reading() as tx:
        await tx.execute("VACUUM ANALYZE customer, customer_search, identity")
    return how_many / (time.monotonic() - started)


async def _copy(database: Database, batch: Sequence[Person], numbers: Iterator[int], phones: set[str]) -> None:
    customers, searched, identities = [], [], []
    for person in batch:
        keys = [("email", person.email), ("internal", str(person.id))]
        if person.phone and person.phone not in phones:
            phones.add(person.phone)
            keys.append(("phone", person.phone))
        texts = [person.name, *(searchable(kind, value, "") for kind, value in keys)]
        customers.append((person.id, person.name, "channel", person.name, "channel", person.seen, person.seen))
        searched.append((person.id, searched_by(texts)))
        identities += [
            (next(numbers), kind, "", value, "", person.id, person.id, "asserted", "bench", person.seen, person.seen)
            for kind, value in keys
        ]
    async with database.transaction() as tx:
        await tx.copy(
            "customer",
            ["id", "own_name", "own_name_source", "name", "name_source", "created_at", "last_seen_at"],
            customers,
        )
        await tx.copy("customer_search", ["customer_id", "grams"], searched)
        await tx.copy(
            "identity",
            [
                *("id", "kind", "scope", "value", "name", "customer_id", "home_id", "proof", "source"),
                *("first_seen_at", "last_seen_at"),
            ],
            identities,
        )


async def measure(database: Database, *, runs: int = 30) -> list[Timing]:
    """Every question, first page and then the next, `runs` times."""
    return [await _measure(database, name, q, runs) for name, q in QUERIES.items()]


async def _measure(database: Database, name: str, q: str, runs: int) -> Timing:
    times, rows = [], 0
    async with database.reading() as tx:
        for _ in range(runs):
            started = time.perf_counter()
            page = await list_customers(tx, q=q)
            times.append(time.perf_counter() - started)
            rows = len(page.items)
            if page.next:
                started = time.perf_counter()
                await list_customers(tx, q=q, cursor=page.next)
                times.append(time.perf_counter() - started)
    cuts = quantiles(times, n=20)
    return Timing(name, cuts[9], cuts[18], rows)


async def measure_identify(database: Database, *, runs: int = 300) -> Timing:
    """A message's first question: whose address is this (known)?"""
    async with database.reading() as tx:
        values = await tx.values("SELECT value FROM identity WHERE kind = 'email' ORDER BY id DESC LIMIT $1", runs)
    times = []
    for value in values:
        async with database.transaction() as tx:
            started = time.perf_counter()
            await identify(tx, IdentityKey("email", value), proof="authenticated", source="bench")
            times.append(time.perf_counter() - started)
    cuts = quantiles(times, n=20)
    return Timing("identify", cuts[9], cuts[18], 1)


def table(timings: Sequence[Timing]) -> str:
    """The figures as Markdown."""
    lines = [f"| {one.name} | {one.p50 * 1e3:.1f} | {one.p95 * 1e3:.1f} | {one.rows} |" for one in timings]
    return "\n".join(["| question | p50 ms | p95 ms | rows |", "|---|---|---|---|", *lines])


async def main(dsn: str, how_many: int) -> None:
    await migrate(dsn)
    database = await open_database(dsn)
    await prepare(database)
    async with database.reading() as tx:
        there = await tx.value("SELECT count(*) FROM customer")
    if not there:
        print(f"filled {how_many:,} customers, {await fill(database, how_many):,.0f}/s")
    print(table([*await measure(database), await measure_identify(database)]))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000))
