"""The e-mail channel: IMAP to read, SMTP to write, one mailbox to an inbox."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar

import dns.asyncresolver
import msgspec
import structlog
from httpx import AsyncClient

from damso.channels.abilities import Polled
from damso.channels.adapters.email import mailbox, smtp
from damso.channels.adapters.email.check import check_mailbox
from damso.channels.adapters.email.compose import ComposedMail, compose
from damso.channels.adapters.email.config import EmailConfig
from damso.channels.adapters.email.mailbox import AsyncLine, Memory, mailbox_key
from damso.channels.adapters.email.oauth import AccessTokens
from damso.channels.adapters.email.parse import parse_mail
from damso.channels.failures import ChannelError, CredentialsRejected, SignatureInvalid
from damso.channels.items import InboundMessage, Item, Unsupported
from damso.channels.types import (
    ChannelPolicy,
    Health,
    InboxConfig,
    MediaRule,
    OutboundMessage,
    Receipt,
    Request,
    Response,
    Thread,
)
from damso.kernel.i18n import Text

SENT_SCOPE = "mail:sent"
"""Our own Message-IDs are unique by their send key, whichever mailbox they leave from."""

_TOO_BIG = (
    "(60MB가 넘어 본문을 내려받지 않은 메일이에요. 메일함에서 직접 확인해 주세요.)\n"
    "(This mail is larger than 60 MB and its text was not downloaded. Please open it in the mailbox.)"
)
_UNREADABLE = (
    "(메일 서버가 본문을 내주지 않은 메일이에요. 메일함에서 직접 확인해 주세요.)\n"
    "(The mail server could not hand out the text of this mail. Please open it in the mailbox.)"
)

T = TypeVar("T")

log = structlog.get_logger(__name__)


class EmailAdapter:
    """Implements `Adapter` and `Polls`. Keeps nothing but access tokens and hints that may be forgotten.

    `resolver` answers the DNS checks.
    """

    channel: ClassVar[str] = "email"
    name: ClassVar[Text] = Text("이메일", "E-mail")
    description: ClassVar[Text] = Text(
        "고객센터 메일함을 연결해요. IMAP으로 받고 SMTP로 보내요.",
        "Connect a mailbox: mail comes by IMAP and leaves by SMTP.",
    )
    policy: ClassVar[ChannelPolicy] = ChannelPolicy(
        text_limit=200_000,
        media=MediaRule(types=("*/*",), max_bytes=25 * 1024 * 1024),
        may_start=True,
        reaches="email",
        subject=True,
        rich_text=True,
        copies=True,
        receipts=frozenset({"sent", "failed"}),
        undo=timedelta(seconds=10),
        authenticates="message",
        night_exempt=True,
    )
    config: ClassVar[type[InboxConfig]] = EmailConfig

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        resolver: dns.asyncresolver.Resolver | None = None,
    ) -> None:
        self._now = now
        self._resolver = resolver
        self._tokens = AccessTokens()
        self._memories: dict[tuple[str, int], Memory] = {}
        self._copies: set[asyncio.Task[None]] = set()

    # --- In

    def handshake(self, request: Request, config: EmailConfig) -> Response | None:
        """Mail has no webhook, hence no handshake."""
        return None

    def verify(self, request: Request, config: EmailConfig) -> None:
        """Mail comes by polling or import only; whoever posts one to a web address is nobody."""
        raise SignatureInvalid("e-mail is not received over HTTP")

    def delivery_key(self, request: Request) -> str:
        """The raw bytes: a mail fetched again, also under a new UID, is the same delivery.

        What was not downloaded whole has no such bytes and is named by mailbox and UID.
        """
        digest = hashlib.sha256(request.body)
        if mailbox.TRUNCATED in request.headers or mailbox.MARKER in request.headers:
            place = [request.headers.get(name, "") for name in (mailbox.MAILBOX, mailbox.UID, mailbox.MARKER)]
            digest.update("\0".join(["", *place]).encode())
        return digest.hexdigest()

    def parse(self, request: Request, config: EmailConfig) -> Sequence[Item]:
        """The mail's items; a mail that was not downloaded whole says so in place of its text."""
        if kind := request.headers.get(mailbox.MARKER):
            return [Unsupported(kind=kind, why="keeps the place from which this mailbox is read")]
        items = parse_mail(request.body, config, request.received_at)
        match request.headers.get(mailbox.TRUNCATED):
            case None:
                return items
            case "size":
                return [_explained(item, _TOO_BIG) for item in items]
            case _:
                return [_explained(item, _UNREADABLE) for item in items]

    async def poll(
        self, cursor: Mapping[str, Any], config: EmailConfig, http: AsyncClient
    ) -> AsyncGenerator[Polled, None]:
        """Everything after the cursor, oldest first. Raises `CredentialsRejected` or `TryLater`."""
        done = False
        while not done:
            with suppress(mailbox.Stumbled):  # counted, so that a mail which breaks every line is passed in the end
                async with (
                    self._line(config, http) as line,
                    aclosing(mailbox.read_new(line, cursor, config, self._memory(config), self._now)) as news,
                ):
                    async for polled in news:
                        yield polled
                        cursor = polled.cursor
                done = True

    async def wait(self, timeout: float, config: EmailConfig, http: AsyncClient) -> None:
        """Return when mail may have come (IDLE), or after `timeout` seconds."""
        ends = asyncio.get_running_loop().time() + timeout
        memory = self._memory(config)
        if memory.idles is not False:
            async with self._line(config, http) as line:
                if await mailbox.wait_for_news(line, timeout, config, memory):
                    return
        await asyncio.sleep(max(0.0, ends - asyncio.get_running_loop().time()))

    # --- Out

    async def send(self, message: OutboundMessage, thread: Thread, config: EmailConfig, http: AsyncClient) -> Receipt:
        """Hand the mail to the submission server. The copy for the Sent folder follows in the background."""
        mail = compose(message, config)
        await self._signed_in(config, http, lambda token: smtp.submit(mail, config, token))
        if config.sent_folder:
            copy = asyncio.create_task(self._keep_copy(mail, message.created_at, config, http))
            self._copies.add(copy)
            copy.add_done_callback(self._copies.discard)
        return Receipt(external_id=mail.message_id, dedupe_scope=SENT_SCOPE)

    async def settle(self) -> None:
        """Wait for the copies under way, before a process ends."""
        await asyncio.gather(*self._copies, return_exceptions=True)

    async def check(self, config: EmailConfig, http: AsyncClient) -> Health:
        """Sign in on both sides, open the folder, and look the sending domain up."""

        async def token() -> str | None:
            return await self._token(config, http)

        return await check_mailbox(config, token, self._resolver)

    # --- Signing in

    async def _keep_copy(self, mail: ComposedMail, at: datetime, config: EmailConfig, http: AsyncClient) -> None:
        try:
            async with self._line(config, http) as line:
                await line.run(line.line.append, config.sent_folder, mail.raw, at)
        except ChannelError as error:
            log.warning("mail.sent_copy_missing", mailbox=mailbox_key(config), reason=str(error))

    @asynccontextmanager
    async def _line(self, config: EmailConfig, http: AsyncClient) -> AsyncIterator[AsyncLine]:
        line = await self._signed_in(config, http, lambda token: mailbox.open_line(config, token))
        try:
            yield line
        finally:
            await line.close()

    async def _token(self, config: EmailConfig, http: AsyncClient) -> str | None:
        return await self._tokens.get(config, http) if config.oauth_token_url else None

    async def _signed_in(
        self, config: EmailConfig, http: AsyncClient, attempt: Callable[[str | None], Awaitable[T]]
    ) -> T:
        """Try with an access token; one that a server refuses before its time is renewed once."""
        token = await self._token(config, http)
        try:
            return await attempt(token)
        except CredentialsRejected:
            if token is None:
                raise
            self._tokens.forget(config)
            return await attempt(await self._token(config, http))

    def _memory(self, config: EmailConfig) -> Memory:
        return self._memories.setdefault((mailbox_key(config), config.imap_port), Memory())


def _explained(item: Item, why: str) -> Item:
    if isinstance(item, InboundMessage) and not item.text:
        return msgspec.structs.replace(item, text=why)
    return item
