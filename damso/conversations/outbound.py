"""The lane of what leaves: one at a time for each (inbox, recipient), reserved before the provider is called.

The message is marked as handed over, and that is committed, before the call. Who finds it so marked knows that an
earlier try died in between: unless the channel makes repeating harmless, the outcome is then `unknown` and a
person decides, because a second message to a customer cannot be taken back. Until they have, what follows to the same
recipient waits.

While an inbox's provider is away only one message goes ahead now and then, see `damso.channels.outage`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec
import structlog
from httpx import AsyncClient
from msgspec import Struct
from msgspec.structs import replace

from damso.brand.queries import brand as brand_of
from damso.brand.signatures import signature_for
from damso.channels.abilities import PollsReports
from damso.channels.content import Content
from damso.channels.failures import (
    ChannelError,
    ContentRejected,
    CredentialsRejected,
    OutcomeUnknown,
    RecipientUnreachable,
    TryLater,
    WindowClosed,
)
from damso.channels.fitting import fitted
from damso.channels.handover import HandedOver, hand_over, record
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.items import Address
from damso.channels.outage import heed, spacing, take_turn
from damso.channels.threads import spend_handle, thread_of, window_of
from damso.channels.types import Blob, OutboundMessage, Thread
from damso.channels.types import Brand as ChannelBrand
from damso.conversations.cases import Case, lock_case
from damso.conversations.lent_files import LentFiles
from damso.conversations.outbox import LANE, put
from damso.conversations.references import make_reference
from damso.conversations.reports import await_report
from damso.conversations.waiting import apply_waiting, raise_status
from damso.customers.identify import mark_bounced
from damso.customers.types import IdentityKey
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import DEFAULT_LOCALE, Text, as_locale
from damso.kernel.lanes import POLL, Claim, ClaimLost, Item, Retry, Wait
from damso.kernel.notify import LOST
from damso.kernel.shares import pass_on

log = structlog.get_logger()

FIRST_WAIT = 5.0
LONGEST_WAIT = 900.0
"""Seconds until a message is tried again, doubled with each try."""
ASIDE = 2.0
"""Seconds for which a message that failed lets another one go ahead: the fault may be its own."""
PATIENCE = timedelta(days=1)
LEAST_TRIES = 8
"""A message that was tried so often for longer than this, while others leave, has failed. Where none leaves it waits
on; and one that was only held for so long has its tries before it."""
UNSETTLED = 60.0
"""Seconds between looks whether somebody has settled a message, beside being told so."""


class _Queued(Struct, frozen=True, kw_only=True):
    """The message as it waits, with all that its sending needs."""

    id: UUID
    conversation_id: UUID
    inbox_id: UUID
    identity_id: int
    brand_id: UUID
    status: str
    handed_over: bool
    withdrawn: bool
    text: str
    content: dict[str, Any] | None
    quotes: str | None
    purpose: Literal["service", "transactional", "marketing"]
    subject: str
    send_key: str
    cc: list[str]
    kind: str
    scope: str
    value: str
    name: str
    author: str
    author_id: UUID | None
    locale: str


class _Prepared(Struct, frozen=True, kw_only=True):
    queued: _Queued
    inbox: InboxRecord
    message: OutboundMessage
    thread: Thread
    ahead: bool
    """Whether it goes ahead of all others of its inbox, to see whether the provider is back."""

    @property
    def at_stake(self) -> bool:
        """Whether the thread's handle may have been used up by a try whose outcome is not known."""
        return self.thread.handle_until is not None and bool(self.thread.handle)


class _Reserved(Struct, frozen=True, kw_only=True):
    """A message that was marked as handed over, with what was read for it; its files are each a row and an address."""

    queued: _Queued
    inbox: InboxRecord
    case: Case
    brand: ChannelBrand
    references: Sequence[str]
    files: Sequence[tuple[Any, str]]
    thread: Thread
    ahead: bool


