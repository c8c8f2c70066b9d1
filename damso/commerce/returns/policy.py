"""The company's policy of returns. It may be kinder than the law (Act on Consumer Protection in Electronic Commerce,
articles 17 and 18) and never stricter: the verb refuses it, the database does, and `judge` does not go below it either.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team import audit

LAW_DAYS = 7
"""To change one's mind about what was bought online, from its arrival (art. 17(1))."""
LAW_FAULT_DAYS = 92
"""For what is not as it was promised: three months from its arrival (art. 17(3)), of the longest three."""

Days = Annotated[int, Meta(ge=0, le=3650)]


class BelowTheLaw(AppError):
    code = "RETURN_POLICY_BELOW_LAW"
    status = 422
    text = Text(
        "법에서 정한 {days}일보다 짧게 할 수 없어요. (전자상거래법 제17조)",
        "The law gives {days} days; a policy cannot give less (E-Commerce Act, art. 17).",
    )


class ReturnPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`days` to return what was bought online, `shop_days` what a shop sold, `fault_days` what is faulty or wrong.

    `counted_from`: an online order's days count from its arrival or from when it was placed; never less than the law's
    seven from its arrival. `check_faults`: a person looks at every fault. `used`: what becomes of used goods. `payer`:
    who pays for the way back where somebody changed their mind; for faults it is always the company (art. 18).
    """

    days: Days = LAW_DAYS
    counted_from: Literal["delivered", "placed"] = "delivered"
    shop_days: Days = 7
    fault_days: Days = LAW_FAULT_DAYS
    check_faults: bool = True
    used: Literal["person", "refused"] = "person"
    payer: Literal["customer", "company"] = "customer"
    online_to_shop: bool = True
    shop_by_post: bool = False
    exchanges: bool = True


_COLUMNS = ", ".join(ReturnPolicy.__struct_fields__)


async def policy(tx: Transaction) -> ReturnPolicy:
    """The policy that holds; the law's where the company gave none."""
    return await tx.maybe(ReturnPolicy, f"SELECT {_COLUMNS} FROM return_policy WHERE id = 1") or ReturnPolicy()


async def change_policy(tx: Transaction, wanted: ReturnPolicy, actor: Actor) -> ReturnPolicy:
    """From now on this holds, also for returns that are asked for with orders of before. Raises `BelowTheLaw`."""
    if wanted.days < LAW_DAYS:
        raise BelowTheLaw(field="days", days=LAW_DAYS)
    if wanted.fault_days < LAW_FAULT_DAYS:
        raise BelowTheLaw(field="fault_days", days=LAW_FAULT_DAYS)
    fields = msgspec.structs.asdict(wanted)
    places = ", ".join(f"${number}" for number in range(2, len(fields) + 2))
    await tx.execute(
        f"""INSERT INTO return_policy (id, changed_at, {_COLUMNS}) VALUES (1, $1, {places})
        ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at,
            {", ".join(f"{name} = excluded.{name}" for name in fields)}""",
        tx.now,
        *fields.values(),
    )
    await audit.record(tx, actor, "return_policy.changed", "return_policy", **fields)
    return wanted
