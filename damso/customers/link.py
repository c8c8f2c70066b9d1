"""Joining customers: entries are appended to the identity graph's log, and who belongs to whom is derived from it.

Facts stay with their identities; joining only re-points identities, so taking a link back gives each side what is its
own. Links by rule respect a `separate` entry: they are kept, and join once it is lifted.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.cluster import lock_cluster
from damso.customers.derive import derive
from damso.customers.entries import NewEntry, append_entries, take_back
from damso.customers.graph import Entry, active
from damso.customers.types import Evidence, Strength
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.log import SYSTEM, Actor

_STRENGTHS: tuple[Strength, ...] = ("analytic", "matched", "asserted", "proven")


class Linked(Struct, frozen=True):
    """`joined` is whether the two are one customer now; `link_id` the entry that says so."""

    link_id: int
    customer_id: UUID
    joined: bool


async def link(
    tx: Transaction, one: int, other: int, *, strength: Strength, evidence: Evidence, actor: Actor = SYSTEM
) -> Linked:
    """Say that two identities are one person. Proven, asserted and matched links join, analytic ones only suggest.

    Saying again what stands already, at least as strongly, appends nothing. Raises `NotFound`, and ValueError where
    an agent claims proof: what a person decides is asserted.
    """
    if strength == "proven" and actor.kind == "agent":
        raise ValueError("an agent asserts, only the customer's own act proves")
    cluster = await lock_cluster(tx, (one, other))
    standing = _standing(cluster.entries, one, other)
    if standing and _STRENGTHS.index(standing.strength) >= _STRENGTHS.index(strength):
        return Linked(standing.id, cluster.customer_of[one], cluster.customer_of[one] == cluster.customer_of[other])
    [number] = await append_entries(tx, [NewEntry("link", one, other, strength)], evidence=evidence, actor=actor)
    customer_of = await derive(tx, cluster, actor)
    return Linked(number, customer_of[one], customer_of[one] == customer_of[other])


async def separate(tx: Transaction, one: int, other: int, *, evidence: Evidence, actor: Actor) -> int:
    """Say that two identities are two persons, whatever links say, until `unlink` takes it back; the entry's id."""
    cluster = await lock_cluster(tx, (one, other))
    [number] = await append_entries(tx, [NewEntry("separate", one, other)], evidence=evidence, actor=actor)
    await derive(tx, cluster, actor)
    return number


async def unlink(tx: Transaction, link_id: int, *, evidence: Evidence, actor: Actor) -> None:
    """Take an entry of the log back, and with it what followed from it. Raises `NotFound`."""
    pair = await tx.row("SELECT identity_id, other_id FROM link WHERE id = $1", link_id)
    if pair is None:
        raise NotFound
    cluster = await lock_cluster(tx, tuple(pair))
    standing = [entry for entry in active(cluster.entries) if entry.id == link_id]
    if not standing:
        return
    await append_entries(tx, [take_back(entry) for entry in standing], evidence=evidence, actor=actor)
    await derive(tx, cluster, actor)


def _standing(entries: Sequence[Entry], one: int, other: int) -> Entry | None:
    """The strongest link between two identities that nobody took back. What an agent merged is not asked: a rule's word
    must stand by itself once the merge is taken back."""
    between = [entry for entry in active(entries) if entry.kind == "link" and {entry.one, entry.other} == {one, other}]
    return max(between, key=lambda entry: _STRENGTHS.index(entry.strength), default=None)
