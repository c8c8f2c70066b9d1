"""Acts on many cases go on in the background: chunk after chunk, and after a kill where they were."""

from typing import ClassVar
from uuid import UUID

from damso.channels.inboxes import Inboxes
from damso.conversations.act_work import go_on
from damso.conversations.acts import Begun, lock_act
from damso.conversations.consents.links import PreferenceLinks
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import Forbidden
from damso.kernel.i18n import Text
from damso.kernel.lanes import Claim, enqueue
from damso.team.access import Caller
from damso.team.queries import caller_of

LANE = "act"


async def leave_to_lane(tx: Transaction, act_id: UUID) -> None:
    await enqueue(tx, LANE, [(str(act_id), {"act_id": str(act_id)})])


class ActLane:
    name: ClassVar[str] = LANE
    title: ClassVar[Text] = Text("여러 상담 한꺼번에 바꾸기", "Acts on many cases")
    width: ClassVar[int] = 2

    def __init__(self, database: Database, inboxes: Inboxes, links: PreferenceLinks) -> None:
        self._database = database
        self._inboxes = inboxes
        self._links = links

    async def work(self, claim: Claim) -> None:
        more = True
        while more:
            async with self._database.transaction() as tx:
                act = await lock_act(tx, UUID(str(claim.item.payload["act_id"])))
                more = act.state in ("running", "undoing") and await go_on(
                    tx, self._inboxes, self._links, act, await _actor_of(tx, act)
                )
                if not more:
                    await claim.finish(tx)


async def _actor_of(tx: Transaction, act: Begun) -> Caller:
    """Whoever began it, with the rights they have by now. Raises `Forbidden` where they have left."""
    caller = await caller_of(tx, act.actor_kind, UUID(act.actor_id))
    if caller is None or not caller.may("conversations.write"):
        raise Forbidden
    return caller
