"""Who is one person, as a pure function of the log."""

from collections.abc import Sequence
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from damso.customers.graph import Entry, active, components, separations
from damso.customers.types import Strength

PEOPLE = range(1, 9)


def together(partition: dict[int, int]) -> set[frozenset[int]]:
    return {frozenset(one for one in partition if partition[one] == root) for root in partition.values()}


def link(number: int, one: int, other: int, strength: Strength = "asserted") -> Entry:
    return Entry(number, "link", strength, one, other)


def separate(number: int, one: int, other: int) -> Entry:
    return Entry(number, "separate", "asserted", one, other)


def unlink(number: int, revokes: int) -> Entry:
    return Entry(number, "unlink", "asserted", 0, 0, revokes)


def test_links_join_over_any_number_of_steps() -> None:
    assert together(components([1, 2, 3, 4], [link(1, 1, 2), link(2, 3, 2)])) == {frozenset({1, 2, 3}), frozenset({4})}


def test_guesses_join_nobody() -> None:
    assert together(components([1, 2], [link(1, 1, 2, "analytic")])) == {frozenset({1}), frozenset({2})}


def test_what_was_taken_back_does_not_count() -> None:
    assert len(together(components([1, 2], [link(1, 1, 2), unlink(2, 1)]))) == 2


def test_taking_back_can_be_taken_back() -> None:
    assert len(together(components([1, 2], [link(1, 1, 2), unlink(2, 1), unlink(3, 2)]))) == 1


def test_a_separation_holds_over_steps() -> None:
    partition = components([1, 2, 3], [link(1, 1, 2, "proven"), link(2, 2, 3), separate(3, 1, 3)])
    assert together(partition) == {frozenset({1, 2}), frozenset({3})}


def test_the_stronger_link_wins_where_both_cannot_be() -> None:
    partition = components([1, 2, 3], [link(1, 1, 2), link(2, 2, 3, "proven"), separate(3, 1, 3)])
    assert together(partition) == {frozenset({1}), frozenset({2, 3})}


def test_identities_stay_with_the_customer_they_came_with() -> None:
    assert together(components([1, 2, 3, 4], [], {1: 1, 2: 1, 3: 3, 4: 3})) == {frozenset({1, 2}), frozenset({3, 4})}


strengths: st.SearchStrategy[Strength] = st.sampled_from(["proven", "asserted", "analytic"])
pairs = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda pair: pair[0] != pair[1])


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, draw(st.integers(0, 14)) + 1):
        kind = draw(st.sampled_from(["link", "link", "merge", "separate", "unlink"]))
        if kind == "unlink" and entries:
            earlier = draw(st.sampled_from(entries))
            entries.append(Entry(number, kind, "asserted", earlier.one, earlier.other, earlier.id))
        elif kind != "unlink":
            entries.append(Entry(number, kind, draw(strengths), *draw(pairs)))
    return entries


homes = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from([1, 2, 3]), max_size=5)


@given(logs(), homes, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(log: list[Entry], home: dict[int, int], random: Random) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)
    assert components(PEOPLE, shuffled, home) == components(PEOPLE, log, home)


@given(st.lists(st.tuples(strengths, pairs), max_size=10), st.lists(pairs, max_size=3), st.permutations(range(13)))
def test_the_time_of_arrival_does_not_matter(
    links: list[tuple[Strength, tuple[int, int]]], apart: list[tuple[int, int]], arrival: list[int]
) -> None:
    def arriving(order: list[int]) -> list[Entry]:
        kinds = [("link", strength, pair) for strength, pair in links] + [
            ("separate", "asserted", pair) for pair in apart
        ]
        return [Entry(number, *what[:2], *what[2]) for number, what in zip(order, kinds, strict=False)]

    assert components(PEOPLE, arriving(list(range(13)))) == components(PEOPLE, arriving(arrival))


@given(logs(), homes)
def test_nobody_is_joined_to_whom_they_were_separated_from(log: list[Entry], home: dict[int, int]) -> None:
    partition = components(PEOPLE, log, home)
    separations = [entry for entry in active(log) if entry.kind == "separate"]
    assert all(partition[entry.one] != partition[entry.other] for entry in separations)


