"""What a mailbox brings: everything above the last stored UID, oldest first, whatever happened in between.

The cursor is a UID, never a date, so an outage of any length is caught up. Where the server renumbers the folder
(another UIDVALIDITY, RFC 3501 section 2.3.1.1) everything is read again and the core's de-duplication knows what it
has. A mail that cannot be downloaded is handed on as what can be had of it, marked in its headers, so that a person
sees it and the mails behind it come.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

import msgspec
from msgspec import Struct

from damso.channels.abilities import Polled
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.imap import CommandRefused, Folder, ImapLine, Measured
from damso.channels.failures import ChannelError, TryLater
from damso.channels.types import Request

MAX_BYTES = 60 * 1024 * 1024
"""A larger mail is not downloaded: it arrives as its headers. Servers take at most 25 to 50 MB."""

MAILBOX = "x-damso-mailbox"
INTERNAL_DATE = "x-damso-internaldate"
UID = "x-damso-uid"
TRUNCATED = "x-damso-truncated"
"""`size` or `unreadable`: the body holds only the mail's headers, or nothing."""
MARKER = "x-damso-marker"
"""No mail: the request exists to keep a cursor, when a folder is first seen or was renumbered."""

STUMBLES = 3
"""Times a download may fail, each on a fresh line, before only the headers are asked for, and again before the mail
is passed over. Both only while the server hands out other mails: an outage is no fault of the mail."""

_CLOCK_SKEW = 86_400.0
_BRIEF = 15.0

P = ParamSpec("P")
T = TypeVar("T")


class Stumbled(TryLater):
    """One mail could not be downloaded; the next attempt, on a fresh line, knows of it."""


class Position(Struct, frozen=True, kw_only=True):
    """How far a mailbox was read.

    `since` is when it was connected (seconds since 1970), or None where old mail was wanted too; it keeps a
    renumbered folder from pouring in what was left out on purpose, and so counts only for UIDs below `renumbered`.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    since: float | None = None
    renumbered: int = 0


@dataclass
class Memory:
    """What this process has noticed about a mailbox; all of it may be forgotten.

    `read_to` is the UIDNEXT up to which the last complete poll read, `idles` whether the server has IDLE, `readable`
    the UID of a mail that it handed out.
    """

    read_to: int | None = None
    idles: bool | None = None
    readable: int = 0
    stumbles: dict[int, int] = field(default_factory=dict)


class _Taken(Struct, frozen=True):
    body: bytes
    internal_date: datetime | None
    truncated: str


class AsyncLine:
    """An `ImapLine` in a thread of its own, so that waiting mailboxes never queue behind one another."""

    def __init__(self, config: EmailConfig, token: str | None) -> None:
        self.line = ImapLine(config, token)
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._cut = False
        # A daemon: the process may end although a server holds us in its hand.
        Thread(target=self._serve, name="imap", daemon=True).start()

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run in the line's thread; a cancelled caller cuts the line, so the thread cannot hang on it."""
        outcome: Future[T] = Future()

        def work() -> None:
            if outcome.set_running_or_notify_cancel():
                try:
                    outcome.set_result(call(*args, **kwargs))
                except BaseException as error:  # handed to the caller, who is elsewhere
                    outcome.set_exception(error)

        self._calls.put(work)
        try:
            return await asyncio.wrap_future(outcome)
        except asyncio.CancelledError:
            self._cut = True
            self.line.kill()
            raise

    async def close(self) -> None:
        """Say goodbye, unless the line was cut, and let the thread go."""
        try:
            if not self._cut:
                await self.run(self.line.close)
        finally:
            self._calls.put(None)

    def _serve(self) -> None:
        while (work := self._calls.get()) is not None:
            work()


async def open_line(config: EmailConfig, token: str | None) -> AsyncLine:
    """A signed-in line, which whoever asked for it closes."""
    line = AsyncLine(config, token)
    try:
        await line.run(line.line.open)
    except BaseException:
        await line.close()
        raise
    return line


async def read_new(
    line: AsyncLine,
    cursor: Mapping[str, Any],
    config: EmailConfig,
    memory: Memory,
    now: Callable[[], datetime],
) -> AsyncGenerator[Polled, None]:
    """Everything after the cursor. A mail is marked as read when the next one is asked for, since it is stored then."""
    memory.read_to = None
    folder = await line.run(line.line.select, config.imap_folder)
    position = _position(cursor, config, folder, now())
    if (position.mailbox, position.uidvalidity) != (cursor.get("mailbox"), cursor.get("uidvalidity")):
        yield _marker(position, folder, config, now())
    uids = await line.run(line.line.uids_after, position.uid)
    for place, uid in enumerate(uids):
        others = filter(None, (memory.readable, *uids[place + 1 : place + 2], uid - 1))
        taken = await line.run(_take, line.line, uid, others, position, memory)
        if memory.stumbles.pop(uid, 0) == 0 and taken is not None:
            memory.readable = uid
        position = msgspec.structs.replace(position, uid=uid)
        if taken is None:
            continue
        request = _request(taken, uid, position, config, now())
        yield Polled(request=request, cursor=msgspec.to_builtins(position))
        if config.mark_seen:
            with suppress(CommandRefused):
                await line.run(line.line.mark_seen, uid)
    memory.read_to = folder.uidnext


