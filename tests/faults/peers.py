"""The other sides: a system that takes our webhooks, and a mail server. Neither drops a repetition: both count."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes

from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

TAKES_SECONDS = 0.05
"""How long a peer thinks about a message: that is where a kill hurts."""


class WebhookReceiver:
    """Takes every signed call. `taken` counts calls by webhook-id, `said` what each of them said."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)
        self.taken: Counter[str] = Counter()
        self.said: dict[str, set[str]] = defaultdict(set)
        self.unsigned = 0
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:-2]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                await asyncio.sleep(TAKES_SECONDS)
                answer = self._take(headers, body)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(answer), answer))
                await writer.drain()
        writer.close()

    def _take(self, headers: dict[str, str], body: bytes) -> bytes:
        self._webhook.verify(body, headers)
        event = json.loads(body)
        if event["type"] == "ping":
            return b""
        identifier = headers["webhook-id"]
        self.taken[identifier] += 1
        self.said[identifier].add(event["data"]["text"])
        return json.dumps({"id": f"theirs-{identifier}"}).encode()


class MailServer:
    """Takes every mail, some at once and some after a while; it thinks before it answers, and after every second mail
    that it has kept. `taken` counts mails by their Message-ID; `in_hand` wakes when one is being taken."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.begun = 0
        self.in_hand = asyncio.Event()
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.begun += 1
        number, content = self.begun, envelope.content
        assert isinstance(content, bytes)
        identifier = str(message_from_bytes(content)["message-id"])
        if number % 2:
            self.taken[identifier] += 1
        self.in_hand.set()
        await asyncio.sleep(TAKES_SECONDS * (number % 6))
        if number % 2 == 0:
            self.taken[identifier] += 1
        return "250 2.0.0 kept"


@asynccontextmanager
async def receiving(webhooks: WebhookReceiver, mails: MailServer) -> AsyncIterator[None]:
    """Both on ports of their own."""
    loop = asyncio.get_running_loop()
    http = await asyncio.start_server(webhooks.converse, "127.0.0.1", 0)
    smtp = await loop.create_server(lambda: SMTP(mails, loop=loop, hostname="peer.example"), "127.0.0.1", 0)
    webhooks.port, mails.port = (server.sockets[0].getsockname()[1] for server in (http, smtp))
    try:
        yield
    finally:
        http.close()
        smtp.close()
