"""The lane of what leaves: one at a time for each (inbox, recipient), reserved before the provider is called.

The message is marked as handed over, and that is committed, before the call. Who finds it so marked knows that an
earlier try died in between: unless the channel makes repeating harmless, the outcome is then `unknown` and a
person decides, because a second message to a customer cannot be taken back.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec
import structlog
from httpx import AsyncClient
from msgspec import Struct

from damso.brand.queries import brand as brand_of
from damso.brand.signatures import signature_for
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
from damso.channels.threads import spend_handle, thread_of, window_of
from damso.channels.types import Blob, ChannelPolicy, OutboundMessage, PollsReports, Thread
from damso.channels.types import Brand as ChannelBrand
from damso.conversations.cases import Case, lock_case
from damso.conversations.lent_files import LentFiles
from damso.conversations.references import make_reference
from damso.conversations.reports import await_report
from damso.conversations.send import LANE
from damso.conversations.waiting import apply_waiting, raise_status
from damso.customers.identify import mark_bounced
from damso.customers.types import IdentityKey
from damso.kernel.blobs import Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.i18n import DEFAULT_LOCALE, Text, as_locale
from damso.kernel.lanes import Claim, ClaimLost, Item, Retry
from damso.kernel.notify import LOST

log = structlog.get_logger()

FIRST_WAIT = 5.0
LONGEST_WAIT = 3600.0
MOST_ATTEMPTS = 32
"""With waits that double from 5 s to an hour, about a day: then the message has failed."""


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

    @property
    def at_stake(self) -> bool:
        """Whether the thread's handle may have been used up by a try whose outcome is not known."""
        return self.thread.handle_until is not None and bool(self.thread.handle)


class OutboundLane:
    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("메시지 보내기", "Sending messages")
    width: ClassVar[int] = 8

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
        except (ClaimLost, *LOST):
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
        handed_over = await tx.value("SELECT handed_over_at FROM message WHERE id = $1 FOR UPDATE", message_id)
        if handed_over:
            await raise_status(tx, message_id, "unknown", "interrupted")
        else:
            await raise_status(tx, message_id, "failed", "gave_up")

    async def _fail(self, claim: Claim) -> None:
        async with self._database.transaction() as tx:
            await raise_status(tx, UUID(str(claim.item.payload["message_id"])), "failed", "failed")
            await claim.finish(tx)

    async def _reserve(self, claim: Claim) -> _Prepared | None:
        """Mark the message as handed over; None where there is nothing left to send."""
        message_id = UUID(str(claim.item.payload["message_id"]))
        async with self._database.transaction() as tx:
            queued = await tx.maybe(_Queued, _LOAD, message_id)
            if queued is None or queued.withdrawn or queued.status != "queued":
                await claim.finish(tx)
                return None
            inbox = await self._inboxes.by_id(tx, queued.inbox_id)
            if queued.handed_over and not inbox.adapter.policy.repeatable:
                await raise_status(tx, message_id, "unknown", "interrupted")
                await claim.finish(tx)
                return None
            case = await lock_case(tx, queued.conversation_id)
            references = await tx.values(_EARLIER, case.id, queued.inbox_id, message_id)
            files = await tx.rows(
                "SELECT id, name, content_type, blob_ref FROM attachment WHERE message_id = $1 ORDER BY position",
                message_id,
            )
            by_url = inbox.adapter.policy.media_by_url
            addresses = [self._lent.lend(tx, file["id"]) if by_url else "" for file in files]
            brand = await brand_of(tx, case.brand_id)
            signature = await signature_for(tx, queued.author_id, case.brand_id, queued.locale, brand.signature)
            found = await thread_of(tx, queued.inbox_id, queued.identity_id)
            if not window_of(inbox, found, tx.now).open:
                await raise_status(tx, message_id, "failed", "window_closed")
                await claim.finish(tx)
                return None
            await tx.execute("UPDATE message SET handed_over_at = $2 WHERE id = $1", message_id, tx.now)
        attachments = [
            Blob(
                name=file["name"],
                content_type=file["content_type"],
                data=await self._blobs.get(file["blob_ref"]),
                url=address,
            )
            for file, address in zip(files, addresses, strict=True)
        ]
        thread = found.thread if found else Thread()
        message = self._compose(
            queued,
            inbox.adapter.policy,
            case,
            ChannelBrand(name=brand.name, colour=brand.colour, signature=signature),
            references,
            attachments,
        )
        return _Prepared(queued=queued, inbox=inbox, message=message, thread=thread)

    def _compose(
        self,
        queued: _Queued,
        policy: ChannelPolicy,
        case: Case,
        brand: ChannelBrand,
        references: Sequence[str],
        attachments: Sequence[Blob],
    ) -> OutboundMessage:
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
        """Store how it went, with its line in the delivery log. Raises `Retry` where it is certain not to have left."""
        number = claim.item.attempts + 1
        again = isinstance(handed.error, (TryLater, CredentialsRejected)) and number < MOST_ATTEMPTS
        async with self._database.transaction() as tx:
            await record(tx, prepared.inbox, handed, message_id=prepared.queued.id, number=number)
            if again:
                await tx.execute("UPDATE message SET handed_over_at = NULL WHERE id = $1", prepared.queued.id)
            else:
                await self._settle(tx, prepared, handed)
                await claim.finish(tx)
        if again:
            asked = handed.error.after if isinstance(handed.error, TryLater) else 0
            raise Retry(max(asked, min(FIRST_WAIT * 2**claim.item.attempts, LONGEST_WAIT)), str(handed.error))

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
