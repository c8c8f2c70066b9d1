"""How long records are kept, and dropping them afterwards so that what remains can still be verified.

What is dropped leaves a signed start behind: the last seal of the dropped part, and until when rows were dropped. The
chain goes on from there. Seals of single rows that are younger in the chain but belong to the dropped time stay.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec
from msgspec import Struct, structs

from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM, Actor
from damso.team import audit
from damso.team.records.chain import ACCESS, AUDIT, LOGS, ROOT, SEALING, Link, LogName, RowPlace, SealedLog, newest
from damso.team.records.seal_keys import newest_key

MONTHS = 24
"""As the safety measures ask of whoever keeps 50,000 people, or unique identifiers; below that, 12 would do."""
FEWEST, MOST = 12, 120
EVERY = timedelta(hours=1)
CHUNK = 1_000


class MonthsInvalid(AppError):
    code = "MONTHS_INVALID"
    status = 422
    text = Text(
        "{fewest}개월에서 {most}개월 사이로 정해 주세요. 법에서 정한 최소 기간은 1년이에요.",
        "Choose from {fewest} to {most} months. The law asks for one year at least.",
    )


class Start(Struct, frozen=True, kw_only=True):
    """Where a chain begins: behind `link`, the last seal of what was dropped."""

    log: LogName
    link: Link
    until: datetime
    key_id: int
    signature: bytes = b""

    def signed_with(self, key: bytes) -> bytes:
        covered = msgspec.json.encode(["start", self.log, self.link, self.until, self.key_id])
        return hmac.digest(key, covered, "sha256")

    def is_signed_by(self, keys: Mapping[int, bytes]) -> bool:
        key = keys.get(self.key_id)
        return key is not None and hmac.compare_digest(self.signed_with(key), self.signature)


async def start_of(tx: Transaction, log: LogName) -> Start | None:
    """None for a chain of which nothing was dropped yet."""
    row = await tx.row("SELECT * FROM seal_start WHERE log = $1", log)
    if row is None:
        return None
    return Start(
        log=log,
        link=Link(number=row["number"], place=RowPlace(row["epoch"], row["xid"], row["row_id"]), mac=row["mac"]),
        until=row["until"],
        key_id=row["key_id"],
        signature=row["signature"],
    )


async def months_kept(tx: Transaction) -> int:
    return await tx.value("SELECT records_kept_months FROM installation") or MONTHS


async def keep_for(tx: Transaction, months: int, actor: Actor) -> None:
    """Set how long both logs are kept. Raises `MonthsInvalid`."""
    if not FEWEST <= months <= MOST:
        raise MonthsInvalid(field="months", fewest=FEWEST, most=MOST)
    before = await months_kept(tx)
    await tx.execute("UPDATE installation SET records_kept_months = $1", months)
    await audit.record(tx, actor, "records.retention_changed", "installation", before=before, after=months)


class KeepTimer:
    """Drops, once an hour, what is older than the months that are kept: whole months, in UTC."""

    name: ClassVar[str] = "team.keep_records"

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._next: datetime | None = None

    async def run(self, tx: Transaction) -> bool:
        if self._next and tx.now < self._next:
            return False
        if not await tx.value("SELECT pg_try_advisory_xact_lock($1)", SEALING):
            return False
        # First: what fails, such as a partition that somebody reads, is tried again in an hour.
        self._next = tx.now + EVERY
        until = month_before(tx.now, await months_kept(tx))
        more = any([await drop_before(tx, self._keyring, log, until) for log in LOGS])
        if more:
            self._next = None
        return more


def month_before(moment: datetime, months: int) -> datetime:
    """The first instant of the month that lies so many months before a moment's own."""
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    count = first.year * 12 + first.month - 1 - months
    return first.replace(year=count // 12, month=count % 12 + 1)


async def drop_before(tx: Transaction, keyring: Keyring, log: SealedLog, until: datetime) -> bool:
    """Drop a log's rows of before `until`, if all of them are sealed; hold `SEALING`. Whether there may be more."""
    last = await newest(tx, log.name)
    if last is None or await _has_unsealed(tx, log, last.place, until):
        return False
    start = await start_of(tx, log.name)
    is_told = start is not None and start.until >= until
    if not is_told and await tx.value(f"SELECT EXISTS (SELECT FROM {log.table} WHERE at < $1)", until):
        await _sign_start(tx, keyring, log.name, start, last, until)
        await audit.record(tx, SYSTEM, "records.dropped", log.name, until=until)
    if log is AUDIT:
        return await _delete_rows(tx, until)
    return await _drop_partition(tx, until) or await _delete_seals(tx, log.name)


async def _has_unsealed(tx: Transaction, log: SealedLog, place: RowPlace, until: datetime) -> bool:
    return bool(
        await tx.value(
            f"SELECT EXISTS (SELECT FROM {log.table} WHERE at < $1 AND (epoch, xid, id) > ($2, $3, $4))",
            until,
            *structs.astuple(place),
        )
    )


async def _sign_start(
    tx: Transaction, keyring: Keyring, log: LogName, before: Start | None, last: Link, until: datetime
) -> None:
    """The newest seal before the first row that is kept."""
    first_kept: int | None = await tx.value(
        "SELECT number FROM seal WHERE log = $1 AND number > $2 AND at >= $3 ORDER BY number LIMIT 1",
        log,
        before.link.number if before else 0,
        until,
    )
    number = first_kept - 1 if first_kept else last.number
    row = await tx.row("SELECT epoch, xid, row_id, mac FROM seal WHERE log = $1 AND number = $2", log, number)
    link = before.link if before else ROOT
    if row:
        link = Link(number=number, place=RowPlace(row["epoch"], row["xid"], row["row_id"]), mac=row["mac"])
    key_id, key = await newest_key(tx, keyring)
    start = Start(log=log, link=link, until=until, key_id=key_id)
    await tx.execute(
        """INSERT INTO seal_start (log, number, epoch, xid, row_id, mac, until, key_id, signature)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (log) DO UPDATE SET number = excluded.number, epoch = excluded.epoch, xid = excluded.xid,
            row_id = excluded.row_id, mac = excluded.mac, until = excluded.until, key_id = excluded.key_id,
            signature = excluded.signature""",
        log,
        link.number,
        *structs.astuple(link.place),
        link.mac,
        until,
        key_id,
        start.signed_with(key),
    )


async def _drop_partition(tx: Transaction, until: datetime) -> bool:
    """The oldest month, one at a time. Who reads it just now is waited for a moment only; the next hour tries again."""
    child: str | None = await tx.value(
        "SELECT relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = $1::text::regclass"
        " AND relname < $2 ORDER BY relname LIMIT 1",
        ACCESS.table,
        f"{ACCESS.table}_p{until:%Y_%m}",
    )
    if child is None:
        return False
    await tx.execute("SET LOCAL lock_timeout = '500ms'")
    await tx.execute(f'DROP TABLE "{child}"')
    return True


async def _delete_rows(tx: Transaction, until: datetime) -> bool:
    deleted = await tx.execute(
        f"DELETE FROM audit WHERE id = ANY (ARRAY(SELECT id FROM audit WHERE at < $1 LIMIT {CHUNK}))", until
    )
    return deleted == CHUNK or await _delete_seals(tx, AUDIT.name)


async def _delete_seals(tx: Transaction, log: LogName) -> bool:
    """Seals that stand before the start; its own stays, so that a chain is never without its end."""
    deleted = await tx.execute(
        f"""DELETE FROM seal WHERE log = $1 AND number = ANY (ARRAY(
            SELECT s.number FROM seal s JOIN seal_start t ON t.log = s.log AND s.number < t.number
            WHERE s.log = $1 ORDER BY s.number LIMIT {CHUNK}))""",
        log,
    )
    return deleted == CHUNK
