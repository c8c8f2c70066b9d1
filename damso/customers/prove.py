"""One-time codes: whoever can read a code sent to an address has proven that it is theirs.

Six digits for ten minutes, five tries each; at most five codes an hour to an address and for whoever asks. Only a MAC
of the code is kept. That leaves at most 25 guesses an hour in a million.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from damso.customers.addresses import canonical
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, TooManyTries
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id

VALID_FOR = timedelta(minutes=10)
TRIES = 5
RESEND_AFTER = timedelta(seconds=30)
CODES_PER_HOUR = 5
HOUR = timedelta(hours=1)
_PURPOSE = "proof code"


class CodeWrong(AppError):
    """`extra["left"]` tries are left."""

    code = "CODE_WRONG"
    status = 422
    text = Text(
        "인증번호가 맞지 않아요. {left}번 더 입력할 수 있어요.", "That is not the code. You have {left} more tries."
    )


class CodeExpired(AppError):
    code = "CODE_EXPIRED"
    status = 410
    text = Text("인증번호가 만료됐어요. 새 번호를 받아 주세요.", "This code has expired. Please ask for a new one.")


Refusal = CodeWrong | CodeExpired | TooManyTries
"""Why a code did not do."""


class Started(Struct, frozen=True):
    """`value` is the address in canonical form; the code goes there and nowhere else."""

    code: str
    value: str
    expires_at: datetime
    resend_after: timedelta


async def start(
    tx: Transaction, keyring: Keyring, subject: str, kind: str, value: str, *, identity_id: int | None = None
) -> Started:
    """Make a code for an address; earlier ones of this subject for it stop being valid.

    `subject` names who asks (such as `visitor:…`) and need not be an identity yet. Raises `EmailInvalid`,
    `PhoneInvalid`, and `TooManyTries` with the seconds to wait.
    """
    value = canonical(kind, value)
    await _take_turns(tx, subject, f"{kind}:{value}")
    await _refuse_too_many(tx, subject, kind, value)
    code = f"{secrets.randbelow(1_000_000):06}"
    number = new_id()
    await tx.execute("DELETE FROM proof_code WHERE created_at < $1", tx.now - 24 * HOUR)
    await tx.execute(
        """WITH replaced AS (
            UPDATE proof_code SET expires_at = $9 WHERE subject = $3 AND kind = $4 AND value = $5 AND expires_at > $9
        )
        INSERT INTO proof_code (id, identity_id, subject, kind, value, code_mac, tries_left, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        number,
        identity_id,
        subject,
        kind,
        value,
        keyring.mac(_PURPOSE, _message(number, code)),
        TRIES,
        tx.now + VALID_FOR,
        tx.now,
    )
    return Started(code, value, tx.now + VALID_FOR, RESEND_AFTER)


async def check(tx: Transaction, keyring: Keyring, subject: str, kind: str, value: str, code: str) -> str | Refusal:
    """The address in canonical form where the code is right, which it is once.

    A refusal is returned and not raised, so that the failed try is committed: raise it after the transaction.
    Raises `EmailInvalid` and `PhoneInvalid`.
    """
    value = canonical(kind, value)
    row = await tx.row(
        """SELECT id, code_mac, tries_left FROM proof_code
        WHERE subject = $1 AND kind = $2 AND value = $3 AND expires_at > $4 AND used_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT 1""",
        subject,
        kind,
        value,
        tx.now,
    )
    if row is None:
        return CodeExpired(field="code")
    tried = await tx.row(
        """UPDATE proof_code SET tries_left = tries_left - 1,
            used_at = CASE WHEN code_mac = ANY ($2) THEN $3::timestamptz END
        WHERE id = $1 AND used_at IS NULL AND tries_left > 0 RETURNING tries_left, used_at""",
        row["id"],
        keyring.macs(_PURPOSE, _message(row["id"], code.strip())),
        tx.now,
    )
    if tried is None:
        return await _used_or_guessed(tx, row["id"])
    if tried["used_at"]:
        return value
    if tried["tries_left"] == 0:
        return TooManyTries(field="code", seconds=int(RESEND_AFTER.total_seconds()))
    return CodeWrong(field="code", left=tried["tries_left"], extra={"left": tried["tries_left"]})


async def _used_or_guessed(tx: Transaction, code_id: UUID) -> CodeExpired | TooManyTries:
    if await tx.value("SELECT used_at FROM proof_code WHERE id = $1", code_id):
        return CodeExpired(field="code")
    return TooManyTries(field="code", seconds=int(RESEND_AFTER.total_seconds()))


async def _take_turns(tx: Transaction, *names: str) -> None:
    """Two requests at once for the same address or subject count each other."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(name, 0) AS key"
        " FROM unnest($1::text[]) AS name ORDER BY key) AS keys",
        [f"proof_code:{name}" for name in names],
    )


async def _refuse_too_many(tx: Transaction, subject: str, kind: str, value: str) -> None:
    row = await tx.row(
        """SELECT count(*) FILTER (WHERE subject = $1) AS by_subject,
            count(*) FILTER (WHERE kind = $2 AND value = $3) AS by_address,
            min(created_at) AS first,
            max(created_at) FILTER (WHERE subject = $1 AND kind = $2 AND value = $3) AS latest
        FROM proof_code WHERE (subject = $1 OR (kind = $2 AND value = $3)) AND created_at > $4""",
        subject,
        kind,
        value,
        tx.now - HOUR,
    )
    assert row is not None
    if max(row["by_subject"], row["by_address"]) >= CODES_PER_HOUR:
        _refuse_until(tx, row["first"] + HOUR)
    if row["latest"] and row["latest"] + RESEND_AFTER > tx.now:
        _refuse_until(tx, row["latest"] + RESEND_AFTER)


def _refuse_until(tx: Transaction, moment: datetime) -> None:
    seconds = max(1, int((moment - tx.now).total_seconds()))
    raise TooManyTries(seconds=seconds, extra={"retry_after": seconds})


def _message(code_id: UUID, code: str) -> bytes:
    return code_id.bytes + code.encode()
