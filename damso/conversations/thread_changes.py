"""What happens to a customer's thread at the provider: it decides what may be sent, and stands in the conversation.

Who blocks the company's channel, or stops being its friend, refuses its advertising there (Network Act art. 50(2)).
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from damso.channels.inboxes import InboxRecord
from damso.channels.items import Address, Change, InboundClaims, InboundWithdrawal, ThreadChange
from damso.channels.threads import note_change
from damso.conversations.activities import write_activity
from damso.customers.claim import claim, forget_claims
from damso.customers.consent.age import children, note_age
from damso.customers.consent.may_contact import ContactRules
from damso.customers.consent.record import record
from damso.customers.consent.standing import household_of, standing
from damso.customers.consent.types import Said
from damso.customers.identify import Sighting, identify_all
from damso.customers.lock import lock_customer
from damso.customers.types import IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.log import SYSTEM, Actor, Event, append

_TOLD: Mapping[Change, str] = {
    "blocked": "thread_blocked",
    "unblocked": "thread_unblocked",
    "left": "thread_left",
    "given": "thread_given",
    "returned": "thread_returned",
    "ended": "thread_ended",
}
"""What stands in the conversation; that somebody only opened it does not."""

_LAST_CASE = """
SELECT c.id FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE m.identity_id = $1 AND m.inbox_id = $2 AND m.kind = 'message' AND c.status <> 'resolved'
ORDER BY m.position_at DESC LIMIT 1
"""


async def change_thread(tx: Transaction, rules: ContactRules, inbox: InboxRecord, item: ThreadChange) -> None:
    """Note it, tell it in the open case, and take back what it takes back.

    Whoever has only looked in is nobody's customer yet, so nothing is kept of them; except that they are a child, which
    some providers tell but once.
    """
    if not item.under_14 and not await _is_there(tx, item.sender):
        return
    identity_id, customer_id = await _known(tx, inbox, item.sender)
    at = min(item.at, tx.now)
    await note_change(tx, inbox.id, identity_id, item.change, at)
    if item.under_14:
        await note_child(tx, identity_id, inbox)
    if item.change in ("blocked", "unfriended"):
        await _refuse_advertising(tx, rules, inbox, identity_id, customer_id, at)
    case_id = await tx.value(_LAST_CASE, identity_id, inbox.id)
    if case_id and (code := _TOLD.get(item.change)):
        params = {"inbox": inbox.name, **item.facts}
        await write_activity(tx, case_id, code, params, Actor("customer", str(customer_id)))
    await append(tx, _changed(inbox, identity_id, case_id, item))


async def keep_told(tx: Transaction, inbox: InboxRecord, item: InboundClaims) -> None:
    """What the provider tells us of them by their consent; a claim that makes no sense is left out."""
    identity_id, _ = await _known(tx, inbox, item.sender)
    for kind, value in item.claims.items():
        with suppress(AppError):
            await claim(tx, identity_id, kind, value, source=inbox.channel)


async def withdraw_told(tx: Transaction, inbox: InboxRecord, item: InboundWithdrawal) -> None:
    """What the provider told us of them by their consent is forgotten."""
    identity_id, _ = await _known(tx, inbox, item.sender)
    await forget_claims(tx, identity_id, item.kinds, source=inbox.channel)


async def note_child(tx: Transaction, identity_id: int, inbox: InboxRecord) -> None:
    """The provider knows them to be under 14; what an agent noted of a guardian stays."""
    known = await tx.value("SELECT 1 FROM consent_age WHERE identity_id = $1 AND under_14 LIMIT 1", identity_id)
    if not known and not await children(tx, [identity_id]):
        await note_age(
            tx, identity_id, under_14=True, guardian_consented=False, note=inbox.adapter.name.ko, actor=SYSTEM
        )


async def _is_there(tx: Transaction, sender: Address) -> bool:
    found = await tx.value(
        "SELECT 1 FROM identity WHERE kind = $1 AND scope = $2 AND value = $3", sender.kind, sender.scope, sender.value
    )
    return found is not None


async def _known(tx: Transaction, inbox: InboxRecord, sender: Address) -> tuple[int, UUID]:
    key = IdentityKey(sender.kind, sender.value, sender.scope)
    [them] = await identify_all(tx, [Sighting(key=key, name=sender.name, proof="authenticated", source=inbox.channel)])
    return them.identity_id, await lock_customer(tx, them.identity_id)


async def _refuse_advertising(
    tx: Transaction, rules: ContactRules, inbox: InboxRecord, identity_id: int, customer_id: UUID, at: datetime
) -> None:
    """Where they had consented to it by this channel; who never did has nothing to take back."""
    found = standing(await household_of(tx, customer_id), identity_id, "marketing", inbox.channel)
    if found.state != "given" or (found.entry and found.entry.at > at):
        return
    said = Said(
        identity_id=identity_id,
        purpose="marketing",
        channel=inbox.channel,
        given=False,
        method="other",
        at=at,
        proof={"event": "channel_blocked"},
        external_key=f"blocked:{inbox.id}:{identity_id}:{at.isoformat()}",
    )
    await record(tx, rules.ways, [said], actor=Actor("customer", str(customer_id)))


def _changed(inbox: InboxRecord, identity_id: int, case_id: UUID | None, item: ThreadChange) -> Event:
    return Event(
        name=f"thread.{item.change}",
        subject_kind="inbox",
        subject_id=str(inbox.id),
        conversation_id=case_id,
        identity_id=identity_id,
        inbox_id=inbox.id,
        brand_id=inbox.brand_id,
        properties={"channel": inbox.channel, **item.facts},
    )
