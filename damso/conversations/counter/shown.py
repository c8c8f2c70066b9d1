"""What a till is shown of a person: enough to greet them and to see that it is them, and nothing to write down."""

from msgspec import Struct

from damso.conversations.consents.page import masked
from damso.conversations.counter.acts import Act, KnownBy
from damso.kernel.database import Transaction


class CounterPerson(Struct, frozen=True, kw_only=True):
    """The first letter of a name and the end of a phone number. `known_by` is `code` where they showed one, which
    proves who they are, and `phone` where they said a number, which proves nothing."""

    name: str
    phone: str
    known_by: KnownBy


async def person_of(tx: Transaction, visit: Act) -> CounterPerson:
    """Of somebody who said a number nothing is told but that number's end."""
    row = await tx.row(
        """SELECT u.name, i.value, (SELECT p.value FROM identity p WHERE p.customer_id = u.id AND p.kind = 'phone'
            AND p.proof <> 'none' ORDER BY p.last_seen_at DESC, p.id LIMIT 1) AS phone
        FROM identity i JOIN customer u ON u.id = i.customer_id WHERE i.id = $1""",
        visit.identity_id,
    )
    assert row is not None
    if visit.known_by == "phone":
        return CounterPerson(name="", phone=masked("phone", row["value"]), known_by="phone")
    phone = masked("phone", row["phone"]) if row["phone"] else ""
    return CounterPerson(name=initial(row["name"]), phone=phone, known_by="code")


def initial(name: str) -> str:
    """`김○○`, `E○○`."""
    return f"{name.strip()[0]}○○" if name.strip() else ""
