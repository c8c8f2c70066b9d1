"""A customer goes on elsewhere: what they show there, and what is joined by it."""

import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.brand.queries import brand as brand_of
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.items import InboundMessage
from damso.channels.threads import thread_of, window_of
from damso.conversations.activities import write_activity
from damso.conversations.continuing.errors import ContinuationInvalid, NotOpened
from damso.conversations.continuing.offer import LETTERS, PREFIX, SECRET
from damso.conversations.place import proves_sender
from damso.conversations.send import Sending, send
from damso.conversations.widget.visitor import Visitor
from damso.customers.identify import Sighting, identify_all
from damso.customers.protection.join import join
from damso.customers.prove import CodeWrong
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import TooManyTries
from damso.kernel.i18n import DEFAULT_LOCALE, Text, as_locale
from damso.kernel.log import SYSTEM, Actor, Event, append
from damso.team import audit

By = Literal["code", "agent"]
_CODE_PURPOSE = "continuation code"
_SPOKEN = re.compile(rf"(?<![A-Z0-9]){PREFIX}([{LETTERS}]{{8}})(?![A-Z0-9])")

_CODE = Text(
    "[{brand}] 다른 화면에서 이 상담을 이어가려는 요청이 있어요. 본인이라면 그 화면에 인증번호를 입력해 주세요.\n\n"
    "{code}\n\n본인이 아니라면 무시하셔도 돼요.",
    "[{brand}] Somebody wants to go on with this conversation in another window. If it is you, enter this code"
    " there.\n\n{code}\n\nIf it is not you, just ignore this message.",
)


class Continuation(Struct, frozen=True, kw_only=True):
    """An offer, locked."""

    id: UUID
    conversation_id: UUID
    from_identity_id: int
    from_inbox_id: UUID
    inbox_id: UUID
    code_mac: bytes | None
    tries_left: int
    visitor: str | None
    expires_at: datetime
    opened_at: datetime | None
    confirmed_at: datetime | None


class Opened(Struct, frozen=True, kw_only=True):
    """`confirmed`: the history is there. Else a code was `sent` to where it began, or only the agent can confirm."""

    confirmed: bool
    sent: bool
    channel: str
    expires_at: datetime


_COLUMNS = ", ".join(Continuation.__struct_fields__)


async def open_link(
    tx: Transaction, keyring: Keyring, inboxes: Inboxes, inbox: InboxRecord, visitor: Visitor, secret: str
) -> Opened:
    """The link was opened in this browser: it is this browser's from now on. Raises `ContinuationInvalid`."""
    found = await _by_secret(tx, keyring, inbox, secret)
    name = _name(visitor)
    if found.visitor not in (None, name):
        raise ContinuationInvalid
    came_from = await inboxes.by_id(tx, found.from_inbox_id)
    if found.confirmed_at or found.visitor:
        return _opened(found, came_from, sent=found.code_mac is not None)
    code = await _send_code(tx, found, came_from)
    mac = keyring.mac(_CODE_PURPOSE, _message(found.id, code)) if code else None
    await tx.execute(
        "UPDATE continuation SET visitor = $2, opened_at = $3, code_mac = $4 WHERE id = $1", found.id, name, tx.now, mac
    )
    await write_activity(
        tx, found.conversation_id, "continuation_opened", {"inbox": inbox.name, "continuation": found.id}, SYSTEM
    )
    return _opened(found, came_from, sent=code is not None)


async def enter_code(
    tx: Transaction, keyring: Keyring, inbox: InboxRecord, visitor: Visitor, secret: str, code: str
) -> CodeWrong | TooManyTries | None:
    """Join the browser to the conversation by the code. A refusal is returned, so that the failed try counts: raise it
    after the transaction. Raises `ContinuationInvalid`."""
    found = await _by_secret(tx, keyring, inbox, secret)
    if found.visitor != _name(visitor) or found.code_mac is None:
        raise ContinuationInvalid
    if found.confirmed_at:
        return None
    if found.tries_left <= 0:
        return TooManyTries(field="code", seconds=60)
    macs = keyring.macs(_CODE_PURPOSE, _message(found.id, code.strip()))
    if not any(hmac.compare_digest(mac, found.code_mac) for mac in macs):
        await tx.execute("UPDATE continuation SET tries_left = tries_left - 1 WHERE id = $1", found.id)
        left = found.tries_left - 1
        return (
            CodeWrong(field="code", left=left, extra={"left": left}) if left else TooManyTries(field="code", seconds=60)
        )
    await _confirm(tx, inbox, found, await _identity_of(tx, inbox, visitor), "code", Actor("customer"))
    return None


async def confirm(tx: Transaction, inboxes: Inboxes, continuation_id: UUID, actor: Actor) -> None:
    """An agent says that it is them who opened the link. Raises `NotOpened`, `ContinuationInvalid`, `NotFound`."""
    found = await tx.one(Continuation, f"SELECT {_COLUMNS} FROM continuation WHERE id = $1 FOR UPDATE", continuation_id)
    if found.confirmed_at:
        return
    if found.visitor is None:
        raise NotOpened
    if found.expires_at <= tx.now:
        raise ContinuationInvalid
    inbox = await inboxes.by_id(tx, found.inbox_id)
    kind, scope, value = found.visitor.split(":", 2)
    mine = await identify_all(tx, [_sighting(inbox, kind, scope, value)])
    await audit.record(tx, actor, "continuation.confirmed", found.id, conversation=str(found.conversation_id))
    await _confirm(tx, inbox, found, mine[0].identity_id, "agent", actor)


