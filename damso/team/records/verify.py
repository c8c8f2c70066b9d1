"""Asking a chain whether somebody changed, removed or inserted a record, and which is the first."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.team.records.chain import (
    LOGS,
    ROOT,
    LogName,
    RowPlace,
    SealedLog,
    SealedRow,
    link,
    rows_after,
    seal_text,
)
from damso.team.records.keep import Start, start_of
from damso.team.records.seal_keys import all_keys

CHUNK = 1_000
_SEAL = re.compile(r"(audit|access)-([1-9]\d{0,17})-([0-9a-f]{64})")

Fault = Literal["changed", "removed", "inserted", "seal_changed", "cut_off", "start_forged"]
FAULTS: Mapping[Fault, Text] = {
    "changed": Text("기록의 내용이 바뀌었어요.", "The record was changed."),
    "removed": Text("기록이 지워졌어요.", "The record was removed."),
    "inserted": Text("없던 기록이 끼어들었어요.", "The record was inserted later."),
    "seal_changed": Text("봉인 값이 맞지 않아요.", "The seal does not fit."),
    "cut_off": Text(
        "보관해 둔 봉인이 없어요. 뒷부분이 잘려 나갔거나 바뀌었어요.",
        "The seal that was kept is not in the chain: its end was cut off or changed.",
    ),
    "start_forged": Text(
        "보존 기간이 지난 기록을 정리한 표시가 맞지 않아요.", "What says that old records were dropped is not ours."
    ),
}


class SealUnreadable(AppError):
    code = "SEAL_UNREADABLE"
    status = 422
    text = Text(
        "봉인 값의 형식이 아니에요. access-1204-6f2c…처럼 생긴 값을 그대로 붙여 넣어 주세요.",
        "This is no seal. Paste it as it was shown, such as access-1204-6f2c….",
    )


class Finding(Struct, frozen=True, kw_only=True):
    """The first record that is not as it was. `number` is its place in the chain, where it has one."""

    fault: Fault
    number: int | None = None
    record_id: UUID | None = None
    at: datetime | None = None


class Verdict(Struct, frozen=True, kw_only=True):
    """What a chain says. `sealed` counts records that were looked at, `unsealed` those too new to be sealed;
    `kept_from` is set where older records were dropped at the end of their time."""

    log: LogName
    sound: bool
    sealed: int
    unsealed: int
    seal: str | None
    kept_from: datetime | None
    finding: Finding | None


class _Seal(Struct, frozen=True, kw_only=True):
    number: int
    place: RowPlace
    row: SealedRow
    key_id: int
    mac: bytes


class _Found(Exception):
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def read_seal(text: str) -> tuple[LogName, int, str]:
    """The log, the number and the whole of a seal somebody kept. Raises `SealUnreadable`."""
    match = _SEAL.fullmatch(text.strip())
    if match is None:
        raise SealUnreadable(field="seals")
    name: LogName = "audit" if match[1] == "audit" else "access"
    return name, int(match[2]), match[0]


async def verify_all(database: Database, keyring: Keyring, kept: Sequence[str] = ()) -> list[Verdict]:
    """Both logs; `kept` are seals from outside, which have to be found again. Raises `SealUnreadable`."""
    wanted = [read_seal(text) for text in kept]
    return [
        await verify(database, keyring, log, {number: text for name, number, text in wanted if name == log.name})
        for log in LOGS
    ]


async def verify(database: Database, keyring: Keyring, log: SealedLog, kept: Mapping[int, str]) -> Verdict:
    """One log, from its oldest kept record to its newest, as one snapshot sees it."""
    async with (
        database.reading() as tx,
        tx.connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        walk = _Walk(tx, log, await all_keys(tx, keyring), kept)
        finding: Finding | None = None
        try:
            await walk.go()
        except _Found as found:
            finding = found.finding
        unsealed = await tx.value(
            f"SELECT count(*) FROM {log.table} WHERE (epoch, xid, id) > ($1, $2, $3)",
            walk.last.place.epoch,
            walk.last.place.xid,
            walk.last.place.row_id,
        )
    return Verdict(
        log=log.name,
        sound=finding is None,
        sealed=walk.count,
        unsealed=0 if finding else unsealed,
        seal=seal_text(log.name, walk.last.number, walk.last.mac) if walk.last.number else None,
        kept_from=walk.start.until if walk.start else None,
        finding=finding,
    )


class _Walk:
    """Follows rows and seals side by side; raises `_Found` at the first that does not fit."""

    def __init__(self, tx: Transaction, log: SealedLog, keys: Mapping[int, bytes], kept: Mapping[int, str]) -> None:
        self._tx = tx
        self._log = log
        self._keys = keys
        self._kept = dict(kept)
        self.start: Start | None = None
        self.last = ROOT
        self.count = 0

    async def go(self) -> None:
        await self._begin()
        while seals := await self._seals():
            rows = list(await rows_after(self._tx, self._log, self.last.place, limit=len(seals) + 1))
            for seal in seals:
                self._step(seal, rows)
        for number in self._kept:
            if number > self.last.number:
                raise _Found(Finding(fault="cut_off", number=number))

    async def _begin(self) -> None:
        self.start = await start_of(self._tx, self._log.name)
        if self.start is None:
            return
        if not self.start.is_signed_by(self._keys):
            raise _Found(Finding(fault="start_forged", number=self.start.link.number))
        self.last = self.start.link
        place = self.last.place
        early = await self._tx.row(
            f"SELECT id, at FROM {self._log.table} WHERE (epoch, xid, id) <= ($1, $2, $3) AND at >= $4 LIMIT 1",
            place.epoch,
            place.xid,
            place.row_id,
            self.start.until,
        )
        if early:
            raise _Found(Finding(fault="inserted", record_id=early["id"], at=early["at"]))

    async def _seals(self) -> list[_Seal]:
        rows = await self._tx.rows(
            f"""SELECT number, epoch, xid, row_id, at, digest, key_id, mac FROM seal
            WHERE log = $1 AND number > $2 ORDER BY number LIMIT {CHUNK}""",
            self._log.name,
            self.last.number,
        )
        return [_seal(dict(row)) for row in rows]

    def _step(self, seal: _Seal, rows: list[SealedRow]) -> None:
        if seal.number != self.last.number + 1:
            raise _Found(Finding(fault="removed", number=self.last.number + 1))
        key = self._keys.get(seal.key_id)
        right = link(key, seal.key_id, self._log.name, self.last, seal.row) if key else None
        if right is None or not hmac.compare_digest(right.mac, seal.mac):
            raise _Found(Finding(fault="seal_changed", number=seal.number, record_id=seal.place.row_id, at=seal.row.at))
        if rows and rows[0].place < seal.place:
            raise _Found(Finding(fault="inserted", number=seal.number, record_id=rows[0].place.row_id, at=rows[0].at))
        if rows and rows[0].place == seal.place:
            if rows.pop(0) != seal.row:
                raise self._at(seal, "changed")
        elif self.start is None or seal.row.at >= self.start.until:
            raise self._at(seal, "removed")
        if self._kept.get(seal.number) not in (None, seal_text(self._log.name, seal.number, seal.mac)):
            raise self._at(seal, "cut_off")
        self.last = right
        self.count += 1

    def _at(self, seal: _Seal, fault: Fault) -> _Found:
        return _Found(Finding(fault=fault, number=seal.number, record_id=seal.place.row_id, at=seal.row.at))


def _seal(row: Mapping[str, Any]) -> _Seal:
    place = RowPlace(row["epoch"], row["xid"], row["row_id"])
    return _Seal(
        number=row["number"],
        place=place,
        row=SealedRow(place, row["at"], row["digest"]),
        key_id=row["key_id"],
        mac=row["mac"],
    )
