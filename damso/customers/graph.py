"""Who is one person: the identity graph's log, turned into a partition of identities.

Everything that says who belongs together is derived by `components`, a pure function of the log, so that taking an
entry back gives what would have been without it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from msgspec import Struct

from damso.customers.types import Strength


class Entry(Struct, frozen=True):
    """An entry of the log of links: `link` and `merge` join, `separate` keeps apart, `unlink` and `unmerge` take the
    entry back that `revokes` names. Entries that one decision wrote share their `act_id`.

    A separation of two sets names all of them as its sides, and `one` and `other` are of them. What takes a separation
    back between some of whom it is about only names those as its sides; one without sides takes all of it back.
    """

    id: int
    kind: str
    strength: Strength
    one: int
    other: int
    revokes: int | None = None
    act_id: UUID | None = None
    one_side: Sequence[int] = ()
    other_side: Sequence[int] = ()

    @property
    def about(self) -> set[int]:
        """Everybody that it names."""
        return {self.one, self.other, *self.one_side, *self.other_side}

    @property
    def joins(self) -> bool:
        """Whether it can make two identities one person; a guess cannot."""
        return self.kind in ("link", "merge") and self.strength in _RANK


class Separation(Struct, frozen=True):
    """Nobody of the one side is one person with anybody of the other, because `entry` says so."""

    entry: Entry
    one_side: frozenset[int]
    other_side: frozenset[int]

    def without(self, lifted: Entry) -> "list[Separation]":
        """What is left where an entry takes it back between some only."""
        inside = self.one_side & frozenset(lifted.one_side)
        left = [
            Separation(self.entry, self.one_side - inside, self.other_side),
            Separation(self.entry, inside, self.other_side - frozenset(lifted.other_side)),
        ]
        return [one for one in left if one.one_side and one.other_side]


class Bond(Struct, frozen=True, order=True):
    """A reason for two identities to be one person. The stronger one wins where a separation forbids both."""

    rank: int
    one: int
    other: int


_RANK: Mapping[Strength, int] = {"proven": 0, "asserted": 2, "matched": 3}
_HOME = 1
"""Identities first seen with one customer: stronger than assertion, weaker than proof."""


def active(entries: Iterable[Entry]) -> list[Entry]:
    """Entries that nothing took back, or not between all of whom they are about: then `separations` knows what is left.
    What takes back may itself be taken back. Oldest first."""
    standing: dict[int, Entry] = {}
    revoked: set[int] = set()
    for entry in sorted(entries, key=lambda entry: entry.id, reverse=True):
        if entry.id in revoked:
            continue
        standing[entry.id] = entry
        if entry.revokes is not None and not entry.one_side:
            revoked.add(entry.revokes)
    return [standing[number] for number in sorted(standing)]


def separations(standing: Iterable[Entry]) -> list[Separation]:
    """Who is kept apart from whom, by active entries."""
    entries = list(standing)
    lifted: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.revokes is not None and entry.one_side:
            lifted[entry.revokes].append(entry)
    return [part for entry in entries if entry.kind == "separate" for part in _what_is_left(entry, lifted[entry.id])]


def _what_is_left(entry: Entry, lifted: Iterable[Entry]) -> list[Separation]:
    one_side, other_side = (entry.one_side, entry.other_side) if entry.one_side else ([entry.one], [entry.other])
    left = [Separation(entry, frozenset(one_side), frozenset(other_side))]
    for taken in lifted:
        left = [part for some in left for part in some.without(taken)]
    return left


def proofs(entries: Iterable[Entry]) -> list[Entry]:
    """The part of the log that says who may see whose words: links by proof, and all that keeps apart or takes back."""
    return [entry for entry in entries if not entry.joins or (entry.kind == "link" and entry.strength == "proven")]


def components(
    identities: Collection[int], entries: Iterable[Entry], homes: Mapping[int, int] | None = None
) -> dict[int, int]:
    """The partition of identities into persons: for each the smallest identity of its component.

    `homes` names for an identity the internal identity of the customer it was first seen with. Bonds are taken
    strongest first, then by their identities, and passed over where they would bring together what an active
    `separate` keeps apart, so neither the order of entries nor the time of their arrival matters.
    """
    standing = active(entries)
    forest = _Forest(identities)
    for separation in separations(standing):
        forest.keep_apart(separation.one_side, separation.other_side)
    linked = (Bond(_RANK[entry.strength], *sorted((entry.one, entry.other))) for entry in standing if entry.joins)
    at_home = (Bond(_HOME, *sorted(pair)) for pair in (homes or {}).items() if pair[0] != pair[1])
    for bond in sorted(set(chain(linked, at_home))):
        forest.join(bond.one, bond.other)
    smallest: dict[int, int] = {}
    for identity in sorted(identities):
        smallest.setdefault(forest.root(identity), identity)
    return {identity: smallest[forest.root(identity)] for identity in identities}


class _Forest:
    """Disjoint sets, some of which must stay apart. Identities that were not asked about are ignored.

    Each separation has two marks, an even number and the odd one after it, for its two sides. A set carries the marks
    of all its members, so two sets may be joined where none carries the counterpart of a mark of the other.
    """

    def __init__(self, identities: Collection[int]) -> None:
        self._parent = {identity: identity for identity in identities}
        self._size = dict.fromkeys(identities, 1)
        self._marks: defaultdict[int, set[int]] = defaultdict(set)
        self._next = 0

    def root(self, identity: int) -> int:
        while self._parent[identity] != identity:
            self._parent[identity] = identity = self._parent[self._parent[identity]]
        return identity

    def keep_apart(self, one_side: Iterable[int], other_side: Iterable[int]) -> None:
        """To be said of everybody before anybody is joined."""
        for mark, side in enumerate((one_side, other_side), self._next):
            for identity in side:
                self._marks[identity].add(mark)
        self._next += 2

    def join(self, one: int, other: int) -> None:
        if one not in self._parent or other not in self._parent:
            return
        small, large = sorted((self.root(one), self.root(other)), key=lambda root: self._size[root])
        if small == large:
            return
        few, many = sorted((self._marks[small], self._marks[large]), key=len)
        if any(mark ^ 1 in many for mark in few):
            return
        self._parent[small] = large
        self._size[large] += self._size[small]
        many |= few
        self._marks[large] = many