class OutboundLane:
    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("메시지 보내기", "Sending messages")
    width: ClassVar[int] = 24
    each: ClassVar[int] = 4
    """Of one inbox: six may hang for a minute on every message, and the seventh still has its places."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        blobs: Blobs,
        inboxes: Inboxes,
        http: AsyncClient,
        lent: LentFiles,
    ) -> None:
        self._lent = lent
        self._database = database
        self._keyring = keyring
        self._blobs = blobs
        self._inboxes = inboxes
        self._http = http

    async def work(self, claim: Claim) -> None:
        try:
            prepared = await self._reserve(claim)
        except (ClaimLost, Wait, *LOST):
            raise
        except Exception:
            # Its inbox cannot be used, or a file is gone: nothing has left, and an agent shall see it.
            log.exception("message.unsendable", item=claim.item.id)
            return await self._fail(claim)
        if prepared is None:
            return None
        handed = await hand_over(prepared.inbox, prepared.message, prepared.thread, self._http)
        return await self._record(claim, prepared, handed)

    async def give_up(self, tx: Transaction, item: Item) -> None:
        """The message does not stay queued for ever; whether it left is not known once it was handed over."""
        message_id = UUID(str(item.payload["message_id"]))
        message = await tx.row(
            "SELECT handed_over_at, inbox_id, identity_id FROM message WHERE id = $1 FOR UPDATE", message_id
        )
        if message and message["handed_over_at"]:
            await raise_status(tx, message_id, "unknown", "interrupted")
            await put(tx, message_id, message["inbox_id"], message["identity_id"])
        else:
            await raise_status(tx, message_id, "failed", "gave_up")

    async def _fail(self, claim: Claim) -> None:
        async with self._database.transaction() as tx:
            await raise_status(tx, UUID(str(claim.item.payload["message_id"])), "failed", "failed")
            await pass_on(tx, claim.item.share)
            await claim.finish(tx)

    async def _reserve(self, claim: Claim) -> _Prepared | None:
        """Mark the message as handed over; None where there is nothing left to send. Raises `Wait` where it is not its
        turn."""
        async with self._database.transaction() as tx:
            queued = await self._load(tx, claim)
            reserved = await self._take(tx, claim, queued) if queued and queued.status == "queued" else None
        if queued and queued.status == "unknown":
            raise Wait(UNSETTLED, "unsettled")
        return await self._prepare(reserved) if reserved else None

    async def _load(self, tx: Transaction, claim: Claim) -> _Queued | None:
        """The message, if it waits to be sent or settled."""
        message_id = UUID(str(claim.item.payload["message_id"]))
        queued = await tx.maybe(_Queued, _LOAD, message_id)
        if queued is None or queued.withdrawn or queued.status not in ("queued", "unknown"):
            await claim.finish(tx)
            return None
        if queued.status == "queued" and queued.handed_over:
            inbox = await self._inboxes.by_id(tx, queued.inbox_id)
            if not inbox.adapter.policy.repeatable:
                await raise_status(tx, message_id, "unknown", "interrupted")
                return replace(queued, status="unknown")
        return queued

    async def _take(self, tx: Transaction, claim: Claim, queued: _Queued) -> _Reserved | None:
        """All that its sending needs, as it is when it leaves."""
        inbox = await self._inboxes.by_id(tx, queued.inbox_id)
        case = await lock_case(tx, queued.conversation_id)
        references = await tx.values(_EARLIER, case.id, queued.inbox_id, queued.id)
        files = await tx.rows(
            "SELECT id, name, content_type, blob_ref FROM attachment WHERE message_id = $1 ORDER BY position",
            queued.id,
        )
        by_url = inbox.adapter.policy.media_by_url
        addresses = [self._lent.lend(tx, file["id"]) if by_url else "" for file in files]
        brand = await brand_of(tx, case.brand_id)
        signature = await signature_for(tx, queued.author_id, case.brand_id, queued.locale, brand.signature)
        found = await thread_of(tx, queued.inbox_id, queued.identity_id)
        if not window_of(inbox, found, tx.now).open:
            await raise_status(tx, queued.id, "failed", "window_closed")
            await claim.finish(tx)
            return None
        turn = await take_turn(tx, inbox)
        self._look_again(turn.wait or _seconds(spacing(inbox)))
        if turn.wait:
            raise Wait(0, "not its turn")
        await tx.execute("UPDATE message SET handed_over_at = $2 WHERE id = $1", queued.id, tx.now)
        return _Reserved(
            queued=queued,
            inbox=inbox,
            case=case,
            brand=ChannelBrand(name=brand.name, colour=brand.colour, signature=signature),
            references=references,
            files=list(zip(files, addresses, strict=True)),
            thread=found.thread if found else Thread(),
            ahead=turn.ahead,
        )

    def _look_again(self, seconds: float) -> None:
        """Have the next of an inbox that keeps a pace begun in time."""
        if 0 < seconds < POLL:
            self._database.notifier.nudge_later("lane", seconds)

    async def _prepare(self, reserved: _Reserved) -> _Prepared:
        attachments = [
            Blob(
                name=file["name"],
                content_type=file["content_type"],
                data=await self._blobs.get(file["blob_ref"]),
                url=address,
            )
            for file, address in reserved.files
        ]
        return _Prepared(
            queued=reserved.queued,
            inbox=reserved.inbox,
            message=self._compose(reserved, attachments),
            thread=reserved.thread,
            ahead=reserved.ahead,
        )

    def _compose(self, reserved: _Reserved, attachments: Sequence[Blob]) -> OutboundMessage:
        queued, case, brand, references = reserved.queued, reserved.case, reserved.brand, reserved.references
        policy = reserved.inbox.adapter.policy
        text, content = fitted(policy, queued.text, msgspec.convert(queued.content, Content | None))
        return OutboundMessage(
            send_key=queued.send_key,
            token=make_reference(self._keyring, case.id),
            to=Address(kind=queued.kind, scope=queued.scope, value=queued.value, name=queued.name),
            text=text,
            content=content,
            quotes=queued.quotes if policy.quotes else None,
            purpose=queued.purpose,
            author=queued.author or brand.name,
            brand=brand,
            locale=queued.locale,
            subject=queued.subject
            or case.subject
            or _NEW_SUBJECT.say(as_locale(queued.locale) or DEFAULT_LOCALE, brand=brand.name),
            cc=tuple(Address(kind=queued.kind, value=value) for value in queued.cc),
            in_reply_to=references[-1] if references else None,
            references=tuple(references),
            attachments=tuple(attachments),
            created_at=self._database.clock.now(),
        )

    async def _record(self, claim: Claim, prepared: _Prepared, handed: HandedOver) -> None:
        """Store how it went, with its line in the delivery log. Raises `Retry` where it is certain not to have left, or
        keeps its place until it is settled."""
        async with self._database.transaction() as tx:
            await record(tx, prepared.inbox, handed, message_id=prepared.queued.id, number=claim.item.attempts + 1)
            passes = isinstance(handed.error, (TryLater, CredentialsRejected))
            wait = await self._again(tx, claim.item, prepared, handed.error) if passes else None
            if wait is None:
                await self._settle(tx, prepared, handed)
                if not isinstance(handed.error, OutcomeUnknown):
                    await claim.finish(tx)
            if not passes:
                # Last, as in taking a turn: what else leaves by this inbox waits for the row that this locks.
                await heed(tx, prepared.inbox, handed.error, ahead=prepared.ahead)
        if wait is not None:
            raise Retry(wait, str(handed.error))
        if isinstance(handed.error, OutcomeUnknown):
            raise Retry(UNSETTLED, "unsettled")

    async def _again(
        self, tx: Transaction, item: Item, prepared: _Prepared, error: ChannelError | None
    ) -> float | None:
        """Seconds until a message that met a passing fault is tried again; None where it was tried for long enough."""
        hold = await heed(tx, prepared.inbox, error, ahead=prepared.ahead)
        alone = hold is None or hold.began
        if alone and item.attempts >= LEAST_TRIES and tx.now - item.created_at > PATIENCE:
            return None
        await tx.execute("UPDATE message SET handed_over_at = NULL WHERE id = $1", prepared.queued.id)
        own: float = min(FIRST_WAIT * 2 ** min(item.attempts, 20), LONGEST_WAIT)
        if hold is None:
            return max(own, error.after if isinstance(error, TryLater) else 0.0)
        return max(own, hold.seconds + ASIDE)

    async def _settle(self, tx: Transaction, prepared: _Prepared, handed: HandedOver) -> None:
        message_id = prepared.queued.id
        if handed.receipt:
            await tx.execute(
                "UPDATE message SET external_id = $2, dedupe_scope = $3, sent_at = $4 WHERE id = $1",
                message_id,
                handed.receipt.external_id,
                handed.receipt.dedupe_scope,
                tx.now,
            )
            await raise_status(tx, message_id, "sent")
            await apply_waiting(tx, prepared.inbox, handed.receipt.external_id)
            if handed.receipt.spent:
                await self._spend(tx, prepared)
            if isinstance(prepared.inbox.adapter, PollsReports):
                await await_report(tx, prepared.inbox.id, message_id)
            return
        if isinstance(handed.error, OutcomeUnknown) and prepared.at_stake:
            await self._spend(tx, prepared)
        if isinstance(handed.error, RecipientUnreachable):
            to = prepared.message.to
            await mark_bounced(tx, IdentityKey(to.kind, to.value, to.scope))
        status = "unknown" if isinstance(handed.error, OutcomeUnknown) else "failed"
        await raise_status(tx, message_id, status, _REASONS.get(type(handed.error), "failed"))

    async def _spend(self, tx: Transaction, prepared: _Prepared) -> None:
        await spend_handle(tx, prepared.queued.inbox_id, prepared.queued.identity_id, prepared.thread.handle)


def _seconds(span: timedelta | None) -> float:
    return span.total_seconds() if span else 0.0


_NEW_SUBJECT = Text("{brand} 상담 답변", "Your conversation with {brand}")

_REASONS: dict[type[ChannelError] | type[None], str] = {
    RecipientUnreachable: "recipient_unreachable",
    ContentRejected: "content_rejected",
    WindowClosed: "window_closed",
    TryLater: "gave_up",
    CredentialsRejected: "gave_up",
    OutcomeUnknown: "interrupted",
}

_LOAD = """
SELECT m.id, m.conversation_id, m.inbox_id, m.identity_id, c.brand_id, m.status,
    m.handed_over_at IS NOT NULL AS handed_over, m.deleted_at IS NOT NULL AS withdrawn, m.text, m.content, m.purpose,
    (SELECT q.external_id FROM message q WHERE q.id = m.quotes_id AND q.inbox_id = m.inbox_id) AS quotes,
    m.subject, m.send_key,
    ARRAY(SELECT jsonb_array_elements_text(m.recipients->'cc')) AS cc, i.kind, i.scope, i.value, i.name,
    coalesce(a.name, '') AS author, a.id AS author_id, coalesce(u.locale, u.lent_locale, 'ko') AS locale
FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN identity i ON i.id = m.identity_id
    JOIN customer u ON u.id = i.customer_id LEFT JOIN agent a ON a.id = m.author_id AND m.author_kind = 'agent'
WHERE m.id = $1 FOR UPDATE OF m
"""

_EARLIER = """
SELECT external_id FROM (
    SELECT external_id, position_at FROM message
    WHERE conversation_id = $1 AND inbox_id = $2 AND id <> $3 AND external_id IS NOT NULL AND kind = 'message'
    ORDER BY position_at DESC LIMIT 20) newest
ORDER BY position_at
"""
