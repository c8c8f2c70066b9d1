"""The law of the identity graph: whatever is decided about who is who, taken back in any order, leaves what would be
had it never been decided.

Each example lives the same life twice, by the real receive path and over one real database: once with decisions in
between, all of them taken back in the end, and once without. Then the two worlds are compared.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from damso.customers.card import customer_card
from damso.customers.consent.record import record
from damso.customers.consent.standing import household_of, standing
from damso.customers.consent.types import Said
from damso.customers.identify import identify
from damso.customers.link import link, separate
from damso.customers.merge import NothingToMerge, merge
from damso.customers.traits import current_traits, set_traits
from damso.customers.types import IdentityKey, Strength
from damso.customers.unmerge import LeavingInvalid, StillJoined, undo, unmerge
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.log import Actor
from tests.conversations.company import Company
from tests.conversations.postcards import postcard

PEOPLE = 4
AGENT = Actor("agent", "0199")
people = st.integers(0, PEOPLE - 1)
pairs = st.tuples(people, people).filter(lambda pair: pair[0] != pair[1])
strengths: st.SearchStrategy[Strength] = st.sampled_from(["proven", "asserted", "analytic"])

facts = st.one_of(
    st.tuples(st.just("says"), people),
    st.tuples(st.just("trait"), people, st.sampled_from("ab"), st.integers(1, 2)),
    st.tuples(st.just("rule"), pairs, strengths),
    st.tuples(st.just("speaks"), people, st.sampled_from(["ko", "en"]), st.sampled_from(["Asia/Seoul", None])),
    st.tuples(st.just("consent"), people, st.booleans()),
)
decisions = st.one_of(
    st.tuples(st.just("merge"), pairs),
    st.tuples(st.just("unmerge"), people),
    st.tuples(st.just("unmerge_act"), st.integers(0, 5)),
    st.tuples(st.just("separate"), pairs),
    st.tuples(st.just("undo"), st.integers(0, 5)),
)
lives = st.lists(st.one_of(facts, decisions, decisions), min_size=3, max_size=12)
_worlds = count(1)


class World(Struct):
    """People of one run, known by their addresses."""

    company: Company
    number: int
    ids: list[int]
    acts: list[int]
    said: int = 0

    def address(self, person: int) -> str:
        return f"p{person}.w{self.number}@damso.example"


async def begin(company: Company) -> World:
    world = World(company, next(_worlds), [], [])
    for person in range(PEOPLE):
        await says(world, person)
        world.ids.append(await company.identity(world.address(person)))
    return world


async def says(world: World, person: int) -> None:
    world.said += 1
    world.company.parts.database.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    await world.company.gets(
        postcard(f"{person}", sender=world.address(person), external_id=f"w{world.number}-{world.said}")
    )


async def live(world: World, life: Sequence[Any], *, decides: bool) -> None:
    for what, *given_ in life:
        world.company.parts.database.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
        match what:
            case "says":
                await says(world, given_[0])
            case "trait":
                async with world.company.parts.database.transaction() as tx:
                    await set_traits(tx, world.ids[given_[0]], {given_[1]: given_[2]}, source="shop")
            case "speaks":
                person, locale, timezone = given_
                async with world.company.parts.database.transaction() as tx:
                    key = IdentityKey("email", world.address(person))
                    await identify(tx, key, proof="authenticated", source="shop", locale=locale, timezone=timezone)
            case "consent":
                said = Said(
                    identity_id=world.ids[given_[0]],
                    purpose="marketing",
                    channel="all",
                    given=given_[1],
                    method="phone",
                )
                async with world.company.parts.database.transaction() as tx:
                    await record(tx, {}, [said], actor=AGENT)
            case "rule":
                (one, other), strength = given_
                async with world.company.parts.database.transaction() as tx:
                    await link(tx, world.ids[one], world.ids[other], strength=strength, evidence={})
            case _ if decides:
                await decide(world, what, given_[0])
                await world.company.works()
                assert await anchored_wrongly(world) == []


async def decide(world: World, what: str, about: Any) -> None:
    """A person decides; what makes no sense just now is refused, and no decision."""
    async with world.company.parts.database.transaction() as tx:
        try:
            match what:
                case "merge":
                    both = [await customer_of(tx, world.ids[one]) for one in about]
                    world.acts.append((await merge(tx, both, actor=AGENT, evidence={})).link_id)
                case "unmerge":
                    customer = await customer_of(tx, world.ids[about])
                    parted = await unmerge(tx, customer, identity_ids=[world.ids[about]], actor=AGENT, evidence={})
                    world.acts.append(parted.link_id)
                case "unmerge_act" if about < len(world.acts):
                    pair = await tx.row("SELECT identity_id FROM link WHERE id = $1", world.acts[about])
                    assert pair is not None
                    customer = await customer_of(tx, pair["identity_id"])
                    parted = await unmerge(tx, customer, link_id=world.acts[about], actor=AGENT, evidence={})
                    world.acts.append(parted.link_id)
                case "separate":
                    one, other = (world.ids[one] for one in about)
                    world.acts.append(await separate(tx, one, other, actor=AGENT, evidence={}))
                case "undo" if about < len(world.acts):
                    await undo(tx, world.acts[about], actor=AGENT, evidence={})
        except (NothingToMerge, LeavingInvalid, StillJoined, NotFound):
            return


async def customer_of(tx: Transaction, identity_id: int) -> Any:
    return await tx.value("SELECT customer_id FROM identity WHERE id = $1", identity_id)


async def seen_as(world: World) -> Any:
    """Who is one person and what is known of each, by the numbers of people alone."""
    async with world.company.parts.database.reading() as tx:
        customers = [await customer_of(tx, one) for one in world.ids]
        groups = sorted({tuple(n for n, c in enumerate(customers) if c == customer) for customer in customers})
        traits, spoken, consents = [], [], []
        for group in groups:
            card = await customer_card(tx, customers[group[0]])
            spoken.append((card.customer.locale, card.customer.timezone))
            everything = await tx.values("SELECT id FROM identity WHERE customer_id = $1", customers[group[0]])
            household = await household_of(tx, customers[group[0]])
            consents.append([standing(household, world.ids[n], "marketing", "email").state for n in group])
            traits.append({trait.key: trait.value for trait in await current_traits(tx, everything)})
        events = [
            [
                row["name"]
                for row in await tx.rows(
                    """SELECT name FROM care_event WHERE identity_id = $1
                    AND name IN ('message.received', 'customer.created', 'identity.added') ORDER BY id""",
                    one,
                )
            ]
            for one in world.ids
        ]
    return groups, traits, spoken, consents, events


async def anchored_wrongly(world: World) -> list[Any]:
    """Messages of somebody in a case that began with another customer."""
    async with world.company.parts.database.reading() as tx:
        return await tx.rows(
            """SELECT m.id, c.id FROM message m JOIN conversation c ON c.id = m.conversation_id
            JOIN identity i ON i.id = m.identity_id JOIN identity a ON a.id = c.anchor_identity_id
            WHERE m.kind = 'message' AND i.id = ANY ($1)
                AND (i.customer_id <> a.customer_id OR c.joined_into IS NOT NULL)""",
            world.ids,
        )


async def listed_wrongly(world: World) -> list[Any]:
    """Cases whose derived columns do not tell their newest message."""
    async with world.company.parts.database.reading() as tx:
        return await tx.rows(
            """SELECT c.id FROM conversation c LEFT JOIN LATERAL (SELECT * FROM message m
                WHERE m.conversation_id = c.id AND m.kind = 'message' ORDER BY position_at DESC, id DESC LIMIT 1)
                m ON true
            WHERE c.anchor_identity_id = ANY ($1) AND c.joined_into IS NULL
                AND (c.last_message_id IS DISTINCT FROM m.id OR c.preview <> coalesce(m.text, '')
                    OR c.last_message_at <> coalesce(m.position_at, c.created_at)
                    OR EXISTS (SELECT 1 FROM message m JOIN search_entry s ON s.message_id = m.id
                        WHERE m.conversation_id = c.id AND s.conversation_id <> c.id))""",
            world.ids,
        )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(life=lives, order=st.randoms(use_true_random=False))
async def test_decisions_taken_back_in_any_order_leave_no_trace(company: Company, life: list[Any], order: Any) -> None:
    world, other = await begin(company), await begin(company)
    await live(world, life, decides=True)
    order.shuffle(world.acts)
    for act in world.acts:
        async with company.parts.database.transaction() as tx:
            await undo(tx, act, actor=AGENT, evidence={})
        await company.works()
    await live(other, life, decides=False)

    assert await seen_as(world) == await seen_as(other)
    assert await anchored_wrongly(world) == []
    assert await listed_wrongly(world) == []
    assert world.said == await company.count("message", f"kind = 'message' AND identity_id IN {tuple(world.ids)}")
