"""How a connection is doing: when something last came and went, and what does not work at present.

A fault has a side, so that mail which can be read does not hide that none can be sent.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientBusy,
    RecipientUnreachable,
    TryLater,
    WindowClosed,
)
from damso.kernel.database import Transaction
from damso.kernel.i18n import Text
from damso.kernel.log import Event, append

Side = Literal["in", "out", "check", "token"]

MARK_EVERY = timedelta(seconds=5)
"""A busy inbox's row is written no oftener than this."""

FAULTS: dict[str, Text] = {
    "CREDENTIALS_REJECTED": Text(
        "로그인 정보가 거절됐어요. 비밀번호나 토큰을 다시 입력해 주세요.",
        "The sign-in is refused. Please enter the password or token again.",
    ),
    "UNREACHABLE": Text(
        "상대 서버에 연결되지 않아요. 연결될 때까지 계속 다시 시도하고 있어요.",
        "The other server cannot be reached. We keep trying until it can.",
    ),
    "CHECK_FAILED": Text(
        "연결 점검에 통과하지 못했어요. 아래 문제를 확인해 주세요.",
        "The connection did not pass its check. Please see the problems below.",
    ),
    "TOKEN_REJECTED": Text(
        "토큰을 갱신하지 못했어요. 상대 서비스에서 다시 승인하고 토큰을 새로 입력해 주세요.",
        "The token could not be renewed. Please approve the connection again there and enter the new token.",
    ),
    "TOKEN_NOT_RENEWED": Text(
        "토큰을 갱신하지 못하고 있어요. 곧 만료될 수 있어서 계속 다시 시도하고 있어요.",
        "The token cannot be renewed at present and may end soon. We keep trying.",
    ),
    "UNUSABLE": Text(
        "저장된 설정을 읽을 수 없어요. 채널 설정을 다시 저장해 주세요.",
        "The stored settings cannot be read. Please save them again.",
    ),
    "FAULT": Text(
        "예상하지 못한 오류가 났어요. 자동으로 다시 시도하고 있어요.",
        "Something unexpected went wrong. We are trying again.",
    ),
}

SILENT = Text(
    "평소와 달리 오랫동안 새 메시지가 없어요. 상대 서비스의 웹훅이나 전달 설정을 확인해 주세요.",
    "Nothing has come in for unusually long. Check the webhook or forwarding settings on the other side.",
)


def fault_code(error: Exception) -> str | None:
    """What an error says about the connection; None where it concerns only one message."""
    match error:
        case CredentialsRejected():
            return "CREDENTIALS_REJECTED"
        case RecipientBusy():
            return None
        case TryLater() | OutcomeUnknown():
            return "UNREACHABLE"
        case RecipientUnreachable() | WindowClosed() | ContentRejected():
            return None
        case ChannelError():
            return "FAULT"
        case _:
            return "FAULT"


async def mark_in(tx: Transaction, inbox_id: UUID) -> None:
    """Something came in."""
    await _mark(tx, "last_in_at", inbox_id)


async def mark_out(tx: Transaction, inbox_id: UUID) -> None:
    """Something went out."""
    await _mark(tx, "last_out_at", inbox_id)


async def _mark(tx: Transaction, column: Literal["last_in_at", "last_out_at"], inbox_id: UUID) -> None:
    """Nobody waits for the row: whoever holds it is writing the same."""
    await tx.execute(
        f"""UPDATE inbox SET {column} = $2 WHERE id = (
            SELECT id FROM inbox WHERE id = $1 AND ({column} IS NULL OR {column} <= $3)
            FOR NO KEY UPDATE SKIP LOCKED)""",
        inbox_id,
        tx.now,
        tx.now - MARK_EVERY,
    )


async def note_fault(tx: Transaction, inbox_id: UUID, side: Side, code: str, detail: str = "") -> bool:
    """Something does not work; whether that is new. `since` stays what it was while the fault lasts."""
    row = await tx.row(
        """INSERT INTO inbox_fault AS f (inbox_id, side, code, detail, since) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (inbox_id, side) DO UPDATE SET code = excluded.code, detail = excluded.detail
            WHERE (f.code, f.detail) IS DISTINCT FROM (excluded.code, excluded.detail)
        RETURNING since""",
        inbox_id,
        side,
        code,
        detail,
        tx.now,
    )
    began = row is not None and row["since"] == tx.now
    if began:
        await append(tx, _event("inbox.failed", inbox_id, side, code))
    return began


async def note_recovery(tx: Transaction, inbox_id: UUID, side: Side) -> None:
    """It works again; does nothing where it always did."""
    if code := await tx.value(
        "DELETE FROM inbox_fault WHERE inbox_id = $1 AND side = $2 RETURNING code", inbox_id, side
    ):
        await append(tx, _event("inbox.recovered", inbox_id, side, code))


def _event(name: str, inbox_id: UUID, side: Side, code: str) -> Event:
    return Event(
        name=name,
        subject_kind="inbox",
        subject_id=str(inbox_id),
        inbox_id=inbox_id,
        properties={"side": side, "code": code},
    )


def is_silent(arrivals: list[datetime], now: datetime) -> bool:
    """Whether a connection is quieter than it ever was: nothing for a day, and for four times its longest pause.

    `arrivals` are its last ones, newest first; fewer than 20 say nothing.
    """
    if len(arrivals) < 20:
        return False
    pauses = [later - earlier for later, earlier in pairwise(arrivals)]
    return now - arrivals[0] > max(timedelta(days=1), 4 * max(pauses))
