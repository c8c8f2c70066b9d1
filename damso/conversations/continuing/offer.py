"""Offering a customer to go on by another channel: ten minutes, once.

To the site's chat leads a link, which opens an empty chat. The history appears there once a code is entered that was
sent to where the conversation began, or once the agent says that it is them. To any other channel leads a code: who
sends it there has read it here, which is the same proof.
"""

import secrets
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

import segno
from msgspec import Struct

from damso.brand.queries import brand as brand_of
from damso.channels.abilities import Entered
from damso.channels.inboxes import InboxRecord
from damso.conversations.cases import lock_case
from damso.conversations.continuing.errors import CannotContinueThere
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale, Text
from damso.kernel.ids import new_id
from damso.kernel.log import Actor, Event, append

GOOD_FOR = timedelta(minutes=10)
KEPT = timedelta(days=1)
TRIES = 5
PREFIX = "DM-"
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are taken for one another. Eight of them are 39 bits: nobody guesses one within ten minutes."""
SECRET = "continuation"  # noqa: S105 - a purpose, no secret

_BY_LINK = Text(
    "아래 링크에서 상담을 이어갈 수 있어요. 10분 동안 한 번만 열 수 있어요.\n{url}",
    "You can go on with our conversation here. The link works once, for 10 minutes.\n{url}",
)
_BY_CODE = Text(
    "{channel}에서 상담을 이어가시려면 10분 안에 아래 코드를 {where} 보내 주세요.\n\n{code}",
    "To go on by {channel}, send this code {where} within 10 minutes.\n\n{code}",
)
_TO = Text("{address}(으)로", "to {address}")
_TO_US = Text("저희에게", "to us there")


class Offered(Struct, frozen=True, kw_only=True):
    """`text` is for the agent to send; `url` is where the customer goes, and `qr` the same as an SVG picture."""

    id: UUID
    text: str
    url: str
    qr: str
    code: str
    expires_at: datetime


async def offer(
    tx: Transaction,
    keyring: Keyring,
    base_url: str,
    conversation_id: UUID,
    to: InboxRecord,
    *,
    locale: Locale,
    actor: Actor,
) -> Offered:
    """Make the link or the code. Raises `CannotContinueThere`, `NotFound`."""
    case = await lock_case(tx, conversation_id)
    began = await _where_it_is(tx, case.id)
    if not to.enabled or to.brand_id != case.brand_id or to.id == began.inbox_id:
        raise CannotContinueThere(field="inbox_id")
    hosted = to.adapter.policy.hosted
    secret = secrets.token_urlsafe(24) if hosted else PREFIX + "".join(secrets.choice(LETTERS) for _ in range(8))
    made, expires_at = new_id(), tx.now + GOOD_FOR
    await tx.execute("DELETE FROM continuation WHERE created_at < $1", tx.now - KEPT)
    await tx.execute(
        """INSERT INTO continuation (id, conversation_id, from_identity_id, from_inbox_id, inbox_id, secret_mac,
            tries_left, offered_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        made,
        case.id,
        began.identity_id,
        began.inbox_id,
        to.id,
        keyring.mac(SECRET, secret.encode()),
        TRIES,
        UUID(actor.id) if actor.kind == "agent" and actor.id else None,
        tx.now,
        expires_at,
    )
    await append(
        tx,
        Event(
            name="continuation.offered",
            subject_kind="continuation",
            subject_id=str(made),
            conversation_id=case.id,
            identity_id=began.identity_id,
            inbox_id=to.id,
            brand_id=case.brand_id,
            actor=actor,
            properties={"channel": to.channel},
        ),
    )
    if hosted:
        url = f"{base_url}/continue/{secret}"
        return _offered(made, _BY_LINK.say(locale, url=url), url, "", expires_at)
    entered = to.adapter.entered(to.config, secret) if isinstance(to.adapter, Entered) else None
    where = _TO.say(locale, address=entered.address) if entered else _TO_US.say(locale)
    brand = await brand_of(tx, case.brand_id)
    channel = f"{to.adapter.name.say(locale)} {brand.name}".strip()
    text = _BY_CODE.say(locale, channel=channel, where=where, code=secret)
    return _offered(made, text, entered.url if entered else "", secret, expires_at)


def _offered(made: UUID, text: str, url: str, code: str, expires_at: datetime) -> Offered:
    drawn = BytesIO()
    segno.make(url or code, error="m", micro=False).save(drawn, kind="svg", border=2, omitsize=True, xmldecl=False)
    return Offered(id=made, text=text, url=url, qr=drawn.getvalue().decode(), code=code, expires_at=expires_at)


class _Began(Struct, frozen=True):
    identity_id: int
    inbox_id: UUID


async def _where_it_is(tx: Transaction, case_id: UUID) -> _Began:
    """By which identity and inbox the customer spoke last. Raises `NotFound` where they never did."""
    found = await tx.maybe(
        _Began,
        """SELECT identity_id, inbox_id FROM message
        WHERE conversation_id = $1 AND kind = 'message' AND direction = 'in' ORDER BY position_at DESC LIMIT 1""",
        case_id,
    )
    if found is None:
        raise NotFound
    return found
