"""Connections that live by a token which ends: it is renewed before its end, and where that needs a person, those who
manage channels are told at once, at the desk and by mail."""

import asyncio
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import httpx
import structlog

from damso.channels.abilities import Refreshes
from damso.channels.connect import keep_renewed
from damso.channels.failures import ChannelError, CredentialsRejected, TryLater
from damso.channels.health import note_fault, note_recovery
from damso.channels.inboxes import Inboxes, InboxRecord, InboxUnusable
from damso.channels.outage import share_of
from damso.channels.types import InboxConfig
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, Retry, enqueue
from damso.kernel.shares import let_go
from damso.team.queries import who_may
from damso.team.request_link import Letter, Postman

log = structlog.get_logger()

LANE = "renewals"
SECONDS = 45.0
AGAIN = timedelta(hours=1)
"""When it is tried again whatever became of it: where the token was renewed, its own time takes the place of this."""
FIRST_WAIT, LONGEST_WAIT = 15.0, 900.0
QUIET = 3
"""So many tries may fail by a fault that passes before somebody is told."""

SUBJECT = Text("[담소] ‘{inbox}’ 채널의 토큰을 갱신하지 못했어요", "[Damso] The token of “{inbox}” was not renewed")
REJECTED = Text(
    "{name}님, 안녕하세요.\n\n‘{inbox}’ 채널의 토큰을 갱신하지 못했어요. 상대 서비스가 더 이상 받아 주지 않아요.\n"
    "상대 서비스에서 다시 승인한 뒤, 설정 > 채널에서 새 토큰을 저장해 주세요. 그때까지 이 채널로 보내는 메시지는 "
    "기다렸다가 저장하면 순서대로 나가요.\n",
    "Hello {name},\n\nThe token of the connection “{inbox}” could not be renewed: the provider no longer accepts it.\n"
    "Please approve the connection again there and save the new token in Settings > Channels. Until then messages by "
    "this channel wait; they leave in their order once it is saved.\n",
)
NOT_RENEWED = Text(
    "{name}님, 안녕하세요.\n\n‘{inbox}’ 채널의 토큰을 갱신하지 못하고 있어요. 상대 서비스가 응답하지 않아요. 계속 다시 "
    "시도하고 있지만, 토큰이 만료되면 메시지를 주고받을 수 없으니 채널 상태를 확인해 주세요.\n",
    "Hello {name},\n\nThe token of the connection “{inbox}” cannot be renewed at present: the provider does not "
    "answer. We keep trying, but once the token ends nothing can be sent or received. Please have a look at the "
    "channel.\n",
)
_TELLS = {"TOKEN_REJECTED": REJECTED, "TOKEN_NOT_RENEWED": NOT_RENEWED}


class RenewalTimer:
    """Puts the inboxes whose token is to be renewed into the lane `renewals`."""

    name: ClassVar[str] = "token_renewals"

    async def run(self, tx: Transaction) -> bool:
        due = await tx.values(
            """UPDATE inbox SET refresh_at = $1::timestamptz + $2::interval WHERE id IN (
                SELECT id FROM inbox WHERE enabled AND refresh_at <= $1 ORDER BY refresh_at
                LIMIT 20 FOR NO KEY UPDATE SKIP LOCKED) RETURNING id""",
            tx.now,
            AGAIN,
        )
        if due:
            await enqueue(tx, LANE, [(str(inbox_id), {"inbox_id": str(inbox_id)}) for inbox_id in due])
        return len(due) == 20


class RenewalLane:
    """Works the lane `renewals`: renews a token, or (`tell`) mails that it could not be renewed."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("채널 토큰 갱신하기", "Renewing tokens of channels")
    width: ClassVar[int] = 4

    def __init__(self, database: Database, inboxes: Inboxes, http: httpx.AsyncClient, postman: Postman) -> None:
        self._database = database
        self._inboxes = inboxes
        self._http = http
        self._postman = postman

    async def work(self, claim: Claim) -> None:
        inbox = await self._inbox(UUID(claim.item.payload["inbox_id"]))
        if inbox and (code := claim.item.payload.get("tell")):
            await self._tell(inbox, code)
        elif inbox and isinstance(inbox.adapter, Refreshes):
            return await self._renew(claim, inbox, inbox.adapter)
        async with self._database.transaction() as tx:
            await claim.finish(tx)
        return None

    async def _inbox(self, inbox_id: UUID) -> InboxRecord | None:
        """The inbox as it is stored now: one that is remembered may hold a token that was renewed since."""
        self._inboxes.forget()
        try:
            async with self._database.reading() as tx:
                return await self._inboxes.by_id(tx, inbox_id)
        except (NotFound, InboxUnusable):
            return None

    async def _renew(self, claim: Claim, inbox: InboxRecord, adapter: Refreshes) -> None:
        renewed, error = await _refreshed(inbox, adapter, self._http)
        rejected = isinstance(error, CredentialsRejected)
        async with self._database.transaction() as tx:
            if renewed is not None:
                await keep_renewed(tx, inbox.adapter, self._inboxes.keyring, inbox.id, inbox.config, renewed)
                await note_recovery(tx, inbox.id, "token")
                await let_go(tx, share_of(inbox.id))
            elif rejected or claim.item.attempts >= QUIET:
                await self._alarm(tx, inbox, "TOKEN_REJECTED" if rejected else "TOKEN_NOT_RENEWED", str(error))
            if error is None or rejected:
                return await claim.finish(tx)
        asked = error.after if isinstance(error, TryLater) else 0.0
        wait: float = min(FIRST_WAIT * 2 ** min(claim.item.attempts, 20), LONGEST_WAIT)
        raise Retry(max(asked, wait), type(error).__name__)

    async def _alarm(self, tx: Transaction, inbox: InboxRecord, code: str, detail: str) -> None:
        if await note_fault(tx, inbox.id, "token", code, detail[:500]):
            await enqueue(tx, LANE, [(None, {"inbox_id": str(inbox.id), "tell": code})])

    async def _tell(self, inbox: InboxRecord, code: str) -> None:
        async with self._database.reading() as tx:
            people = await who_may(tx, "channels.manage")
        for one in people:
            if one.limits.admit_inbox(inbox.id, inbox.brand_id):
                await self._postman.post(
                    Letter(
                        to=one.email,
                        name=one.name,
                        locale=one.locale,
                        subject=SUBJECT.say(one.locale, inbox=inbox.name),
                        text=_TELLS[code].say(one.locale, name=one.name, inbox=inbox.name),
                    )
                )


async def _refreshed(
    inbox: InboxRecord, adapter: Refreshes, http: httpx.AsyncClient
) -> tuple[InboxConfig | None, ChannelError | None]:
    """The configuration with its new token, or why there is none."""
    try:
        async with asyncio.timeout(SECONDS):
            return await adapter.refresh(inbox.config, http), None
    except ChannelError as error:
        return None, error
    except Exception as fault:
        if not isinstance(fault, TimeoutError):
            log.exception("inbox.renewal_fault", inbox_id=str(inbox.id))
        return None, TryLater(type(fault).__name__)
