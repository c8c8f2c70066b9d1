"""Who is one person: the identity graph's log, turned into a partition of identities.

Everything that says who belongs together is derived by `components`, a pure function of the log, so that taking an
entry back gives what would have been without it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from uuid import UUID

from msgspec import Struct

from damso.customers.types import Strength


class Entry(Struct, frozen=True):
    """An entry of the log of links: `link` and `merge` join, `separate` keeps apart, `unlink` and `unmerge` take the
    entry back that `revokes` names. Entries that one decision wrote share their `act_id`."""

    id: int
    kind: str
    strength: Strength
    one: int
    other: int
    revokes: int | None = None
    act_id: UUID | None = None

    @property
    def joins(self) -> bool:
        """Whether it can make two identities one person; a guess cannot."""
        return self.kind in ("link", "merge") and self.strength in _RANK


class Bond(Struct, frozen=True, order=True):
    """A reason for two identities to be one person. The stronger one wins where a separation forbids both."""

    rank: int
    one: int
    other: int


_RANK: Mapping[Strength, int] = {"proven": 0, "asserted": 2, "matched": 3}
_HOME = 1
"""Identities first seen with one customer: stronger than assertion, weaker than proof."""


def active(entries: Iterable[Entry]) -> list[Entry]:
    """Entries that nothing took back; what takes back may itself be taken back. Oldest first."""
    standing: dict[int, Entry] = {}
    revoked: set[int] = set()
    for entry in sorted(entries, key=lambda entry: entry.id, reverse=True):
        if entry.id in revoked:
            continue
        standing[entry.id] = entry
        if entry.revokes is not None:
            revoked.add(entry.revokes)
    return [standing[number] for number in sorted(standing)]


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
    for entry in standing:
        if entry.kind == "separate":
            forest.keep_apart(entry.one, entry.other)
    linked = (Bond(_RANK[entry.strength], *sorted((entry.one, entry.other))) for entry in standing if entry.joins)
    at_home = (Bond(_HOME, *sorted(pair)) for pair in (homes or {}).items() if pair[0] != pair[1])
    for bond in sorted(set(chain(linked, at_home))):
        forest.join(bond.one, bond.other)
    smallest: dict[int, int] = {}
    for identity in sorted(identities):
        smallest.setdefault(forest.root(identity), identity)
    return {identity: smallest[forest.root(identity)] for identity in identities}


class _Forest:
    """Disjoint sets, some of which must stay apart. Identities that were not asked about are ignored."""

    def __init__(self, identities: Collection[int]) -> None:
        self._parent = {identity: identity for identity in identities}
        self._size = dict.fromkeys(identities, 1)
        self._foes: defaultdict[int, set[int]] = defaultdict(set)

    def root(self, identity: int) -> int:
        while self._parent[identity] != identity:
            self._parent[identity] = identity = self._parent[self._parent[identity]]
        return identity

    def keep_apart(self, one: int, other: int) -> None:
        if one in self._parent and other in self._parent:
            self._foes[one].add(other)
            self._foes[other].add(one)

    def join(self, one: int, other: int) -> None:
        if one not in self._parent or other not in self._parent:
            return
        small, large = sorted((self.root(one), self.root(other)), key=lambda root: self._size[root])
        if small == large or any(self.root(foe) == large for foe in self._foes[small]):
            return
        self._parent[small] = large
        self._size[large] += self._size[small]
        self._foes[large] |= self._foes.pop(small, set())
