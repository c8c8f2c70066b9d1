"""Keeping what enrichment tells: a guess, marked with who made it, that never takes the place of a fact."""

from collections.abc import Sequence

from damso.customers.traits import ENRICHED, TraitsGiven, fits, set_traits_of_many, weak
from damso.kernel.database import Transaction


async def learn(tx: Transaction, name: str, given: Sequence[TraitsGiven]) -> None:
    """Keep traits that plug or service `name` tells of identities. Of a key of which the customer's own records ever
    said anything, also that there is nothing, none is kept."""
    keys = sorted({key for one in given for key in one.values})
    if not keys:
        return
    rows = await tx.rows(
        f"""SELECT DISTINCT own.id, t.key FROM identity own JOIN identity i ON i.customer_id = own.customer_id
        JOIN trait_change t ON t.identity_id = i.id AND t.key = ANY ($2)
        WHERE own.id = ANY ($1) AND NOT {weak("t.source")}""",
        [one.identity_id for one in given],
        keys,
    )
    facts = {(row["id"], row["key"]) for row in rows}
    kept = [
        TraitsGiven(
            one.identity_id,
            {
                key: value
                for key, value in one.values.items()
                if (one.identity_id, key) not in facts and fits(key, value)
            },
            one.at,
        )
        for one in given
    ]
    if kept := [one for one in kept if one.values]:
        await set_traits_of_many(tx, kept, source=f"{ENRICHED}{name}")
