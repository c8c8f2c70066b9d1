"""Short mails of the system itself: one-time codes, sign-in links, notices of consents. Sent by the first mailbox that
can write to anyone.

Their text waits encrypted, for it lets people in.
"""

from contextlib import suppress
from typing import ClassVar
from uuid import UUID

from httpx import AsyncClient

from damso.brand.queries import brand as brand_of
from damso.channels.failures import CredentialsRejected, TryLater
from damso.channels.handover import hand_over
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.items import Address
from damso.channels.types import Brand, OutboundMessage, Thread
from damso.customers.consent.notices import mail_failed, mail_left
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text
from damso.kernel.ids import new_id
from damso.kernel.lanes import Claim, Park, Retry, enqueue
from damso.kernel.rotation import SealedColumn
from damso.team.request_link import Letter

LANE = "notice"
MOST_ATTEMPTS = 5
SEALED = SealedColumn(table="lane_item", key="id", column="payload", where=f"lane = '{LANE}'")


class NoMailbox(AppError):
    code = "NO_MAILBOX"
    text = Text(
        "아직 이메일이 연결되지 않아 메일을 보낼 수 없어요.", "No mailbox is connected yet, so no mail can be sent."
    )


async def mailbox_for(tx: Transaction, inboxes: Inboxes, brand_id: UUID | None = None) -> InboxRecord | None:
    """A connection that can write to any e-mail address, of this brand where there is a choice."""
    able = [inbox for inbox in await inboxes.enabled(tx) if inbox.adapter.policy.reaches == "email"]
    return next((inbox for inbox in able if inbox.brand_id == brand_id), able[0] if able else None)


async def send_notice(
    tx: Transaction,
    inboxes: Inboxes,
    keyring: Keyring,
    *,
    to: str,
    subject: str,
    text: str,
    locale: Locale,
    brand_id: UUID | None = None,
) -> str:
    """Queue a mail; the key it is sent under. Raises `NoMailbox`."""
    inbox = await mailbox_for(tx, inboxes, brand_id)
    if inbox is None:
        raise NoMailbox
    payload = {
        "inbox_id": str(inbox.id),
        "send_key": str(new_id()),
        "to": keyring.encrypt(to),
        "subject": subject,
        "text": keyring.encrypt(text),
        "locale": locale,
    }
    await enqueue(tx, LANE, [(None, payload)])
    return payload["send_key"]


class NoticeLane:
    """Sends notices; one that cannot be sent within a few tries is parked."""

    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text(
        "인증 번호, 로그인 링크, 동의 안내 메일 보내기", "Mailing codes, sign-in links and notices"
    )
    width: ClassVar[int] = 2

    def __init__(self, database: Database, keyring: Keyring, inboxes: Inboxes, http: AsyncClient) -> None:
        self._database = database
        self._keyring = keyring
        self._inboxes = inboxes
        self._http = http

    async def work(self, claim: Claim) -> None:
        notice = claim.item.payload
        async with self._database.reading() as tx:
            inbox = await self._inboxes.by_id(tx, UUID(notice["inbox_id"]))
            brand = await brand_of(tx, inbox.brand_id)
        message = OutboundMessage(
            send_key=notice["send_key"],
            token="notice",  # noqa: S106 - it refers to no conversation
            to=Address(kind="email", value=self._keyring.decrypt(notice["to"])),
            text=self._keyring.decrypt(notice["text"]),
            author=brand.name,
            brand=Brand(name=brand.name, colour=brand.colour, signature=brand.signature),
            locale=notice["locale"],
            subject=notice["subject"],
            created_at=claim.item.created_at,
        )
        handed = await hand_over(inbox, message, Thread(), self._http)
        if isinstance(handed.error, (TryLater, CredentialsRejected)) and claim.item.attempts < MOST_ATTEMPTS:
            raise Retry(5 * 2**claim.item.attempts, type(handed.error).__name__)
        if handed.error:
            async with self._database.transaction() as tx:
                await mail_failed(tx, notice["send_key"])
            raise Park(type(handed.error).__name__)
        async with self._database.transaction() as tx:
            await mail_left(tx, notice["send_key"])
            await claim.finish(tx)


class Letterbox:
    """Mail to the team goes the same way; it fills the team room's `Postman`."""

    def __init__(self, database: Database, keyring: Keyring, inboxes: Inboxes) -> None:
        self._database = database
        self._keyring = keyring
        self._inboxes = inboxes

    async def post(self, letter: Letter) -> None:
        with suppress(NoMailbox):
            async with self._database.transaction() as tx:
                await send_notice(
                    tx,
                    self._inboxes,
                    self._keyring,
                    to=letter.to,
                    subject=letter.subject,
                    text=letter.text,
                    locale=letter.locale,
                )
