"""One IMAP connection: the commands a help desk needs, blocking, with faults told as facts.

Mail is read with BODY.PEEK by UID, one message at a time, its size asked first, so that neither a huge mail nor a
broken one can stop those behind it (RFC 3501 section 6.4.5).
"""

import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError
from imap_tools.mailbox import BaseMailBox
from msgspec import Struct

from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.tls import tls_context
from damso.channels.failures import ChannelError, CredentialsRejected, TryLater
from damso.kernel.egress import connect_checked

IDLE_SLICE = 300.0
"""Seconds of one IDLE: well under the 29 minutes of RFC 2177, and routers forget silent lines earlier."""

_GOODBYE = 2.0
_PASSING = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|too many|try again|temporar|exceeded|not connected|overloaded",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")
_NEWS = re.compile(rb"^\* \d+ (?:EXISTS|RECENT)", re.IGNORECASE)


class CommandRefused(ChannelError):
    """The server answered NO or BAD to one command; the line itself is fine."""


class Folder(Struct, frozen=True):
    """A selected folder: its UIDVALIDITY, and the UID its next message will get."""

    uidvalidity: int
    uidnext: int


class Measured(Struct, frozen=True):
    """A message seen from outside: its size in bytes and when it reached the mailbox."""

    size: int
    internal_date: datetime | None


