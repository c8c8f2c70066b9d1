"""The demo's mail world in one object: the server, the shop's mailbox on it, and the customers' webmail."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import aiosmtplib

from damso.demo.mail import reading, writing
from damso.demo.mail.imap_server import ShopMailbox
from damso.demo.mail.reading import MailSummary, MailView, Person, StoredMail
from damso.demo.mail.smtp_server import AUTHSERV_ID, serving_smtp
from damso.demo.mail.store import MailStore
from damso.demo.mail.writing import AttachedFile, Draft
from damso.kernel.i18n import Locale

SHOP = "help@damso.example"
PASSWORD = "damso-demo"  # noqa: S105 -- of a mailbox that listens on loopback only
CUSTOMERS = {
    "mina@naver.example": "김미나",
    "jiho@daum.example": "박지호",
    "emma@gmail.example": "Emma Clark",
}
"""Who has a mailbox from the start, with the name they write under."""

UNKNOWN = ("nobody", "no-such-person")
"""Mail to these names, at any domain, comes back as undeliverable."""

_FOLDERS = ("inbox", "sent")


class DemoMail:
    """`async with` starts both servers on loopback and stops them. Mail lies under `folder` and outlives restarts.

    Port 0 takes a free one; `smtp_port` and `imap_port` then tell which.
    """

    def __init__(
        self,
        folder: Path,
        smtp_port: int,
        imap_port: int,
        *,
        shop: str = SHOP,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.shop = shop
        self.smtp_port = smtp_port
        self.imap_port = imap_port
        self._store = MailStore(folder)
        self.now = now
        self._running = AsyncExitStack()
        self._parsed = lru_cache(maxsize=500)(self._parse)
        self._mailbox = ShopMailbox(shop, PASSWORD, self._store.folder(shop, "inbox"), self._store.folder(shop, "sent"))
        for address in CUSTOMERS:
            self._store.folder(address, "inbox")

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as starting:
            self.imap_port = await starting.enter_async_context(self._mailbox.serving(self.imap_port))
            self.smtp_port = await starting.enter_async_context(
                serving_smtp(self.smtp_port, (self.shop, PASSWORD), self._deliver, self.now)
            )
            self._running = starting.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.aclose()

    def connection(self) -> dict[str, object]:
        """The configuration with which the e-mail adapter reads and writes the shop's mailbox."""
        return {
            "address": self.shop,
            "password": PASSWORD,
            "imap_host": "127.0.0.1",
            "imap_port": self.imap_port,
            "imap_security": "none",
            "import_existing": True,
            "sent_folder": "Sent",
            "smtp_host": "127.0.0.1",
            "smtp_port": self.smtp_port,
            "smtp_security": "none",
            "authserv_ids": [AUTHSERV_ID],
        }

    # --- The customers' webmail

    def mailboxes(self) -> list[Person]:
        """Every customer with a mailbox."""
        others = [one for one in self._store.addresses() if one not in CUSTOMERS and one != self.shop]
        return [self._person(address) for address in (*CUSTOMERS, *others)]

    def version(self, address: str) -> str:
        """Changes whenever the mailbox does. Raises `ValueError` for what is no address."""
        facts = [(name, one.uid, one.seen) for name in _FOLDERS for one in self._store.folder(address, name).entries()]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def list_mail(self, address: str) -> list[MailSummary]:
        """What a customer got and sent, newest first. Raises `ValueError` for what is no address."""
        return reading.summaries(self._stored(address))

    def read_mail(self, address: str, uid: str) -> MailView:
        """One mail, which is read from now on. Raises `KeyError` where there is none."""
        name, _, number = uid.partition("-")
        if name not in _FOLDERS or not number.isdigit():
            raise KeyError(uid)
        self._store.folder(address, name).mark_seen(int(number))
        stored = self._stored(address)
        threads = {line.uid: line.thread for line in reading.summaries(stored)}
        one = next(one for one in stored if one.uid == uid)
        return reading.view(one, threads[uid])

    def read_file(self, address: str, uid: str, number: int) -> AttachedFile:
        """An attachment. Raises `KeyError` where there is none."""
        name, _, place = uid.partition("-")
        if name not in _FOLDERS or not place.isdigit():
            raise KeyError(uid)
        files = reading.files_of(self._parsed(address, name, int(place)))
        if number >= len(files):
            raise KeyError(uid)
        part = files[number]
        return AttachedFile(part.get_filename() or "file", part.get_content_type(), reading.file_bytes(part))

    async def send_mail(
        self,
        from_address: str,
        to: str,
        subject: str,
        text: str,
        *,
        html: str | None = None,
        cc: str = "",
        in_reply_to: str = "",
        references: Sequence[str] = (),
        attachments: Sequence[AttachedFile] = (),
        forged: bool = False,
    ) -> str:
        """Send as a customer; returns the Message-ID. `forged`: somebody else does, under the customer's address."""
        draft = Draft(
            sender=self._person(from_address),
            to=to,
            cc=cc,
            subject=subject,
            text=text,
            html=html,
            in_reply_to=in_reply_to,
            references=tuple(references),
            files=tuple(attachments),
        )
        return await self._send(draft, forged=forged)

    async def reply(
        self,
        address: str,
        uid: str,
        text: str,
        *,
        attachments: Sequence[AttachedFile] = (),
        locale: Locale = "ko",
    ) -> str:
        """Answer a mail as mail programs do: threaded, the original quoted below. Returns the Message-ID."""
        original = self.read_mail(address, uid)
        draft = writing.reply(original, self._person(address), text, files=attachments, locale=locale)
        return await self._send(draft, forged=False)

    # --- Inside

    def _person(self, address: str) -> Person:
        address = address.lower()
        return Person(CUSTOMERS.get(address, address), address)

    def _stored(self, address: str) -> list[StoredMail]:
        return [
            StoredMail(
                uid=f"{name}-{entry.uid}",
                folder=name,
                unread=not entry.seen,
                arrived=entry.arrived,
                mail=self._parsed(address, name, entry.uid),
            )
            for name in _FOLDERS
            for entry in self._store.folder(address, name).entries()
        ]

    def _parse(self, address: str, folder: str, uid: int) -> EmailMessage:
        return reading.parsed(self._store.folder(address, folder).read(uid))

    async def _send(self, draft: Draft, *, forged: bool) -> str:
        message_id, raw = writing.write(draft, self.now())
        domain = draft.sender.address.rpartition("@")[2]
        recipients = reading.addresses_of(draft.to, draft.cc)
        if not recipients:
            raise ValueError("a mail needs somebody to go to")
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1",
            port=self.smtp_port,
            start_tls=False,
            local_hostname="unknown.invalid" if forged else f"mail.{domain}",
        ) as line:
            await line.sendmail(draft.sender.address, recipients, raw)
        if not forged:
            self._store.folder(draft.sender.address, "sent").add(raw, seen=True)
        return message_id

    async def _deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        local, _, domain = recipient.lower().rpartition("@")
        address = f"{local.partition('+')[0]}@{domain}"
        if local in UNKNOWN:
            if sender:
                await self._deliver("", sender, writing.bounce(raw, recipient, AUTHSERV_ID, self.now()))
        elif address == self.shop:
            await self._mailbox.deliver(raw)
        else:
            self._store.folder(address, "inbox").add(raw)
