"""What the company says in a provider's own console stands in the conversation as well; what came back of ourselves
changes nothing.

Some providers tell of everything the company said and give it no id. Then a message of ours with the same words to the
same customer, sent shortly before and not told of yet, is the one. Where a provider shows a message in several bubbles,
it tells of each: of a picture before the words, and of a card or a list after them.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from damso.channels.content import Content, spelled, with_text
from damso.channels.inboxes import InboxRecord
from damso.channels.items import InboundEcho
from damso.channels.threads import touch_outbound
from damso.conversations.cases import Case, lock_case, next_place, open_case, preview_of, show_newest
from damso.conversations.receive import store_attachments
from damso.conversations.store import NewMessage, store_messages
from damso.customers.identify import Sighting, identify_all
from damso.customers.lock import lock_customer
from damso.customers.types import IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Event, append

SHORTLY = timedelta(minutes=30)
"""So long a message of ours may be under way until we hear of it."""

_SENT = """
SELECT id, external_id, text, content, echoed_at IS NOT NULL AS is_heard,
    EXISTS (SELECT 1 FROM attachment a WHERE a.message_id = message.id) AS has_files
FROM message
WHERE identity_id = $1 AND inbox_id = $2 AND kind = 'message' AND direction = 'out' AND handed_over_at IS NOT NULL
    AND position_at > $3
ORDER BY echoed_at IS NOT NULL, position_at LIMIT 100 FOR UPDATE
"""

_LAST_CASE = """
SELECT m.conversation_id FROM message m WHERE m.identity_id = $1 AND m.inbox_id = $2 AND m.kind = 'message'
ORDER BY m.position_at DESC LIMIT 1
"""


async def hear_echo(tx: Transaction, inbox: InboxRecord, echo: InboundEcho) -> UUID | None:
    """The message that was written in the provider's console; None where it is one of ours, or known already."""
    key = IdentityKey(echo.to.kind, echo.to.value, echo.to.scope)
    [them] = await identify_all(tx, [Sighting(key=key, name=echo.to.name, proof="authenticated", source=inbox.channel)])
    await lock_customer(tx, them.identity_id)
    if await _is_ours(tx, inbox, them.identity_id, echo) or await _is_known(tx, echo):
        return None
    case = await _case(tx, inbox, them.identity_id)
    place = next_place(case, tx.now)
    message = NewMessage(
        id=new_id(),
        conversation_id=case.id,
        direction="out",
        author_kind="agent",
        inbox_id=inbox.id,
        channel=inbox.channel,
        identity_id=them.identity_id,
        text=echo.text,
        content=msgspec.to_builtins(echo.content),
        dedupe_scope=echo.dedupe_scope if echo.external_id else None,
        external_id=echo.external_id,
        status="sent",
        echoed_at=tx.now,
        provider_at=echo.provider_at,
        position_at=place,
        sent_at=echo.provider_at or tx.now,
    )
    await store_messages(tx, [message])
    await store_attachments(tx, message.id, them.identity_id, echo.attachments)
    await tx.execute("UPDATE conversation SET waiting_since = NULL WHERE id = $1", case.id)
    await show_newest(
        tx,
        case.id,
        message_id=message.id,
        at=place,
        channel=inbox.channel,
        author="agent",
        preview=preview_of(echo.text, None, [file.name for file in echo.attachments]),
    )
    await touch_outbound(tx, inbox.id, them.identity_id, at=tx.now)
    await append(tx, _sent(inbox, case, them.identity_id, message.id))
    return message.id


async def _is_ours(tx: Transaction, inbox: InboxRecord, identity_id: int, echo: InboundEcho) -> bool:
    """Whether we sent it; notes then that we heard of it, so that the same words can be written there once more."""
    for row in await tx.rows(_SENT, identity_id, inbox.id, tx.now - SHORTLY):
        if echo.external_id:
            is_it = row["external_id"] == echo.external_id
        elif _has_part(row, echo):
            return True
        else:
            is_it = not row["is_heard"] and _squeezed(echo.text) in _words_of(row)
        if is_it:
            await tx.execute("UPDATE message SET echoed_at = $2 WHERE id = $1", row["id"], tx.now)
            return True
    return False


def _words_of(row: Any) -> tuple[str, str]:
    """With the content as words, and without."""
    return _squeezed(row["text"]), _squeezed(with_text(row["text"], msgspec.convert(row["content"], Content | None)))


def _has_part(row: Any, echo: InboundEcho) -> bool:
    """Whether it is a bubble of a message that has others: its words are told of by themselves."""
    if not row["text"].strip():
        return False
    if echo.attachments and not echo.text:
        return bool(row["has_files"] and not row["is_heard"])
    content = msgspec.convert(row["content"], Content | None)
    return content is not None and _squeezed(echo.text) == _squeezed(spelled(content))


async def _is_known(tx: Transaction, echo: InboundEcho) -> bool:
    return echo.external_id is not None and bool(
        await tx.value(
            "SELECT 1 FROM message WHERE dedupe_scope = $1 AND external_id = $2", echo.dedupe_scope, echo.external_id
        )
    )


def _squeezed(text: str) -> str:
    """Without spaces, which providers change."""
    return "".join(text.split())


async def _case(tx: Transaction, inbox: InboxRecord, identity_id: int) -> Case:
    """That of the last message on this channel; where there is none, a new one that nobody has to work on."""
    if last := await tx.value(_LAST_CASE, identity_id, inbox.id):
        return await lock_case(tx, last)
    return await open_case(
        tx,
        anchor_identity_id=identity_id,
        brand_id=inbox.brand_id,
        inbox_id=inbox.id,
        channel=inbox.channel,
        subject="",
        actor=SYSTEM,
        at=tx.now,
        resolved=True,
    )


def _sent(inbox: InboxRecord, case: Case, identity_id: int, message_id: UUID) -> Event:
    return Event(
        name="message.sent",
        subject_kind="message",
        subject_id=str(message_id),
        conversation_id=case.id,
        identity_id=identity_id,
        inbox_id=inbox.id,
        brand_id=inbox.brand_id,
        properties={"channel": inbox.channel, "purpose": "service", "console": True},
    )