async def wait_for_news(line: AsyncLine, seconds: float, config: EmailConfig, memory: Memory) -> bool:
    """Wait by IDLE. Returns at once where mail came since the last poll; False where the server has no IDLE."""
    folder = await line.run(line.line.select, config.imap_folder)
    if folder.uidnext != memory.read_to:
        return True
    memory.idles = await line.run(line.line.can_idle)
    if not memory.idles:
        return False
    started = asyncio.get_running_loop().time()
    try:
        await line.run(line.line.idle, seconds)
    except TryLater:
        # Servers end idle lines as they like; only one that ends them at once is in trouble.
        if asyncio.get_running_loop().time() - started < _BRIEF:
            raise
    return True


def mailbox_key(config: EmailConfig) -> str:
    """Names the folder that a cursor belongs to, without saying whose it is."""
    parts = (config.imap_host.lower(), config.username or config.address, config.imap_folder)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _position(cursor: Mapping[str, Any], config: EmailConfig, folder: Folder, now: datetime) -> Position:
    mailbox = mailbox_key(config)
    try:
        known = msgspec.convert(cursor, Position) if cursor else None
    except msgspec.ValidationError as error:
        raise ChannelError("the cursor kept for this mailbox is not one of ours") from error
    if known is None:
        since = None if config.import_existing else now.timestamp()
        uid = 0 if config.import_existing else folder.uidnext - 1
        return Position(mailbox=mailbox, uidvalidity=folder.uidvalidity, uid=uid, since=since)
    if (known.mailbox, known.uidvalidity) != (mailbox, folder.uidvalidity):
        known = Position(
            mailbox=mailbox, uidvalidity=folder.uidvalidity, uid=0, since=known.since, renumbered=folder.uidnext
        )
    if config.import_existing and known.since is not None:
        return msgspec.structs.replace(known, uid=0, since=None)
    return known


def _marker(position: Position, folder: Folder, config: EmailConfig, now: datetime) -> Polled:
    kind = "mailbox_renumbered" if position.renumbered else "mailbox_connected"
    headers = {MAILBOX: config.address, MARKER: kind, UID: f"{folder.uidvalidity}/{folder.uidnext}"}
    return Polled(request=Request(body=b"", headers=headers, received_at=now), cursor=msgspec.to_builtins(position))


def _take(line: ImapLine, uid: int, others: Iterable[int], position: Position, memory: Memory) -> _Taken | None:
    """One message, or None where it is gone or was left out on purpose. Counts what goes wrong with it."""
    stumbles = memory.stumbles.pop(uid, 0)  # forgotten where the next lines find that the server itself is ill
    if stumbles >= STUMBLES and not any(_is_readable(line, other) for other in others):
        raise TryLater("the IMAP server signs us in but hands out no mail")
    memory.stumbles[uid] = stumbles
    if stumbles >= 2 * STUMBLES:
        return _Taken(b"", None, "unreadable")
    try:
        measured = line.measure(uid)
        if measured is None or _left_out(uid, measured, position):
            return None
        return _download(line, uid, measured, whole=stumbles < STUMBLES)
    except (TryLater, CommandRefused) as error:
        memory.stumbles[uid] = stumbles + 1
        raise Stumbled(str(error)) from error


def _is_readable(line: ImapLine, uid: int) -> bool:
    measured = line.measure(uid)
    return measured is not None and measured.size <= MAX_BYTES and line.fetch(uid) is not None


def _download(line: ImapLine, uid: int, measured: Measured, *, whole: bool) -> _Taken | None:
    truncated = "size" if measured.size > MAX_BYTES else "" if whole else "unreadable"
    body = line.fetch(uid, "HEADER" if truncated else "")
    return None if body is None else _Taken(body, measured.internal_date, truncated)


def _left_out(uid: int, measured: Measured, position: Position) -> bool:
    """Old mail of a renumbered folder that was there before the mailbox was connected."""
    if position.since is None or uid >= position.renumbered or measured.internal_date is None:
        return False
    return measured.internal_date.timestamp() < position.since - _CLOCK_SKEW


def _request(taken: _Taken, uid: int, position: Position, config: EmailConfig, now: datetime) -> Request:
    headers = {MAILBOX: config.address, UID: f"{position.uidvalidity}/{uid}"}
    if taken.internal_date:
        headers[INTERNAL_DATE] = taken.internal_date.isoformat()
    if taken.truncated:
        headers[TRUNCATED] = taken.truncated
    return Request(body=taken.body, headers=headers, received_at=now)
