"""Notices the law wants, on their way: by mail where we know an address of the person, else by hand."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.notices import NoMailbox, mailbox_for, send_notice
from damso.customers.consent.notice_texts import NoticeText, notice_text
from damso.customers.consent.notices import (
    Notice,
    drop,
    due_notices,
    handed_over,
    leave_to_people,
    what_to_tell,
)
from damso.customers.consent.types import Entry, Ways
from damso.customers.disclose import disclosed
from damso.customers.types import INTERNAL
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.i18n import DEFAULT_LOCALE, Locale, as_locale

CHUNK = 10
"""Notices of one transaction."""


class Sender(Struct, frozen=True):
    """In whose name notices are written."""

    brand_id: UUID
    name: str


class Writer:
    """Puts notices into words."""

    def __init__(self, links: PreferenceLinks, ways: Ways, inboxes: Inboxes) -> None:
        self._links = links
        self._ways = ways
        self._inboxes = inboxes

    async def sender(self, tx: Transaction) -> Sender | None:
        """The brand of the mailbox that notices leave by; without a mailbox the first brand."""
        inbox = await mailbox_for(tx, self._inboxes)
        row = await tx.row(
            "SELECT id, name FROM brand ORDER BY id = $1 DESC NULLS LAST, created_at, id LIMIT 1",
            inbox.brand_id if inbox else None,
        )
        return Sender(row["id"], row["name"]) if row else None

    async def write(
        self, tx: Transaction, sender: Sender, notices: Sequence[Notice], locale: Locale | None = None
    ) -> Mapping[UUID, NoticeText]:
        """Each notice in words, in the customer's language unless another is wanted; those with nothing left to tell
        are left out."""
        told = await what_to_tell(tx, notices)
        spoken = await _locales(tx, [notice.identity_id for notice in notices])
        return {
            notice.id: notice_text(
                notice.kind,
                told[notice.id],
                sender=sender.name,
                link=self._links.page(notice.identity_id, sender.brand_id, tx.now),
                ways=self._ways,
                locale=locale or spoken[notice.identity_id],
            )
            for notice in notices
            if told[notice.id]
        }


async def _locales(tx: Transaction, identity_ids: Sequence[int]) -> Mapping[int, Locale]:
    rows = await tx.rows(
        "SELECT i.id, c.locale FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.id = ANY ($1)",
        list(identity_ids),
    )
    return {row["id"]: as_locale(row["locale"]) or DEFAULT_LOCALE for row in rows}


class ConsentNoticeTimer:
    """Hands over what is due."""

    name: ClassVar[str] = "consent_notices"

    def __init__(self, keyring: Keyring, inboxes: Inboxes, writer: Writer) -> None:
        self._keyring = keyring
        self._inboxes = inboxes
        self._writer = writer

    async def run(self, tx: Transaction) -> bool:
        due = await due_notices(tx, CHUNK)
        told = await what_to_tell(tx, due)
        sender = await self._writer.sender(tx) if due else None
        for notice in due:
            await self._settle(tx, notice, told[notice.id], sender)
        return len(due) == CHUNK

    async def _settle(self, tx: Transaction, notice: Notice, told: Sequence[Entry], sender: Sender | None) -> None:
        """Mail it, leave it to people, or drop what tells nothing any more."""
        if not told:
            await drop(tx, notice)
            return
        to = await mail_address(tx, notice.identity_id)
        if to is None or sender is None:
            await leave_to_people(tx, notice)
            return
        text = (await self._writer.write(tx, sender, [notice]))[notice.id]
        try:
            send_key = await send_notice(
                tx,
                self._inboxes,
                self._keyring,
                to=to,
                subject=text.subject,
                text=text.body,
                locale=(await _locales(tx, [notice.identity_id]))[notice.identity_id],
                brand_id=sender.brand_id,
            )
        except NoMailbox:
            await leave_to_people(tx, notice)
        else:
            await handed_over(tx, notice, told, send_key)


async def mail_address(tx: Transaction, identity_id: int) -> str | None:
    """Where to write to the person: the address itself, or one that is theirs by proof; what was merged or asserted
    could be somebody else's. What was said of a customer as a whole goes to an address they were first seen with."""
    found: str | None = await tx.value(
        """SELECT e.value FROM identity i JOIN identity e ON e.id = ANY ($2)
            OR (i.kind = $3 AND e.home_id = i.home_id AND e.customer_id = i.customer_id)
        WHERE i.id = $1 AND e.kind = 'email' AND e.bounced_at IS NULL AND e.value <> 'erased:' || e.id
        ORDER BY e.id = $1 DESC, e.last_seen_at DESC, e.id LIMIT 1""",
        identity_id,
        await disclosed(tx, identity_id),
        INTERNAL,
    )
    return found
