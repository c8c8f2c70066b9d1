"""Mail servers that misbehave exactly as told, and ones that behave."""

import asyncio
import re
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

DROP = "drop"
HANG = "hang"


@dataclass
class SmtpPeer:
    """Speaks SMTP by a script: for a stage the reply it gives, or `DROP` or `HANG`.

    Stages: greeting, ehlo, auth, mail, rcpt, rcpt2 (the second one, and later ones), data, text (in its middle), end
    (after the final dot). `complete` counts the mails whose final dot arrived.
    """

    script: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    port: int = 0
    complete: int = 0
    commands: list[str] = field(default_factory=list)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients = 0
        await self._say(writer, "greeting", "220 peer.example ESMTP")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            self.commands.append(verb)
            if verb == "EHLO":
                offer = f"250-peer.example\r\n250-SIZE {self.size}\r\n250 AUTH PLAIN LOGIN"
                await self._say(writer, "ehlo", offer)
            elif verb == "AUTH":
                await self._say(writer, "auth", "235 2.7.0 welcome")
            elif verb == "MAIL":
                await self._say(writer, "mail", "250 OK")
            elif verb == "RCPT":
                recipients += 1
                await self._say(writer, "rcpt" if recipients == 1 else "rcpt2", "250 OK")
            elif verb == "DATA":
                await self._say(writer, "data", "354 go ahead")
                if self.script.get("data", "354").startswith("354"):
                    await self._text(reader, writer)
            elif verb == "QUIT":
                await self._say(writer, "quit", "221 bye")
                return

    async def _text(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if "text" in self.script:
            await reader.readexactly(1000)
            await self._say(writer, "text", "")
            raise ConnectionResetError
        while (await reader.readline()) not in (b".\r\n", b""):
            pass
        self.complete += 1
        await self._say(writer, "end", "250 2.0.0 queued")

    async def _say(self, writer: asyncio.StreamWriter, stage: str, usual: str) -> None:
        reply = self.script.get(stage, usual)
        if reply == HANG:
            await asyncio.Event().wait()
        if reply == DROP:
            writer.transport.abort()
            raise ConnectionResetError
        writer.write(reply.encode() + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def serving(peer: Any) -> AsyncIterator[Any]:
    """Run a peer on loopback; its conversations end with it."""
    running: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        await peer.converse(reader, writer)

    server = await asyncio.start_server(converse, "127.0.0.1", 0, limit=2**20)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@dataclass
class ImapPeer:
    """Enough IMAP to show mails, and to hang up whenever the body of the mail `poisoned` is asked for."""

    mails: list[bytes]
    poisoned: int = 0
    port: int = 0
    lines: int = 0

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.lines += 1
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        while line := (await reader.readline()).decode().strip():
            tag, command = line.split(" ", 1)
            answer = self._answer(command)
            if answer is None:
                break
            writer.write(answer + f"{tag} OK done\r\n".encode())
            await writer.drain()
        writer.close()

    def _answer(self, command: str) -> bytes | None:
        if command.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\n"
        if command.startswith("SELECT"):
            count = len(self.mails)
            return f"* {count} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {count + 1}] x\r\n".encode()
        if found := re.match(r"UID SEARCH UID (\d+):", command):
            uids = " ".join(str(uid) for uid in range(int(found[1]), len(self.mails) + 1))
            return f"* SEARCH {uids}\r\n".encode()
        if found := re.match(r"UID FETCH (\d+) \((.*)\)", command):
            return self._fetch(int(found[1]), found[2])
        return b"* BYE\r\n" if command.startswith("LOGOUT") else b""

    def _fetch(self, uid: int, items: str) -> bytes | None:
        mail = self.mails[uid - 1]
        if "RFC822.SIZE" in items:
            return (
                f'* {uid} FETCH (UID {uid} RFC822.SIZE {len(mail)} INTERNALDATE "21-Nov-2026 15:20:00 +0900")\r\n'
            ).encode()
        section = "HEADER" if "HEADER" in items else ""
        if uid == self.poisoned and not section:
            return None
        part = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if section else mail
        return f"* {uid} FETCH (UID {uid} BODY[{section}] {{{len(part)}}}\r\n".encode() + part + b")\r\n"


@dataclass
class Inbound:
    """What an honest server received."""

    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep it."""
        self.envelopes.append(envelope)
        return "250 2.0.0 kept"


class XoauthSmtp(SMTP):
    """aiosmtpd with XOAUTH2 beside its own mechanisms; `access_tokens` are the ones it takes."""

    access_tokens: set[str]

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """The initial response holds user and token (Google's XOAUTH2 description)."""
        fields = b64decode(args[1]).decode().split("\1")
        token = fields[1].removeprefix("auth=Bearer ")
        return AuthResult(success=token in self.access_tokens, handled=False)


@asynccontextmanager
async def honest_smtp(
    inbound: Inbound,
    *,
    account: tuple[str, str] = ("", ""),
    access_tokens: set[str] | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """aiosmtpd on loopback, with one account; yields its port."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, offered: Any) -> AuthResult:
        known = tuple(value.encode() for value in account)
        right = isinstance(offered, LoginPassword) and (offered.login, offered.password) == known
        return AuthResult(success=right, handled=False)

    loop = asyncio.get_running_loop()

    def make() -> SMTP:
        protocol = XoauthSmtp(inbound, loop=loop, hostname="peer.example", authenticator=check, auth_require_tls=False)
        protocol.access_tokens = access_tokens if access_tokens is not None else set()
        return protocol

    server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
