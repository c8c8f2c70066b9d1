"""Carrying an export in, from wherever the last try stopped to its end.

Each chunk is a transaction of its own, which also moves the run's position: after a kill -9 nothing is missing and
nothing is doubled. Two processes at one run notice each other by the position, and one steps back.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct

from damso.channels.imports.files import Export
from damso.channels.imports.products import PRODUCTS
from damso.channels.imports.reading import read_export
from damso.channels.imports.types import Colleague, Item, Person, Refused, Team, Vendor
from damso.conversations.imports.bring import Foreseen, bring, foresee, meet
from damso.conversations.imports.chunk import Desk, Home, Outcome, Problem, Source
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Event, append
from damso.kernel.masking import masked_kinds

FIRST = 60
"""Records of the first chunk. Later ones grow and shrink so that a transaction takes about `AIM` seconds."""
AIM = 0.04
SMALLEST, LARGEST = 10, 400

Tell = Callable[[int], None]
"""Is told how many items are done."""


class ImportTaken(AppError):
    """Somebody else carries on with this run just now."""

    code = "IMPORT_TAKEN"
    status = 409
    text = Text("다른 곳에서 이 가져오기를 진행하고 있어요.", "This import is being carried on elsewhere.")


class Run(Struct, frozen=True, kw_only=True):
    """What is brought in, and how far that is. `inboxes` maps channels there to inboxes here, `""` all others."""

    id: UUID
    vendor: Vendor
    account: str
    path: str
    fingerprint: str
    inboxes: Mapping[str, UUID]
    state: str
    position: int
    counts: dict[str, dict[str, int]]


async def load_run(tx: Transaction, run_id: UUID) -> Run:
    """Raises `NotFound`."""
    row = await tx.row(f"SELECT {', '.join(Run.__struct_fields__)} FROM import_run WHERE id = $1", run_id)
    if row is None:
        raise NotFound
    return Run(**{**row, "inboxes": {channel: UUID(one) for channel, one in row["inboxes"].items()}})


async def desk_of(tx: Transaction, keyring: Keyring, source: Source, inboxes: Mapping[str, UUID]) -> Desk:
    """Our side of it: inboxes, agents by address, teams by name."""
    brands = {
        row["id"]: row["brand_id"]
        for row in await tx.rows("SELECT id, brand_id FROM inbox WHERE id = ANY ($1)", list(inboxes.values()))
    }
    # The inbox that a dry run does not make belongs to no brand.
    homes = {channel: Home(one, brands.get(one, one)) for channel, one in inboxes.items()}
    agents = await tx.rows("SELECT id, lower(email) AS email FROM agent")
    teams = await tx.rows("SELECT id, name FROM team")
    return Desk(
        source=source,
        keyring=keyring,
        masked=await masked_kinds(tx),
        home=homes[""],
        homes=homes,
        agents={row["email"]: row["id"] for row in agents},
        teams={row["name"].casefold(): row["id"] for row in teams},
    )


class Chunks:
    """The items of an export cut into chunks in which no id stands twice; read in a thread, one chunk ahead."""

    def __init__(self, vendor: Vendor, export: Export, desk: Desk, *, skip: int = 0) -> None:
        self.size = FIRST
        self.done = skip
        self._desk = desk
        self._items = self._after(read_export(PRODUCTS[vendor], export), skip)
        self._spare: Item | None = None

    def _after(self, items: Iterator[Item], skip: int) -> Iterator[Item]:
        for number, item in enumerate(items):
            if number >= skip:
                yield item
            else:
                meet(self._desk, item)

    def next(self) -> list[Item]:
        chunk: list[Item] = [self._spare] if self._spare else []
        self._spare = None
        ids = {_id(item) for item in chunk}
        for item in self._items:
            if _id(item) in ids:
                self._spare = item
                break
            ids.add(_id(item))
            chunk.append(item)
            if len(chunk) >= self.size:
                break
        return chunk

    def took(self, seconds: float) -> None:
        """Fit the size to how long a chunk took."""
        self.size = max(SMALLEST, min(LARGEST, int(self.size * min(2.0, max(0.5, AIM / max(seconds, 0.001))))))


def _id(item: Item) -> tuple[str, ...]:
    """What must not stand in a chunk twice. Whom many cases mention may: the first time counts."""
    if isinstance(item, Refused) or (isinstance(item, Person) and item.bare):
        return (type(item).__name__, item.external_id, item.place)
    return (type(item).__name__, getattr(item, "kind", ""), item.external_id)


def _acquaint(desk: Desk, chunk: Sequence[Item]) -> Outcome:
    outcome = Outcome()
    for item in chunk:
        if isinstance(item, Colleague | Team):
            meet(desk, item, outcome)
    return outcome


async def dry_run(database: Database, vendor: Vendor, export: Export, desk: Desk, tell: Tell) -> Outcome:
    """What would happen: nothing is written. Raises `ExportUnreadable`."""
    chunks, total, seen = Chunks(vendor, export, desk), Outcome(), Foreseen(desk)
    chunks.size = LARGEST
    while chunk := await asyncio.to_thread(chunks.next):
        total.add(_acquaint(desk, chunk))
        async with database.reading() as tx:
            total.add(await foresee(tx, desk, chunk, seen))
        chunks.done += len(chunk)
        tell(chunks.done)
    return total


async def carry_out(
    database: Database, keyring: Keyring, run_id: UUID, tell: Tell, export: Export | None = None
) -> Run:
    """Bring in what is left of the export, that at the run's path unless it is given; how it stands then: done, or
    stopped by somebody. Raises `ExportUnreadable`,
    `ImportTaken`."""
    async with database.reading() as tx:
        run = await load_run(tx, run_id)
        desk = await desk_of(tx, keyring, Source(run.vendor, run.account), run.inboxes)
    found = await asyncio.to_thread(Export, Path(run.path)) if export is None else export
    # Another export than the one that was begun is read from its beginning: what is there already is recognised.
    same = found.fingerprint == run.fingerprint
    await _begin(database, run, found.fingerprint, run.position if same else 0)
    chunks = Chunks(run.vendor, found, desk, skip=run.position if same else 0)
    ahead = asyncio.create_task(asyncio.to_thread(chunks.next))
    try:
        while chunk := await ahead:
            met = _acquaint(desk, chunk)
            # The next chunk is read while this one is written.
            ahead = asyncio.create_task(asyncio.to_thread(chunks.next))
            started = monotonic()
            if not await _write(database, run_id, desk, chunk, chunks.done, met):
                break
            chunks.took(monotonic() - started)
            chunks.done += len(chunk)
            tell(chunks.done)
        else:
            await finish(database, run_id)
    finally:
        if not ahead.done():
            await asyncio.wait([ahead])
    async with database.reading() as tx:
        return await load_run(tx, run_id)


async def _begin(database: Database, run: Run, fingerprint: str, position: int) -> None:
    async with database.transaction() as tx:
        if not await tx.execute(
            """UPDATE import_run SET state = 'running', error = NULL, fingerprint = $3, position = $4
            WHERE id = $1 AND position = $2 AND state = $5""",
            run.id,
            run.position,
            fingerprint,
            position,
            run.state,
        ):
            raise ImportTaken


async def _write(
    database: Database, run_id: UUID, desk: Desk, chunk: Sequence[Item], position: int, met: Outcome
) -> bool:
    """One chunk; false where the run was told to stop. A live message may make the same customer meanwhile: then the
    chunk is looked up and written once more."""
    while True:
        try:
            async with database.transaction() as tx:
                row = await tx.row("SELECT state, position, counts FROM import_run WHERE id = $1 FOR UPDATE", run_id)
                if row is None or row["state"] != "running":
                    return False
                if row["position"] != position:
                    raise ImportTaken
                outcome = Outcome(counts=row["counts"])
                outcome.add(met)
                outcome.add(await bring(tx, desk, chunk))
                await _move(tx, run_id, position + len(chunk), outcome)
            return True
        except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            continue


async def _move(tx: Transaction, run_id: UUID, position: int, outcome: Outcome) -> None:
    await tx.execute("UPDATE import_run SET position = $2, counts = $3 WHERE id = $1", run_id, position, outcome.counts)
    if outcome.problems:
        await tx.execute(
            """INSERT INTO import_problem (run_id, place, kind, external_id, code)
            SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING""",
            run_id,
            *_columns(outcome.problems),
        )


def _columns(problems: Sequence[Problem]) -> list[Any]:
    return [[getattr(one, name) for one in problems] for name in Problem.__struct_fields__]


async def finish(database: Database, run_id: UUID) -> None:
    """Nothing is left to do; unless it was stopped meanwhile."""
    async with database.transaction() as tx:
        if await tx.execute(
            """UPDATE import_run SET state = 'done', total = position, finished_at = $2
            WHERE id = $1 AND state = 'running'""",
            run_id,
            tx.now,
        ):
            await append(tx, Event(name="import.finished", subject_kind="import", subject_id=str(run_id)))
