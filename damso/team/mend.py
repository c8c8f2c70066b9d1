"""What people do about work that stands still: try again, or give up with a reason. Every act is in the audit."""

from damso.kernel import standstill
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.lanes import GivesUp
from damso.kernel.log import Actor, Position
from damso.team import audit
from damso.team.system_view import BackgroundWork


async def try_item_again(tx: Transaction, item_id: int, actor: Actor) -> None:
    """Raises `NotFound` where the item is not parked."""
    item = await standstill.try_item_again(tx, item_id)
    await audit.record(tx, actor, "work.tried_again", str(item_id), lane=item.lane, stopped_by=item.reason)


async def try_lane_again(tx: Transaction, lane: str, actor: Actor) -> int:
    """All that is parked in a lane, a bounded number at a time; how many it was."""
    count = await standstill.try_lane_again(tx, lane)
    if count:
        await audit.record(tx, actor, "lane.tried_again", lane, count=count)
    return count


async def give_item_up(tx: Transaction, work: BackgroundWork, item_id: int, why: str, actor: Actor) -> None:
    """Take an item away for good; its lane puts right what waited for it. Raises `NotFound` where it is not parked."""
    item = await standstill.drop_item(tx, item_id)
    lane = work.lanes.get(item.lane)
    if isinstance(lane, GivesUp):
        await lane.give_up(tx, item)
    # The payload may hold what a customer said: the audit names only where it came from.
    origin = {name: item.payload[name] for name in ("delivery_id", "message_id", "inbox_id") if name in item.payload}
    await audit.record(tx, actor, "work.given_up", str(item_id), lane=item.lane, why=why, **origin)


async def try_fact_again(tx: Transaction, work: BackgroundWork, name: str, place: Position, actor: Actor) -> bool:
    """Whether the reader could take it this time. Raises `NotFound` where it is not parked, or nobody reads so now."""
    reader = work.readers.get(name)
    if reader is None:
        raise NotFound
    taken = await standstill.take_again(tx, reader, place)
    await audit.record(tx, actor, "fact.tried_again", place.encode(), reader=name, taken=taken)
    return taken


async def let_fact_go(tx: Transaction, name: str, place: Position, why: str, actor: Actor) -> None:
    """The reader goes without this fact for good. Raises `NotFound` where it is not parked."""
    await standstill.drop_fact(tx, name, place)
    await audit.record(tx, actor, "fact.given_up", place.encode(), reader=name, why=why)
