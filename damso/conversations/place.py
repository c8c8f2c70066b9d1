"""Which conversation a message belongs to: the rules of DESIGN section 6, each with a proof it asks for.

1. The one a trustworthy reference names: a signed reference of ours, or (of a message that proves its sender) the
   provider's id of a message in it. Only if the sender, or somebody joined to them by proof, takes part in it: a
   reference that leaked opens nothing.
2. If this message proves its sender: the customer's case of the same brand that was last active, if it is open or
   was resolved within the inbox's reopen window. A mail with a new subject joins only if the case moved in the
   last 24 hours or the customer was offered to go on by mail.
3. Else a new one; the agent sees a case it may belong to and joins it with one key.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from damso.channels.inboxes import InboxRecord
from damso.channels.items import InboundMessage
from damso.conversations.references import read_references
from damso.customers.disclose import disclosed
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction

MOVED_LATELY = timedelta(hours=24)
_REPLY_MARK = re.compile(r"^\s*(?:(?:re|fw|fwd|aw|sv|회신|답장|전달)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)


def bare_subject(subject: str) -> str:
    """A subject without its reply marks, to compare with another."""
    return _REPLY_MARK.sub("", subject).strip().casefold()


class _Active(Struct, frozen=True):
    id: UUID
    subject: str
    last_message_at: datetime
    offered: bool


async def place(
    tx: Transaction, keyring: Keyring, inbox: InboxRecord, identity_id: int, customer_id: UUID, item: InboundMessage
) -> UUID | None:
    """The conversation, or None for a new one. The customer is locked by the caller."""
    if referenced := await _by_reference(tx, keyring, inbox, identity_id, item):
        return referenced
    if proves_sender(inbox, item):
        return await _active_case(tx, inbox, customer_id, item)
    return None


def proves_sender(inbox: InboxRecord, item: InboundMessage) -> bool:
    return inbox.adapter.policy.authenticates == "channel" or item.authenticated


async def _by_reference(
    tx: Transaction, keyring: Keyring, inbox: InboxRecord, identity_id: int, item: InboundMessage
) -> UUID | None:
    named: Sequence[UUID] = read_references(keyring, item.tokens)
    if not named and item.references and proves_sender(inbox, item):
        named = await tx.values(
            """SELECT m.conversation_id FROM unnest($1::text[]) WITH ORDINALITY AS r(id, n)
            JOIN message m ON m.external_id = r.id ORDER BY r.n LIMIT 20""",
            list(item.references),
        )
    if not named:
        return None
    found: UUID | None = await tx.value(
        """SELECT coalesce(c.joined_into, c.id) FROM unnest($1::uuid[]) WITH ORDINALITY AS n(id, n)
        JOIN conversation c ON c.id = n.id JOIN participant p ON p.conversation_id = coalesce(c.joined_into, c.id)
        WHERE p.identity_id = ANY ($2) ORDER BY n.n LIMIT 1""",
        list(named),
        await disclosed(tx, identity_id),
    )
    return found


async def _active_case(tx: Transaction, inbox: InboxRecord, customer_id: UUID, item: InboundMessage) -> UUID | None:
    case = await tx.maybe(
        _Active,
        """SELECT c.id, c.subject, c.last_message_at, c.continuation_offered_at IS NOT NULL AS offered
        FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
        WHERE i.customer_id = $1 AND c.brand_id = $2 AND c.visibility = 'private' AND c.joined_into IS NULL
            AND (c.status <> 'resolved' OR c.resolved_at > $3)
        ORDER BY c.last_message_at DESC LIMIT 1""",
        customer_id,
        inbox.brand_id,
        tx.now - inbox.adapter.policy.reopen,
    )
    if case is None:
        return None
    new_subject = inbox.adapter.policy.subject and bare_subject(item.subject) != bare_subject(case.subject)
    if new_subject and not case.offered and case.last_message_at < tx.now - MOVED_LATELY:
        return None
    return case.id
