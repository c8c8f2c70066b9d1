"""The chains that show whether records were changed afterwards.

Two logs are sealed: `audit` (administrative acts) and `access` (who saw whose data). Every row has a seal of its own,
numbered without gaps in the order of the log, whose MAC covers the row's digest and the seal before it. The key is
random, and lies in the database encrypted under the master key, which does not: who has the database alone can neither
make a seal nor put another key in its place. Since each row has its own seal, the chain is the same however many rows
are sealed at a time.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel.database import Transaction

LogName = Literal["audit", "access"]

SEALING = 0x0DA50005
"""Advisory lock of whoever adds to the chains or shortens them."""


_AS_TEXT = {
    "address": "host(address)",
    "customer_ids": "customer_ids::text",
    "identity_ids": "identity_ids::text",
}
"""An address without the length of its network; lists of ids as PostgreSQL writes them, which is several times faster
than to make fifty objects of them and write them again."""


class SealedLog(Struct, frozen=True, kw_only=True):
    """A log that is sealed. `columns` are what a seal covers, in this order for ever: a new column needs a new version
    of the digest."""

    name: LogName
    table: str
    columns: tuple[str, ...]

    @property
    def selection(self) -> str:
        columns = [f"{_AS_TEXT[column]} AS {column}" if column in _AS_TEXT else column for column in self.columns]
        return f"SELECT epoch, xid, {', '.join(columns)} FROM {self.table}"


AUDIT = SealedLog(
    name="audit",
    table="audit",
    columns=("id", "at", "actor_kind", "actor_id", "act", "subject", "details", "address"),
)
ACCESS = SealedLog(
    name="access",
    table="access_record",
    columns=(
        "id",
        "at",
        "actor_kind",
        "actor_id",
        "address",
        "act",
        "route",
        "customer_ids",
        "identity_ids",
        "reason",
        "note",
    ),
)
LOGS: tuple[SealedLog, ...] = (AUDIT, ACCESS)


class RowPlace(Struct, frozen=True, order=True, array_like=True):
    """Where a row stands in its log, as events do (`damso.kernel.log`)."""

    epoch: int
    xid: int
    row_id: UUID


BEGINNING = RowPlace(-1, 0, UUID(int=0))


class SealedRow(Struct, frozen=True):
    """A row as the chain sees it."""

    place: RowPlace
    at: datetime
    digest: bytes


class Link(Struct, frozen=True, kw_only=True):
    """The end of a chain, from which it goes on."""

    number: int
    place: RowPlace
    mac: bytes


ROOT = Link(number=0, place=BEGINNING, mac=bytes(32))


async def rows_after(
    tx: Transaction, log: SealedLog, after: RowPlace, *, below: tuple[int, int] | None = None, limit: int
) -> Sequence[SealedRow]:
    """Rows behind a place in their order; `below` is an epoch and xid that bound them."""
    bound = "AND (epoch, xid) < ($4, $5)" if below else ""
    rows = await tx.rows(
        f"""{log.selection} WHERE (epoch, xid, id) > ($1, $2, $3) {bound}
        ORDER BY epoch, xid, id LIMIT {int(limit)}""",
        after.epoch,
        after.xid,
        after.row_id,
        *(below or ()),
    )
    return [_sealed_row(log, dict(row)) for row in rows]


def _sealed_row(log: SealedLog, row: Mapping[str, Any]) -> SealedRow:
    return SealedRow(
        RowPlace(row["epoch"], row["xid"], row["id"]), row["at"], digest(log, [row[name] for name in log.columns])
    )


def digest(log: SealedLog, values: Sequence[object]) -> bytes:
    """SHA-256 of a row's canonical form: JSON with sorted keys, times in UTC to the microsecond."""
    return hashlib.sha256(msgspec.json.encode(["1", log.name, *values], order="sorted")).digest()


def link(key: bytes, key_id: int, log: LogName, before: Link, row: SealedRow) -> Link:
    """The seal of the row that follows."""
    number = before.number + 1
    covered = [log, number, row.place, row.at, row.digest, key_id]
    mac = hmac.digest(key, before.mac + msgspec.json.encode(covered), "sha256")
    return Link(number=number, place=row.place, mac=mac)


def seal_text(log: LogName, number: int, mac: bytes) -> str:
    """A seal to be written down outside of Damso: `access-1204-6f2c…`. While it is found in the chain, nothing up to
    it was changed or cut off."""
    return f"{log}-{number}-{mac.hex()}"


async def newest(tx: Transaction, log: LogName) -> Link | None:
    """The end of a chain; None where nothing was sealed yet."""
    row = await tx.row(
        "SELECT number, epoch, xid, row_id, mac FROM seal WHERE log = $1 ORDER BY number DESC LIMIT 1", log
    )
    if row is None:
        return None
    return Link(number=row["number"], place=RowPlace(row["epoch"], row["xid"], row["row_id"]), mac=row["mac"])


async def newest_seal(tx: Transaction, log: LogName) -> str | None:
    """The end of a chain as text."""
    last = await newest(tx, log)
    return seal_text(log, last.number, last.mac) if last else None