sets = st.frozensets(st.sampled_from(PEOPLE), min_size=1, max_size=4)
sides = st.tuples(sets, sets).filter(lambda pair: not pair[0] & pair[1])


@st.composite
def logs_of_sets(draw: st.DrawFn) -> list[Entry]:
    """Links, separations of sets, and what takes both back: as a whole, or a separation between some."""
    entries: list[Entry] = []
    for number in range(1, draw(st.integers(0, 16)) + 1):
        kind = draw(st.sampled_from(["link", "merge", "separate", "separate", "unlink", "lift", "lift"]))
        earlier = draw(st.sampled_from(entries)) if entries else None
        apart = [entry for entry in entries if entry.kind == "separate"]
        if kind in ("link", "merge"):
            entries.append(Entry(number, kind, draw(strengths), *draw(pairs)))
        elif kind == "separate" or earlier is None:
            left, right = draw(sides)
            entries.append(_separate(number, left, right))
        elif kind == "lift" and apart:
            entries.append(_lift(number, draw(st.sampled_from(apart)), draw(sets), draw(sets)))
        else:
            entries.append(unlink(number, earlier.id))
    return entries


def _separate(number: int, left: frozenset[int], right: frozenset[int]) -> Entry:
    alone = len(left) == len(right) == 1
    named: tuple[Sequence[int], Sequence[int]] = ((), ()) if alone else (tuple(left), tuple(right))
    return Entry(number, "separate", "asserted", min(left), min(right), None, None, *named)


def _lift(number: int, entry: Entry, left: frozenset[int], right: frozenset[int]) -> Entry:
    some = left & frozenset(entry.one_side), right & frozenset(entry.other_side)
    named: tuple[Sequence[int], Sequence[int]] = (tuple(some[0]), tuple(some[1])) if all(some) else ((), ())
    return Entry(number, "unlink", "asserted", entry.one, entry.other, entry.id, None, *named)


def as_pairs(log: list[Entry]) -> list[Entry]:
    """The same, as it would be said with an entry for each pair: what takes back, takes back those that it is about."""
    said: dict[int, list[tuple[int, tuple[int, int]]]] = {}
    written: list[Entry] = []
    for entry in log:
        sides = (entry.one_side, entry.other_side) if entry.one_side else ([entry.one], [entry.other])
        about = list(product(*sides))
        before: list[tuple[int | None, tuple[int, int]]] = [(None, pair) for pair in about]
        if entry.revokes is not None:
            before = [(n, pair) for n, pair in said[entry.revokes] if not entry.one_side or pair in about]
        said[entry.id] = []
        for revokes, pair in before:
            number = len(written) + 1
            written.append(Entry(number, entry.kind, entry.strength, *pair, revokes))
            said[entry.id].append((number, pair))
    return written


@given(logs_of_sets(), homes)
def test_a_separation_of_sets_says_what_one_of_each_two_would(log: list[Entry], home: dict[int, int]) -> None:
    pairs_apart = {
        (one, other) for some in separations(active(log)) for one, other in product(some.one_side, some.other_side)
    }
    single = as_pairs(log)
    assert pairs_apart == {(entry.one, entry.other) for entry in active(single) if entry.kind == "separate"}
    assert components(PEOPLE, log, home) == components(PEOPLE, single, home)


@given(logs(), homes)
def test_taking_everything_back_gives_the_world_before(log: list[Entry], home: dict[int, int]) -> None:
    standing = [entry for entry in active(log) if entry.revokes is None]
    undone = [
        Entry(100 + number, "unlink", "asserted", entry.one, entry.other, entry.id)
        for number, entry in enumerate(standing)
    ]
    assert components(PEOPLE, [*log, *undone], home) == components(PEOPLE, [], home)


@given(logs())
def test_an_entry_and_its_undoing_leave_no_trace(log: list[Entry]) -> None:
    done = [*log, link(50, 1, 2), unlink(51, 50)]
    assert components(PEOPLE, done) == components(PEOPLE, log)
