"""Proving an e-mail address by a one-time code, so that chat and mail become one conversation."""

from uuid import UUID

from damso.channels.inboxes import Inboxes, InboxRecord
from damso.conversations.notices import send_notice
from damso.conversations.widget.visitor import Visitor
from damso.customers.identify import Sighting, identify_all
from damso.customers.protection.join import join
from damso.customers.prove import Refusal, Started, check, start
from damso.customers.types import IdentityKey
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale, Text
from damso.kernel.log import Actor

_SUBJECT = Text("[{brand}] 인증번호 {code}", "[{brand}] Your code is {code}")
_BODY = Text(
    "{brand} 상담 창에 아래 인증번호를 입력해 주세요.\n\n{code}\n\n10분 동안 쓸 수 있어요. "
    "요청하신 적이 없다면 이 메일은 무시하셔도 돼요.",
    "Enter this code in the chat with {brand}:\n\n{code}\n\nIt works for 10 minutes. "
    "If you did not ask for it, you can ignore this mail.",
)


async def start_proof(
    tx: Transaction,
    keyring: Keyring,
    inboxes: Inboxes,
    inbox: InboxRecord,
    visitor: Visitor,
    *,
    email: str,
    brand: str,
    locale: Locale,
) -> Started:
    """Send a code to the address. Raises `NoMailbox`, `TooManyTries`."""
    started = await start(tx, keyring, _subject(visitor), "email", email)
    await send_notice(
        tx,
        inboxes,
        keyring,
        to=started.value,
        subject=_SUBJECT.say(locale, brand=brand, code=started.code),
        text=_BODY.say(locale, brand=brand, code=started.code),
        locale=locale,
        brand_id=inbox.brand_id,
    )
    return started


async def finish_proof(
    tx: Transaction, keyring: Keyring, inbox: InboxRecord, visitor: Visitor, *, email: str, code: str
) -> Refusal | None:
    """Join the visitor and the address by proof; their open case may go on by mail from now on.

    A refusal is returned and not raised, so that the failed try counts: raise it after the transaction.
    """
    address = await check(tx, keyring, _subject(visitor), "email", email, code)
    if not isinstance(address, str):
        return address
    me, mail = await identify_all(
        tx,
        [
            Sighting(key=visitor.key, proof="authenticated", source=inbox.channel),
            Sighting(key=IdentityKey("email", address), proof="proven", source=inbox.channel),
        ],
    )
    await join(
        tx,
        me.identity_id,
        mail.identity_id,
        strength="proven",
        road="code",
        evidence={"by": "one_time_code"},
        actor=Actor("customer"),
    )
    await _offer_continuation(tx, inbox.brand_id, [me.identity_id, mail.identity_id])
    return None


async def _offer_continuation(tx: Transaction, brand_id: UUID, identities: list[int]) -> None:
    await tx.execute(
        """UPDATE conversation SET continuation_offered_at = $3
        WHERE anchor_identity_id = ANY ($1) AND brand_id = $2 AND status <> 'resolved' AND joined_into IS NULL""",
        identities,
        brand_id,
        tx.now,
    )


def _subject(visitor: Visitor) -> str:
    """Whose proof it is: one visitor's code is of no use to another."""
    return f"{visitor.key.kind}:{visitor.key.scope}:{visitor.key.value}"