async def take_up(
    tx: Transaction, keyring: Keyring, inbox: InboxRecord, identity_id: int, item: InboundMessage
) -> bool:
    """Where a message that proves its sender holds the code of an offer to go on here, join the two; whether it did."""
    spoken = _SPOKEN.search(item.text.upper()) if proves_sender(inbox, item) else None
    if spoken is None:
        return False
    macs = keyring.macs(SECRET, (PREFIX + spoken[1]).encode())
    found = await tx.maybe(
        Continuation,
        f"""SELECT {_COLUMNS} FROM continuation
        WHERE secret_mac = ANY ($1) AND inbox_id = $2 AND expires_at > $3 AND confirmed_at IS NULL FOR UPDATE""",
        macs,
        inbox.id,
        tx.now,
    )
    if found:
        await _confirm(tx, inbox, found, identity_id, "code", Actor("customer"))
    return found is not None


async def _confirm(
    tx: Transaction, inbox: InboxRecord, found: Continuation, identity_id: int, by: By, actor: Actor
) -> None:
    """Two identities are one person, for all to see. That an agent said so is evidence; the link is the system's, for
    what agents join is never shown outward, and this is meant to be."""
    evidence: Mapping[str, str] = {"by": by, "continuation": str(found.id)}
    link_by = actor if by == "code" else SYSTEM
    await join(
        tx,
        identity_id,
        found.from_identity_id,
        strength="proven",
        road="code",
        evidence=dict(evidence) | ({"agent": str(actor.id)} if by == "agent" else {}),
        actor=link_by,
    )
    await tx.execute(
        """UPDATE continuation SET confirmed_at = $2, confirmed_by = $3, opened_at = coalesce(opened_at, $2)
        WHERE id = $1""",
        found.id,
        tx.now,
        by,
    )
    await tx.execute(
        "UPDATE conversation SET continuation_offered_at = $2 WHERE id = $1", found.conversation_id, tx.now
    )
    await write_activity(tx, found.conversation_id, "continuation_confirmed", {"inbox": inbox.name, "by": by}, actor)
    await append(
        tx,
        Event(
            name="continuation.confirmed",
            subject_kind="continuation",
            subject_id=str(found.id),
            conversation_id=found.conversation_id,
            identity_id=found.from_identity_id,
            inbox_id=inbox.id,
            actor=actor,
            properties={"by": by, "channel": inbox.channel},
        ),
    )


async def _by_secret(tx: Transaction, keyring: Keyring, inbox: InboxRecord, secret: str) -> Continuation:
    found = await tx.maybe(
        Continuation,
        f"SELECT {_COLUMNS} FROM continuation WHERE secret_mac = ANY ($1) AND inbox_id = $2 AND expires_at > $3"
        " FOR UPDATE",
        keyring.macs(SECRET, secret.encode()),
        inbox.id,
        tx.now,
    )
    if found is None:
        raise ContinuationInvalid
    return found


async def _send_code(tx: Transaction, found: Continuation, came_from: InboxRecord) -> str | None:
    """Send a code to where it began; None where nothing can be sent there now."""
    thread = await thread_of(tx, came_from.id, found.from_identity_id)
    if not came_from.enabled or not window_of(came_from, thread, tx.now).open:
        return None
    code = f"{secrets.randbelow(1_000_000):06}"
    locale = as_locale(
        await tx.value(
            """SELECT coalesce(c.locale, c.lent_locale) FROM identity i JOIN customer c ON c.id = i.customer_id
            WHERE i.id = $1""",
            found.from_identity_id,
        )
    )
    brand = await brand_of(tx, came_from.brand_id)
    await send(
        tx,
        Sending(
            conversation_id=found.conversation_id,
            send_key=f"continuation:{found.id}",
            inbox=came_from,
            identity_id=found.from_identity_id,
            text=_CODE.say(locale or DEFAULT_LOCALE, brand=brand.name, code=code),
            author=SYSTEM,
            send_anyway=True,
            accept_warnings=True,
        ),
    )
    return code


def _sighting(inbox: InboxRecord, kind: str, scope: str, value: str) -> Sighting:
    return Sighting(key=IdentityKey(kind, value, scope), proof="authenticated", source=inbox.channel)


async def _identity_of(tx: Transaction, inbox: InboxRecord, visitor: Visitor) -> int:
    [me] = await identify_all(tx, [Sighting(key=visitor.key, proof="authenticated", source=inbox.channel)])
    return me.identity_id


def _name(visitor: Visitor) -> str:
    return f"{visitor.key.kind}:{visitor.key.scope}:{visitor.key.value}"


def _message(continuation_id: UUID, code: str) -> bytes:
    return continuation_id.bytes + code.encode()


def _opened(found: Continuation, came_from: InboxRecord, *, sent: bool) -> Opened:
    return Opened(
        confirmed=found.confirmed_at is not None,
        sent=sent,
        channel=came_from.channel,
        expires_at=found.expires_at,
    )
