"""The lane of what was found in deliveries: one sender's items in order, each in one short transaction."""

from typing import ClassVar

from damso.channels.found import LANE, FoundItem
from damso.channels.inboxes import Inboxes
from damso.channels.items import (
    InboundClaims,
    InboundEcho,
    InboundMessage,
    InboundWithdrawal,
    ThreadChange,
    Unsupported,
)
from damso.conversations.echo import hear_echo
from damso.conversations.receive import Arrival, receive
from damso.conversations.thread_changes import change_thread, keep_told, withdraw_told
from damso.conversations.waiting import follow
from damso.customers.consent.may_contact import ContactRules
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim


class InboundLane:
    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("받은 메시지를 상담에 넣기", "Putting messages into conversations")
    width: ClassVar[int] = 8

    def __init__(self, database: Database, keyring: Keyring, inboxes: Inboxes, rules: ContactRules) -> None:
        self._database = database
        self._keyring = keyring
        self._inboxes = inboxes
        self._rules = rules

    async def work(self, claim: Claim) -> None:
        found = FoundItem.decode(claim.item.payload)
        async with self._database.transaction() as tx:
            inbox = await self._inboxes.by_id(tx, found.inbox_id)
            match found.item:
                case InboundMessage() as item:
                    arrival = Arrival(
                        item=item,
                        received_at=found.received_at,
                        delivery_id=found.delivery_id,
                        html_ref=found.html_ref,
                        source_ref=found.source_ref,
                        numbers=found.numbers,
                    )
                    await receive(tx, self._keyring, inbox, arrival)
                case InboundEcho() as echo:
                    await hear_echo(tx, inbox, echo)
                case ThreadChange() as change:
                    await change_thread(tx, self._rules, inbox, change)
                case InboundClaims() as told:
                    await keep_told(tx, inbox, told)
                case InboundWithdrawal() as withdrawal:
                    await withdraw_told(tx, inbox, withdrawal)
                case Unsupported():
                    pass
                case follower:
                    await follow(tx, self._keyring, inbox, follower)
            await claim.finish(tx)
