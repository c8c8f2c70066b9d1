"""Encrypting everything anew under the newest master key, a few rows at a time, while everybody goes on working."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from msgspec import Struct

from damso.kernel.crypto import LIKE_SEALED, Keyring, SecretUnreadable
from damso.kernel.database import Database, Transaction

CHUNK = 100
"""Rows of one transaction: some milliseconds of work."""


class SealedColumn(Struct, frozen=True, kw_only=True):
    """Contribution point: where a room keeps encrypted texts, as a text or anywhere inside JSON.

    `key` is the table's primary key, `where` narrows a large table.
    """

    table: str
    key: str
    column: str
    where: str = "true"


class Sealing(Struct, frozen=True, kw_only=True):
    """How many rows of a column hold secrets under older keys, and under keys that nobody has."""

    column: SealedColumn
    older: dict[str, int]
    """By key id; a secret from before keys had ids stands under the empty id."""
    unreadable: int


async def look_at_sealing(database: Database, keyring: Keyring, columns: Sequence[SealedColumn]) -> list[Sealing]:
    """Which keys are still needed."""
    found = []
    async with database.reading() as tx:
        for column in columns:
            older: dict[str, int] = {}
            unreadable = 0
            async for row in _rows(tx, column):
                for sealed in _sealed_in(row["value"]):
                    if not keyring.is_newest(sealed):
                        key_id = sealed.rpartition(".")[0]
                        older[key_id] = older.get(key_id, 0) + 1
                        unreadable += not _opens(keyring, sealed)
            found.append(Sealing(column=column, older=older, unreadable=unreadable))
    return found


async def reseal(database: Database, keyring: Keyring, columns: Sequence[SealedColumn]) -> int:
    """Encrypt what stands under older keys anew; the number of rows. What no key opens stays as it is."""
    return sum([await _reseal_column(database, keyring, column) for column in columns])


async def _reseal_column(database: Database, keyring: Keyring, column: SealedColumn) -> int:
    changed, after = 0, None
    while True:
        async with database.transaction() as tx:
            rows = await _chunk(tx, column, after, " FOR UPDATE")
            for row in rows:
                renewed = _resealed(keyring, row["value"])
                if renewed != row["value"]:
                    changed += await tx.execute(
                        f"UPDATE {column.table} SET {column.column} = $2 WHERE {column.key} = $1", row["key"], renewed
                    )
        if len(rows) < CHUNK:
            return changed
        after = rows[-1]["key"]


async def _rows(tx: Transaction, column: SealedColumn) -> AsyncIterator[Any]:
    after = None
    while rows := await _chunk(tx, column, after):
        for row in rows:
            yield row
        after = rows[-1]["key"]


async def _chunk(tx: Transaction, column: SealedColumn, after: object, lock: str = "") -> Sequence[Any]:
    further = f"{column.key} > $2" if after is not None else "true"
    return await tx.rows(
        f"SELECT {column.key} AS key, {column.column} AS value FROM {column.table}"
        f" WHERE {column.where} AND {column.column}::text LIKE $1 AND {further} ORDER BY 1 LIMIT {CHUNK}{lock}",
        LIKE_SEALED,
        *([after] if after is not None else []),
    )


def _resealed(keyring: Keyring, value: Any) -> Any:
    """A value with every secret in it under the newest key. Only what one of our keys opens is taken for a secret."""
    match value:
        case dict():
            return {name: _resealed(keyring, part) for name, part in value.items()}
        case list():
            return [_resealed(keyring, part) for part in value]
        case str() if _looks_sealed(value) and _opens(keyring, value):
            return keyring.resealed(value)
    return value


def _sealed_in(value: Any) -> list[str]:
    match value:
        case dict():
            return [sealed for part in value.values() for sealed in _sealed_in(part)]
        case list():
            return [sealed for part in value for sealed in _sealed_in(part)]
        case str() if _looks_sealed(value):
            return [value]
    return []


def _looks_sealed(text: str) -> bool:
    key_id, _, token = text.rpartition(".")
    return token.startswith("gAAAA") and len(key_id) in (0, 8)


def _opens(keyring: Keyring, sealed: str) -> bool:
    try:
        keyring.decrypt(sealed)
    except SecretUnreadable:
        return False
    return True
