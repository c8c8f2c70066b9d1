"""What happened at the sample company's shop, and what came back, told through the same verbs as everybody's."""

from datetime import datetime, timedelta
from uuid import UUID

from damso.commerce.follow import OrderReader, OwnWord
from damso.commerce.orders import everything
from damso.commerce.returns.ask import AskedLine, Asking
from damso.conversations.counter.codes import MemberCodes, make_link
from damso.conversations.counter.sell import NewSale, SoldProduct, sell
from damso.conversations.counter.visit import NewVisit, visit
from damso.conversations.returns.handle import open_return
from damso.demo.story_clock import at_time
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.log import SYSTEM, horizon, make_partitions
from damso.kernel.readers import advance
from damso.team.access import Caller, allowed

_VISITOR, _SHOP = "dohyun@naver.example", "seochon"
_RETURNED = "MS-19604"


async def at_the_counter(database: Database, keyring: Keyring, now: datetime) -> None:
    """Somebody showed their code in the shop and bought a cup."""
    async with at_time(database, now - timedelta(days=2, hours=3)).transaction() as tx:
        await make_partitions(tx)
        customer_id = await tx.value("SELECT customer_id FROM identity WHERE kind = 'email' AND value = $1", _VISITOR)
        codes = MemberCodes(keyring, "")
        code = codes.code(await make_link(tx, customer_id), tx.now)
        came = await visit(tx, codes, NewVisit(key="demo-visit", place=_SHOP, code=code), SYSTEM)
        cup = SoldProduct(sku="MUG-01", name="달빛 머그컵", variant="크림", price=16000)
        sale = NewSale(key="demo-sale", visit_id=came.id, place=_SHOP, number="0412", total=16000, products=[cup])
        await sell(tx, sale, SYSTEM)


async def bring_back(database: Database, agent_id: UUID, now: datetime) -> None:
    """The customer whose parcel nobody fetches asked for an exchange three days ago."""
    async with database.reading() as tx:
        below = await horizon(tx)
    while await advance(database, OrderReader(OwnWord()), below):
        pass
    caller = Caller(permissions=allowed("agent"), locale="ko", agent_id=agent_id, role="agent")
    asking = Asking(
        key="demo-return",
        lines=[AskedLine(sku="MUG-01", quantity=1, exchange_sku="MUG-02")],
        wanted="exchange",
        note="먹색으로 바꾸고 싶어 하세요. 수거 기사님이 아직 안 오셨대요.",
    )
    async with at_time(database, now - timedelta(days=3)).transaction() as tx:
        order_id = await tx.value("SELECT id FROM customer_order WHERE kind = 'order' AND number = $1", _RETURNED)
        await open_return(tx, caller, order_id, asking, within=everything)
