"""The shop's mailbox over IMAP: pymap's server and protocol over the mail on disk."""

import asyncio
import ssl
from argparse import Namespace
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.exceptions import NotSupportedError
from pymap.flags import FlagOp
from pymap.imap import IMAPServer
from pymap.interfaces.message import CachedMessage
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag, Seen
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from damso.demo.mail.store import MailFolder

MAX_BYTES = 40 * 1024 * 1024


class StoredMailbox(MailboxData):
    """pymap's mailbox in memory, each change written to disk first. Keeps mails, UIDs and whether they were read."""

    def __init__(self, shared: MailboxSet, folder: MailFolder) -> None:
        super().__init__(shared._content_cache, shared._thread_cache)
        self._folder = folder
        self._filing = asyncio.Lock()
        self._uid_validity = folder.uidvalidity
        self._max_uid = 0

    async def load(self) -> None:
        """Show what is on disk."""
        for entry in self._folder.entries():
            flags = frozenset({Seen}) if entry.seen else frozenset()
            await self._show(entry.uid, AppendMessage(entry.path.read_bytes(), entry.arrived, flags), recent=False)

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """File a mail; whoever idles on this mailbox hears of it."""
        async with self._filing:
            uid = self._folder.add(bytes(append_msg.literal), seen=Seen in append_msg.flag_set)
            return await self._show(uid, append_msg, recent=recent)

    async def update(self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        """Change flags; of these only the read mark outlives a restart."""
        message = await super().update(uid, cached_msg, flag_set, mode)
        if Seen in message.permanent_flags and uid in self._messages:
            self._folder.mark_seen(uid)
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        """Expunge."""
        known = [uid for uid in uids if uid in self._messages]
        for uid in known:
            self._folder.remove(uid)
        await super().delete(known)

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Nobody files mail between folders in the demo."""
        raise NotSupportedError

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Nobody files mail between folders in the demo."""
        raise NotSupportedError

    async def _show(self, uid: int, message: AppendMessage, *, recent: bool) -> Message:
        self._max_uid = uid - 1  # from here pymap counts on
        return await super().append(message, recent=recent)


class StoredMailboxes(MailboxSet):
    """INBOX and Sent, and no others."""

    def __init__(self, inbox: MailFolder, sent: MailFolder) -> None:
        super().__init__()
        self._inbox = self.inbox = StoredMailbox(self, inbox)
        self._set["Sent"] = self.sent = StoredMailbox(self, sent)

    async def load(self) -> None:
        """Show what is on disk."""
        await self.inbox.load()
        await self.sent.load()

    async def add_mailbox(self, name: str) -> ObjectId:
        """The demo's folders are what they are."""
        raise NotSupportedError


class ShopMailbox:
    """One user's mailbox, served over IMAP and filled by `deliver`."""

    def __init__(self, address: str, password: str, inbox: MailFolder, sent: MailFolder) -> None:
        arguments = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
        self._config = Config(
            arguments,
            host="127.0.0.1",
            port=0,
            demo_data=False,
            demo_user=address,
            demo_password=password,
            hash_context=Cleartext(),
            tls_enabled=False,
            ssl_context=ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
            max_append_len=MAX_BYTES,
            invalid_user_sleep=0.0,
        )
        self._config.apply_context()
        self._login = Login(self._config)
        self._password = password
        self._mailboxes = StoredMailboxes(inbox, sent)
        self._config.set_cache[address] = (self._mailboxes, FilterSet())

    async def deliver(self, raw: bytes) -> None:
        """Put a mail into the inbox."""
        await self._mailboxes.inbox.append(AppendMessage(raw, datetime.now(UTC), frozenset()), recent=True)

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[int]:
        """Answer on loopback; yields the port, a free one for 0."""
        await self._login.demo_user_identity.set(
            UserMetadata(self._config, self._config.demo_user, password=self._password)
        )
        await self._mailboxes.load()
        connections: set[asyncio.Task[None]] = set()
        speak = ProxyProtocolReader(ProxyProtocolVersion.get(None)).get_callback(IMAPServer(self._login, self._config))

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            connections.add(task)
            try:
                await speak(reader, writer)
            finally:
                connections.discard(task)

        server = await asyncio.start_server(converse, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in list(connections):
                task.cancel()
            await asyncio.gather(*connections, return_exceptions=True)
