"""Routes of what keeps strangers apart: rules, blocked values, and what is held for a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from damso.customers.protection import blocked
from damso.customers.protection.blocked import BlockedValue, NewBlocked, block, blocked_values, unblock
from damso.customers.protection.held import HeldJoin, Verdict, decide, held_join, held_joins
from damso.customers.protection.join import Road
from damso.customers.protection.rules import SHIPPED, IdentityLimit, reset_rule, rules_of, set_rule
from damso.customers.suggested import Cases, SuggestedCustomer, check_all, faces, in_reach
from damso.kernel.database import Database, Transaction
from damso.kernel.pagination import Page
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class KindRule(Struct, frozen=True, kw_only=True):
    """The rule of a kind of identity (see `IdentityLimit`); `shipped` is false where it was set here."""

    kind: str
    most: int
    hours: int | None
    refuses: bool
    priority: int
    shipped: bool


class BlockedPattern(Struct, frozen=True, kw_only=True):
    """A pattern that is blocked as shipped."""

    kind: str
    pattern: str


class Protection(Struct, frozen=True, kw_only=True):
    """What keeps strangers apart: how many of a kind, and values that name nobody."""

    rules: list[KindRule]
    blocked: list[BlockedValue]
    shipped_blocked: list[BlockedPattern]


class HeldSide(Struct, frozen=True, kw_only=True):
    """One of two identities, and whose it is. Null where the caller may not see them."""

    identity_id: int
    kind: str
    value: str
    customer: SuggestedCustomer


class HeldView(Struct, frozen=True, kw_only=True):
    """Two identities that a rule would not bring together: of `kind` there would be `count`, and `most` are allowed."""

    id: int
    kind: str
    count: int
    most: int
    road: Road
    times: int
    first_at: datetime
    last_at: datetime
    one: HeldSide
    other: HeldSide


class HeldVerdict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`allow` joins the two, `apart` keeps them apart for good, `block` blocks the value of `identity_id`."""

    verdict: Verdict
    identity_id: Annotated[int, Meta(ge=1)] | None = None


class HeldDecision(Struct, frozen=True, kw_only=True):
    """`link_id` undoes it; null for what is undone by unblocking."""

    link_id: int | None


class ProtectionController(Controller):
    """Rules, blocked values, held joins."""

    path = "/api/identity"
    tags = ("customers",)
    guards = (needs("settings.manage"),)

    @get("/rules")
    async def get_identity_rules(self, database: NamedDependency[Database]) -> Protection:
        """How many of a kind may come together, and what names nobody."""
        async with database.reading() as tx:
            return await _protection(tx)

    @put("/rules/{kind:str}")
    async def set_identity_rule(
        self,
        kind: FromPath[str],
        data: JSONBody[IdentityLimit],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> Protection:
        """Set the rule of a kind, from now on."""
        async with database.transaction() as tx:
            await set_rule(tx, kind, data, caller.actor)
            return await _protection(tx)

    @delete("/rules/{kind:str}", status_code=200)
    async def reset_identity_rule(
        self, kind: FromPath[str], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Protection:
        """Back to the rule that is shipped."""
        async with database.transaction() as tx:
            await reset_rule(tx, kind, caller.actor)
            return await _protection(tx)

    @post("/blocked")
    async def block_value(
        self, data: JSONBody[NewBlocked], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> BlockedValue:
        """Recognise nobody by a value from now on; a `*` stands for anything."""
        async with database.transaction() as tx:
            return await block(tx, data, caller.actor)

    @delete("/blocked/{blocked_id:int}")
    async def unblock_value(
        self, blocked_id: FromPath[int], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> None:
        """Recognise people by it again."""
        async with database.transaction() as tx:
            await unblock(tx, blocked_id, caller.actor)

    @get("/held")
    async def list_held_joins(
        self,
        database: NamedDependency[Database],
        cases: Cases,
        witness: NamedDependency[Witness],
        cursor: FromQuery[str | None] = None,
    ) -> Page[HeldView]:
        """Joins that wait for a person, the latest first. Only `next` null is the end."""
        async with database.reading() as tx:
            page = await held_joins(tx, cursor=cursor)
            both = {one for held in page.items for one in (held.one_customer, held.other_customer)}
            shown = await faces(tx, await in_reach(tx, cases, both))
            named = await _named(tx, page.items)
        witness.listed(shown)
        return Page(
            items=[
                _view(held, named, shown[held.one_customer], shown[held.other_customer])
                for held in page.items
                if held.one_customer in shown and held.other_customer in shown
            ],
            next=page.next,
        )

    @post("/held/{held_id:int}", status_code=200)
    async def decide_held_join(
        self,
        held_id: FromPath[int],
        data: JSONBody[HeldVerdict],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        cases: Cases,
    ) -> HeldDecision:
        """Let a join through, keep the two apart, or block a value."""
        async with database.transaction() as tx:
            held = await held_join(tx, held_id)
            await check_all(tx, cases, [held.one_customer, held.other_customer])
            number = await decide(tx, held_id, data.verdict, actor=caller.actor, identity_id=data.identity_id)
        return HeldDecision(link_id=number)


async def _protection(tx: Transaction) -> Protection:
    rules = await rules_of(tx)
    return Protection(
        rules=[
            KindRule(
                kind=kind,
                shipped=rule == SHIPPED.get(kind),
                most=rule.most,
                hours=rule.hours,
                refuses=rule.refuses,
                priority=rule.priority,
            )
            for kind, rule in sorted(rules.items(), key=lambda item: (item[1].priority, item[0]))
        ],
        blocked=await blocked_values(tx),
        shipped_blocked=[BlockedPattern(kind=kind, pattern=pattern) for kind, pattern in blocked.SHIPPED],
    )


async def _named(tx: Transaction, held: Sequence[HeldJoin]) -> dict[int, tuple[str, str]]:
    rows = await tx.rows(
        "SELECT id, kind, value FROM identity WHERE id = ANY ($1)",
        [one for join in held for one in (join.one_id, join.other_id)],
    )
    return {row["id"]: (row["kind"], row["value"]) for row in rows}


def _view(
    held: HeldJoin, named: dict[int, tuple[str, str]], one: SuggestedCustomer, other: SuggestedCustomer
) -> HeldView:
    return HeldView(
        id=held.id,
        kind=held.kind,
        count=held.count,
        most=held.most,
        road=held.road,
        times=held.times,
        first_at=held.first_at,
        last_at=held.last_at,
        one=_side(held.one_id, named, one),
        other=_side(held.other_id, named, other),
    )


def _side(identity_id: int, named: dict[int, tuple[str, str]], customer: SuggestedCustomer) -> HeldSide:
    kind, value = named[identity_id]
    return HeldSide(identity_id=identity_id, kind=kind, value=value, customer=customer)


CONTROLLERS: Sequence[ControllerRouterHandler] = (ProtectionController,)
