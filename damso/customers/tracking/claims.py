"""What a browser's key says about people: kept as claims of the identity that said it, never as addresses of theirs."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from damso.customers.claim import keep_claim
from damso.customers.tracking.people import sight
from damso.customers.tracking.types import USER, Call
from damso.customers.types import IdentityKey
from damso.kernel.database import Database

_Said: TypeAlias = tuple[IdentityKey, str, str]
SOURCE = "browser"


def claims_of(call: Call) -> Iterator[_Said]:
    """Who says what about themselves, as a kind and a value."""
    if call.source.asserts:
        return
    if call.user and not call.proven:
        yield call.actor, USER, call.user.value
    if call.type == "identify":
        said = (("email", call.contacts.email), ("phone", call.contacts.phone), ("name", call.contacts.name))
        for kind, value in said:
            if value and not (call.proven and kind == "email"):
                yield call.actor, kind, value


async def keep_claims(database: Database, calls: Sequence[Call]) -> None:
    """Keep what is new of it; saying it again changes nothing. Each claim locks its customer, so each is a transaction
    of its own; a visitor claims once and then says the same with every event."""
    said = {one: None for call in calls for one in claims_of(call)}
    if not said:
        return
    async with database.reading() as tx:
        known = await tx.values(
            """SELECT g.n FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
                WITH ORDINALITY AS g(kind, value, scope, claimed, typed, n)
            JOIN identity i ON i.kind = g.kind AND i.scope = g.scope AND i.value = g.value
            CROSS JOIN LATERAL (
                SELECT c.value FROM claim c WHERE c.identity_id = i.id AND c.kind = g.claimed
                ORDER BY c.at DESC, c.id DESC LIMIT 1) newest
            WHERE newest.value = g.typed""",
            [who.kind for who, _, _ in said],
            [who.value for who, _, _ in said],
            [who.scope for who, _, _ in said],
            [kind for _, kind, _ in said],
            [value for _, _, value in said],
        )
    for number, (who, kind, value) in enumerate(said, start=1):
        if number not in known:
            async with database.transaction() as tx:
                found = await sight(tx, [who] if who.kind != USER else [], {who: "proven"} if who.kind == USER else {})
                await keep_claim(tx, found[who].id, kind, value, source=SOURCE)
