"""The demo's mail server for SMTP: takes in what people write and hands it to whom it is for.

As a receiving server does, it says in an Authentication-Results header what it found out about the sender, and
removes such headers that others put there in its name (RFC 8601 section 5). What it can find out is a toy: a mail is
genuine where the sending machine greets with the name of the sender's own mail server.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime, parseaddr
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

AUTHSERV_ID = "mail.damso.example"
"""The name under which this server says what it found out about a sender."""

MAX_BYTES = 40 * 1024 * 1024
_OURS = re.compile(rf"authentication-results:\s*{re.escape(AUTHSERV_ID)}\b".encode(), re.IGNORECASE)
_FROM = re.compile(rb"^from:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)

Deliver = Callable[[str, str, bytes], Awaitable[None]]
"""Called with sender, recipient and the mail, once for each recipient."""


class Doorman:
    """aiosmtpd's handler: who may come in, and what is written on the envelope."""

    def __init__(self, deliver: Deliver, now: Callable[[], datetime]) -> None:
        self._deliver = deliver
        self._now = now

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Everybody who has an address is reachable."""
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            return "553 5.1.3 This is no mail address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """File the mail for everyone before saying that it was taken."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        sender = envelope.mail_from or ""
        stamped = self._stamp(session, sender, _without_forged_results(raw))
        for recipient in dict.fromkeys(envelope.rcpt_tos):
            await self._deliver(sender, recipient, b"Delivered-To: %s\r\n%s" % (recipient.encode(), stamped))
        return "250 2.0.0 OK: filed"

    def _stamp(self, session: Session, sender: str, raw: bytes) -> bytes:
        at = format_datetime(self._now())
        greeting = _printable(session.host_name or "unknown")
        head = (
            f"Return-Path: <{_printable(sender)}>\r\n"
            f"Received: from {greeting} ([127.0.0.1])\r\n"
            f"\tby {AUTHSERV_ID} with ESMTP{'A' if session.authenticated else ''};\r\n\t{at}\r\n"
        )
        if not session.authenticated:
            head += _results(raw, sender, greeting)
        return head.encode() + raw


def _results(raw: bytes, sender: str, greeting: str) -> str:
    found = _FROM.search(raw)
    author = parseaddr(found[1].decode("utf-8", "replace") if found else "")[1]
    domain = _printable(author.rpartition("@")[2].lower())
    passed = "pass" if domain and greeting.lower() == f"mail.{domain}" else "fail"
    return (
        f"Authentication-Results: {AUTHSERV_ID};\r\n"
        f"\tdmarc={passed} (p=REJECT) header.from={domain or 'unknown'};\r\n"
        f"\tspf={passed} smtp.mailfrom={_printable(sender) or 'unknown'};\r\n"
        f"\tdkim={'pass' if passed == 'pass' else 'none'} header.d={domain or 'unknown'}\r\n"
    )


def _without_forged_results(raw: bytes) -> bytes:
    head, blank, body = raw.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    return b"\r\n".join(field for field in fields if not _OURS.match(field)) + blank + body


def _printable(text: str) -> str:
    return re.sub(r"[^!-~]", "", text)[:200]


@asynccontextmanager
async def serving_smtp(
    port: int, account: tuple[str, str], deliver: Deliver, now: Callable[[], datetime]
) -> AsyncIterator[int]:
    """Answer on loopback; yields the port, a free one for 0. Only `account` may sign in."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, offered: Any) -> AuthResult:
        known = tuple(value.encode() for value in account)
        right = isinstance(offered, LoginPassword) and (offered.login, offered.password) == known
        return AuthResult(success=right, handled=False)

    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own old names at every sign-in
    loop = asyncio.get_running_loop()
    doorman = Doorman(deliver, now)
    server = await loop.create_server(
        lambda: SMTP(
            doorman,
            loop=loop,
            hostname=AUTHSERV_ID,
            ident="ESMTP Damso demo",
            data_size_limit=MAX_BYTES,
            authenticator=check,
            auth_require_tls=False,
        ),
        "127.0.0.1",
        port,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
