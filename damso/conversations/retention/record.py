"""The record of a run: what was destroyed under which rules, sealed once it is complete. It names nobody."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from damso.conversations.retention.due import Cutoff, DueCase
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id

PURPOSE = "retention certificate"

Trigger = Literal["rules", "replay"]
"""The rules as they stand, or an older backup that had brought back what was destroyed already."""


class Destroyed(Struct, frozen=True, kw_only=True):
    """Of one class."""

    cases: int = 0
    rows: int = 0
    files: int = 0
    customers: int = 0

    def __add__(self, other: "Destroyed") -> "Destroyed":
        return Destroyed(
            cases=self.cases + other.cases,
            rows=self.rows + other.rows,
            files=self.files + other.files,
            customers=self.customers + other.customers,
        )


class Run(Struct, frozen=True, kw_only=True):
    """A run as its row tells; `finished_at` is empty as long as there is something left."""

    id: UUID
    trigger: Trigger
    started_at: datetime
    finished_at: datetime | None
    cutoffs: list[Cutoff]
    classes: dict[str, Destroyed]
    brands: dict[str, int]
    digest: str | None
    seal: str | None


_COLUMNS = "id, trigger, started_at, finished_at, cutoffs, classes, brands, digest, seal"


async def running(tx: Transaction) -> Run | None:
    """The run that is not through. Whoever asks holds the lock of who destroys."""
    return _run(await tx.row(f"SELECT {_COLUMNS} FROM retention_run WHERE finished_at IS NULL ORDER BY id LIMIT 1"))


async def begin(tx: Transaction, trigger: Trigger, cutoffs: Sequence[Cutoff]) -> Run:
    run_id = new_id()
    await tx.execute(
        """INSERT INTO retention_run (id, trigger, started_at, cutoffs, classes, brands)
        VALUES ($1, $2, $3, $4, '{}', '{}')""",
        run_id,
        trigger,
        tx.now,
        msgspec.to_builtins(cutoffs),
    )
    return await run_of(tx, run_id)


async def add(tx: Transaction, run: Run, cases: Sequence[DueCase], classes: Mapping[str, Destroyed]) -> None:
    """Count what this transaction has destroyed; `cases` are those of which nothing is left."""
    brands = Counter(run.brands) + Counter(str(case.brand_id) for case in cases)
    added = {name: run.classes.get(name, Destroyed()) + more for name, more in classes.items()}
    await tx.execute(
        "UPDATE retention_run SET classes = $2, brands = $3 WHERE id = $1",
        run.id,
        msgspec.to_builtins(run.classes | added),
        dict(brands),
    )


async def finish(tx: Transaction, keyring: Keyring, run_id: UUID) -> Run:
    """Seal the record. Nothing is added to it any more."""
    await tx.execute("UPDATE retention_run SET finished_at = $2 WHERE id = $1", run_id, tx.now)
    body = _canonical(await run_of(tx, run_id))
    await tx.execute(
        "UPDATE retention_run SET digest = $2, seal = $3 WHERE id = $1",
        run_id,
        hashlib.sha256(body).hexdigest(),
        keyring.mac(PURPOSE, body).hex(),
    )
    return await run_of(tx, run_id)


async def run_of(tx: Transaction, run_id: UUID) -> Run:
    """Raises `NotFound`."""
    found = _run(await tx.row(f"SELECT {_COLUMNS} FROM retention_run WHERE id = $1", run_id))
    if found is None:
        raise NotFound
    return found


async def newest_runs(tx: Transaction, limit: int = 50) -> list[Run]:
    rows = await tx.rows(f"SELECT {_COLUMNS} FROM retention_run ORDER BY id DESC LIMIT $1", limit)
    return [run for row in rows if (run := _run(row))]


def is_genuine(keyring: Keyring, run: Run) -> bool:
    """Whether the record is as it was when this installation sealed it."""
    body = _canonical(run)
    return run.seal is not None and any(hmac.compare_digest(mac.hex(), run.seal) for mac in keyring.macs(PURPOSE, body))


def _run(row: asyncpg.Record | None) -> Run | None:
    return msgspec.convert(dict(row), Run) if row else None


def _canonical(run: Run) -> bytes:
    """One form for one content: keys in order, nothing of the seal itself."""
    plain = {name: value for name, value in msgspec.to_builtins(run).items() if name not in ("digest", "seal")}
    return msgspec.json.encode(plain, order="deterministic")
