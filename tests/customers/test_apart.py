"""Many taken from many: one separation of two sets, which says what one of each two would."""

from itertools import permutations

from damso.customers.disclose import disclosed
from damso.customers.erase import CustomerEraser
from damso.customers.history import history
from damso.customers.identify import Identified
from damso.customers.link import link
from damso.customers.merge import merge
from damso.customers.suggestions import kept_apart
from damso.customers.unmerge import undo, unmerge
from damso.kernel.database import Database, Transaction
from damso.kernel.erasure import Person
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from tests.customers.people import customer_of, email, seen

AGENT = Actor("agent", "0199")


async def couples(tx: Transaction) -> list[list[Identified]]:
    """Three customers of two addresses each, who were one, and from whom first one and then another was taken."""
    people = [[await seen(tx, email(f"{name}{n}")) for n in (1, 2)] for name in "abc"]
    await together(tx, *[one for couple in people for one in couple])
    for couple in people[:2]:
        await leave(tx, couple)
    return people


async def together(tx: Transaction, *people: Identified) -> int:
    customers = [await customer_of(tx, one.identity_id) for one in people]
    return (await merge(tx, customers, actor=AGENT, evidence={"by": "agent"})).link_id


async def leave(tx: Transaction, couple: list[Identified]) -> int:
    customer = await customer_of(tx, couple[0].identity_id)
    ids = [one.identity_id for one in couple]
    return (await unmerge(tx, customer, identity_ids=ids, actor=AGENT, evidence={"by": "agent"})).link_id


async def apart(tx: Transaction, people: list[list[Identified]]) -> set[str]:
    """Whom nothing may join, by the letters of both, and who is one person now, as one letter twice."""
    customers = {await customer_of(tx, couple[0].identity_id): name for name, couple in zip("abc", people, strict=True)}
    return {"".join(sorted(customers[one] for one in pair)) for pair in await kept_apart(tx, customers)}


async def prove(tx: Transaction, one: Identified, other: Identified) -> bool:
    return (await link(tx, one.identity_id, other.identity_id, strength="proven", evidence={})).joined


async def test_parting_half_of_a_thousand_writes_a_few_rows_for_each(database: Database) -> None:
    async with database.transaction() as tx:
        first = await seen(tx, email())
        await tx.execute(
            """INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at,
                last_seen_at)
            SELECT 'visitor', 'shop', 'v' || n, $1, $1, 'none', 'test', $2, $2 FROM generate_series(2, 1000) n""",
            first.customer_id,
            tx.now,
        )
        ids = await tx.values("SELECT id FROM identity WHERE kind <> 'internal' ORDER BY id")
        await unmerge(tx, first.customer_id, identity_ids=ids[500:], actor=AGENT, evidence={})
        entries = await tx.value("SELECT count(*) FROM link")
        sides = await tx.value("SELECT count(*) FROM link_side")
        sizes = await tx.values("SELECT count(*) FROM identity WHERE kind <> 'internal' GROUP BY customer_id")
    assert len(ids) == 1000
    assert sizes == [500, 500]
    assert entries <= 1000
    assert sides <= 1001


async def test_whoever_of_two_sets_proves_to_be_one_stays_apart_and_sees_nothing(database: Database) -> None:
    async with database.transaction() as tx:
        people = await couples(tx)
        pairs = [(people[left][1], people[right][1]) for left, right in permutations(range(3), 2)]
        assert [await prove(tx, *pair) for pair in pairs] == [False] * 6
        assert await disclosed(tx, people[0][1].identity_id) == [people[0][1].identity_id]
        assert await apart(tx, people) == {"ab", "ac", "bc"}


async def test_a_merge_lifts_what_stands_between_those_two_and_no_more(database: Database) -> None:
    async with database.transaction() as tx:
        people = await couples(tx)
        merged = await together(tx, people[0][1], people[1][0])
        whose = [[await customer_of(tx, one.identity_id) for one in couple] for couple in people]
        assert whose[0] == whose[1] == [whose[0][0]] * 2
        assert not await prove(tx, people[0][1], people[2][1])
        assert not await prove(tx, people[1][1], people[2][0])
        await undo(tx, merged, actor=AGENT, evidence={})
        assert await apart(tx, people) == {"ab", "ac", "bc"}
        assert not await prove(tx, people[0][0], people[1][1])


async def test_undoing_what_a_merge_has_lifted_in_part_takes_back_the_rest_of_it(database: Database) -> None:
    async with database.transaction() as tx:
        people = [[await seen(tx, email(f"{name}{n}")) for n in (1, 2)] for name in "abc"]
        joined = await together(tx, *[one for couple in people for one in couple])
        first = await leave(tx, people[0])
        second = await leave(tx, people[1])
        merged = await together(tx, people[0][0], people[1][0])
        await undo(tx, joined, actor=AGENT, evidence={})
        await undo(tx, second, actor=AGENT, evidence={})
        await undo(tx, first, actor=AGENT, evidence={})
        assert await prove(tx, people[0][1], people[2][1])
        await undo(tx, merged, actor=AGENT, evidence={})
        assert await prove(tx, people[1][1], people[2][0])


async def test_history_tells_a_separation_to_everybody_of_both_sides(database: Database) -> None:
    async with database.transaction() as tx:
        people = await couples(tx)
        shown = [await history(tx, await customer_of(tx, couple[1].identity_id), "ko") for couple in people]
        await together(tx, people[0][0], people[1][0])
        _, *others = await history(tx, await customer_of(tx, people[0][0].identity_id), "ko")
    assert [[line.decision for line in lines] for lines in shown] == [
        ["unmerge", "merge"],
        ["unmerge", "unmerge", "merge"],
        ["unmerge", "unmerge", "merge"],
    ]
    assert [line.stands for line in others[:2]] == [True, True]


async def test_forgetting_somebody_of_a_side_blanks_why_and_keeps_the_others_apart(database: Database) -> None:
    async with database.transaction() as tx:
        people = await couples(tx)
        gone = people[0][0]
        person = Person(erasure_id=new_id(), identity_ids=(gone.identity_id,), customer_ids=(), since=tx.now)
        await CustomerEraser().erase(tx, person)
        assert (
            await tx.value(
                """SELECT count(*) FROM link l JOIN link_side s ON s.link_id = l.id
            WHERE s.identity_id = $1 AND l.evidence <> '{}'""",
                gone.identity_id,
            )
            == 0
        )
        assert await apart(tx, people) == {"ab", "ac", "bc"}