class _Box(BaseMailBox):
    """imap-tools over a connection we made: its own classes refuse unusual ports."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._given = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._given


class ImapLine:
    """A signed-in connection. All methods block and belong to one thread, except `kill`.

    Raises `CredentialsRejected`, `TryLater` for every fault of line or server, and `CommandRefused`.
    """

    def __init__(self, config: EmailConfig, token: str | None) -> None:
        self._config = config
        self._token = token
        self._killed = False
        self._client: imaplib.IMAP4 | None = None
        self._box: Any = None  # imap-tools leaves half its methods without types

    def open(self) -> None:
        """Connect and sign in."""
        with _told_as_facts():
            self._client = _connect(self._config)
            if self._killed:
                self.kill()
            self._box = _Box(self._client)
        _sign_in(self._box, self._config, self._token)

    def close(self) -> None:
        """Say goodbye, without waiting long for an answer."""
        if self._client is None:
            return
        with contextlib.suppress(imaplib.IMAP4.error, OSError, AttributeError):
            self._client.sock.settimeout(_GOODBYE)
            self._client.logout()
        self.kill()

    def kill(self) -> None:
        """Cut the line from any thread; whoever waits on it wakes with an error."""
        self._killed = True
        sock = getattr(self._client, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                sock.close()

    def select(self, folder: str) -> Folder:
        """Open a folder for reading and marking."""
        with _told_as_facts():
            self._box.folder.set(folder)
            uidnext = self._number("UIDNEXT")
            if uidnext is None:
                uidnext = max(self._search("ALL"), default=0) + 1
            return Folder(self._number("UIDVALIDITY") or 0, uidnext)

    def uids_after(self, uid: int) -> list[int]:
        """Every UID above, ascending. `n:*` names the last message even where it lies below n, hence the filter."""
        with _told_as_facts():
            return sorted(found for found in self._search(f"UID {uid + 1}:*") if found > uid)

    def measure(self, uid: int) -> Measured | None:
        """Size and arrival, or None where the message is gone."""
        with _told_as_facts():
            for line in self._fetch(uid, "(UID RFC822.SIZE INTERNALDATE)"):
                text = line[0] + line[1] if isinstance(line, tuple) else line
                found, size = _UID.search(text), _SIZE.search(text)
                if found and size and int(found[1]) == uid:
                    return Measured(int(size[1]), _internal_date(text))
        return None

    def fetch(self, uid: int, section: str = "") -> bytes | None:
        """The raw message, or its `HEADER`; None where the message is gone. Leaves it unread."""
        with _told_as_facts():
            for line in self._fetch(uid, f"(UID BODY.PEEK[{section}])"):
                if isinstance(line, tuple) and b"BODY[" in line[0].upper():
                    return bytes(line[1])
                if isinstance(line, bytes) and b"BODY[" in line.upper():
                    return b""  # NIL or an empty string: the message is there and has nothing to give
        return None

    def mark_seen(self, uid: int) -> None:
        """Mark as read. (imap-tools' own `flag` also expunges what others marked as deleted.)"""
        with _told_as_facts():
            _expect_ok(self._box.client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)"))

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        """File a mail we sent, as read, making or finding the folder where it is missing."""
        with _told_as_facts():
            try:
                self._box.append(raw, folder, at, r"\Seen")
            except UnexpectedCommandStatusError:
                self._box.append(raw, self._sent_folder(folder), at, r"\Seen")

    def can_idle(self) -> bool:
        """Asked after signing in: servers tell strangers less."""
        with _told_as_facts():
            _, data = self._box.client.capability()
            return b"IDLE" in (data[-1] or b"").upper().split()

    def idle(self, seconds: float) -> bool:
        """Wait for news in the selected folder (RFC 2177). True where something came."""
        ends = time.monotonic() + seconds
        with _told_as_facts():
            while (left := ends - time.monotonic()) > 0:
                if self._idle_once(min(left, IDLE_SLICE)):
                    return True
        return False

    def _idle_once(self, seconds: float) -> bool:
        """One IDLE command. A line that dropped shows when it is ended."""
        heard: list[bytes] = []
        self._box.idle.start()
        try:
            if not self._has_buffered():
                heard = self._box.idle.poll(seconds)
        finally:
            _, rest = self._box.idle.stop()
        return any(_NEWS.match(line) for line in [*heard, *rest])

    def _has_buffered(self) -> bool:
        """News that came in one packet with the go-ahead is in our buffer already, where no poll would see it."""
        client = self._box.client
        patience = client.sock.gettimeout()
        client.sock.settimeout(0)
        try:
            return bool(client.file.peek(1))
        except OSError:
            return False
        finally:
            client.sock.settimeout(patience)

    def _search(self, criteria: str) -> list[int]:
        return [int(uid) for uid in self._box.uids(criteria, charset=None)]

    def _fetch(self, uid: int, items: str) -> list[Any]:
        return [line for line in _expect_ok(self._box.client.uid("FETCH", str(uid), items)) if line]

    def _number(self, code: str) -> int | None:
        _, data = self._box.client.response(code)
        return int(data[0]) if data and data[0] and bytes(data[0]).isdigit() else None

    def _sent_folder(self, wanted: str) -> str:
        """The folder that the server itself calls its sent mail (RFC 6154), else the wanted one, made now."""
        for folder in self._box.folder.list():
            if r"\sent" in (flag.lower() for flag in folder.flags):
                return str(folder.name)
        self._box.folder.create(wanted)
        return wanted


class _Client(imaplib.IMAP4):
    """A company's mail server may be a private one; what a cloud tells its machines is none."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return connect_checked(self.host, self.port, timeout)


class _TlsClient(imaplib.IMAP4_SSL):
    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = connect_checked(self.host, self.port, timeout)
        context: ssl.SSLContext = self.ssl_context
        return context.wrap_socket(plain, server_hostname=self.host)


def _connect(config: EmailConfig) -> imaplib.IMAP4:
    host, port, patience = config.imap_host, config.imap_port, config.timeout
    if config.imap_security == "tls":
        return _TlsClient(host, port, ssl_context=tls_context(config), timeout=patience)
    client = _Client(host, port, timeout=patience)
    if config.imap_security == "starttls":
        client.starttls(tls_context(config))
    return client


def _sign_in(box: Any, config: EmailConfig, token: str | None) -> None:
    username = config.username or config.address
    sign_in: Callable[..., Any] = box.login
    if token:
        sign_in = box.xoauth2
    elif not (username + config.password).isascii():
        sign_in = box.login_utf8
    with _told_as_facts():
        try:
            sign_in(username, token or config.password, initial_folder=None)
        except (imaplib.IMAP4.abort, OSError):
            raise
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            if _PASSING.search(_words(error)):
                raise TryLater(f"the IMAP server takes no sign-in now: {_words(error)}") from error
            raise CredentialsRejected(f"the IMAP server refuses the sign-in: {_words(error)}") from error


def _expect_ok(result: tuple[str, list[Any]]) -> list[Any]:
    status, data = result
    if status != "OK":
        raise imaplib.IMAP4.error(b" ".join(part for part in data if isinstance(part, bytes)).decode(errors="replace"))
    return data


@contextmanager
def _told_as_facts() -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        raise TryLater(f"no secure line to the IMAP server ({error.reason})") from error
    except (imaplib.IMAP4.abort, OSError, EOFError) as error:
        raise TryLater(f"the line to the IMAP server failed ({type(error).__name__})") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        if _PASSING.search(_words(error)):
            raise TryLater(f"the IMAP server is busy: {_words(error)}") from error
        raise CommandRefused(f"the IMAP server refuses: {_words(error)}") from error


def _words(error: Exception) -> str:
    """What the server said, one line, without addresses."""
    said = error.command_result[1] if isinstance(error, UnexpectedCommandStatusError) else error.args
    parts = said if isinstance(said, (list, tuple)) else [said]
    text = " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in parts)
    return " ".join(_ADDRESS.sub("…", text).split())[:200]


def _internal_date(line: bytes) -> datetime | None:
    parsed = imaplib.Internaldate2tuple(line)
    return datetime.fromtimestamp(time.mktime(parsed), UTC) if parsed else None
