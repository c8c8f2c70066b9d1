"""How a consent stands, derived from the ledger: nothing is kept, so merging moves nothing and taking apart gives each
side its own back.

A *voice* is what a customer says from addresses that are surely one person's: those first seen together, and those
joined by proof. Within a voice the newest word holds. Over the voices of a customer the stricter side wins, because a
merge by an agent or by the company's own systems may be wrong, and an advertisement to somebody who refused cannot be
taken back.

A consent counts for the address it was given for, and for addresses of another kind in the same voice (a consent that
somebody gave as user 4711 for text messages counts for their phone number); never for another address of its own kind.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.cluster import Node, entries_between
from damso.customers.consent.types import ALL, Entry, Purpose
from damso.customers.graph import Entry as Link
from damso.customers.graph import components, proofs
from damso.customers.types import INTERNAL
from damso.kernel.database import Transaction

State = Literal["none", "given", "withdrawn"]


class Standing(Struct, frozen=True, kw_only=True):
    """`entry` is the one that decides; `elsewhere` that it was said by another voice of the customer."""

    state: State
    entry: Entry | None = None
    elsewhere: bool = False


NOTHING = Standing(state="none")


class Household(Struct, frozen=True, kw_only=True):
    """A customer's addresses with the voice of each, and the ledger about them."""

    kinds: Mapping[int, str]
    voices: Mapping[int, int]
    entries: Sequence[Entry]


_ENTRIES = """
SELECT id, identity_id, purpose, channel, given, method, at, recorded_at, text_id, proof, ip, actor_kind, actor_id
FROM consent WHERE identity_id = ANY ($1) ORDER BY at DESC, given, id DESC
"""


async def entries_of(tx: Transaction, identity_ids: Collection[int]) -> list[Entry]:
    """The ledger about these addresses, the newest word first; of two at one moment the stricter first."""
    return await tx.all(Entry, _ENTRIES, list(identity_ids))


async def household_of(tx: Transaction, customer_id: UUID) -> Household:
    """A customer as they are joined now."""
    found = await households_of(tx, [customer_id])
    return found.get(customer_id, Household(kinds={}, voices={}, entries=()))


async def households_of(tx: Transaction, customer_ids: Collection[UUID]) -> dict[UUID, Household]:
    """The same for many, in three statements."""
    nodes = await tx.all(
        Node,
        "SELECT id, kind, customer_id, home_id FROM identity WHERE customer_id = ANY ($1) ORDER BY id",
        list(customer_ids),
    )
    owner = {node.id: node.customer_id for node in nodes}
    theirs: defaultdict[UUID, list[Node]] = defaultdict(list)
    links: defaultdict[UUID, list[Link]] = defaultdict(list)
    entries: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for node in nodes:
        theirs[node.customer_id].append(node)
    for link in await entries_between(tx, owner):
        # One between two customers joins nobody within either, and nobody is kept apart within one.
        if (one := owner.get(link.one)) and one == owner.get(link.other):
            links[one].append(link)
    for entry in await entries_of(tx, owner):
        entries[owner[entry.identity_id]].append(entry)
    return {one: _household(some, links[one], entries[one]) for one, some in theirs.items()}


def _household(nodes: Sequence[Node], links: Sequence[Link], entries: Sequence[Entry]) -> Household:
    ids = [node.id for node in nodes]
    internal_of = {node.home_id: node.id for node in nodes if node.kind == INTERNAL}
    homes = {node.id: internal_of[node.home_id] for node in nodes if node.home_id in internal_of}
    return Household(
        kinds={node.id: node.kind for node in nodes},
        voices=components(ids, proofs(links), homes),
        entries=entries,
    )


def standing(household: Household, identity_id: int, purpose: Purpose, channel: str) -> Standing:
    """How a consent stands for writing to one address."""
    said = [one for one in household.entries if _is_about(one, purpose, channel)]
    own = [one for one in said if household.voices[one.identity_id] == household.voices.get(identity_id)]
    others = [one for one in said if household.voices[one.identity_id] != household.voices.get(identity_id)]
    if own and not own[0].given:
        return Standing(state="withdrawn", entry=own[0])
    kind = household.kinds.get(identity_id)
    speaking = [one for one in own if one.identity_id == identity_id or household.kinds[one.identity_id] != kind]
    if speaking and not speaking[0].given:
        return Standing(state="withdrawn", entry=speaking[0])
    if refusal := _refusal(household, others):
        return Standing(state="withdrawn", entry=refusal, elsewhere=True)
    return Standing(state="given", entry=speaking[0]) if speaking else NOTHING


def standing_of_customer(household: Household, purpose: Purpose, channel: str) -> Standing:
    """The same for a customer as a whole: withdrawn where one voice withdrew, given where one gave."""
    said = [one for one in household.entries if _is_about(one, purpose, channel)]
    if refusal := _refusal(household, said):
        return Standing(state="withdrawn", entry=refusal)
    return Standing(state="given", entry=said[0]) if said else NOTHING


class CustomerStanding(Struct, frozen=True, kw_only=True):
    """How a customer's consent to a purpose on a channel stands."""

    customer_id: UUID
    purpose: Purpose
    channel: str
    state: State


async def standings(
    tx: Transaction, customer_ids: Collection[UUID], asked: Collection[tuple[Purpose, str]]
) -> list[CustomerStanding]:
    """What customers consented to or withdrew, of these purposes and channels; nothing where they said nothing."""
    return [
        CustomerStanding(customer_id=customer_id, purpose=purpose, channel=channel, state=found.state)
        for customer_id, household in (await households_of(tx, customer_ids)).items()
        if household.entries
        for purpose, channel in sorted(asked)
        if (found := standing_of_customer(household, purpose, channel)).state != "none"
    ]


def _is_about(entry: Entry, purpose: Purpose, channel: str) -> bool:
    return entry.purpose == purpose and entry.channel in (channel, ALL)


def _refusal(household: Household, said: Iterable[Entry]) -> Entry | None:
    """The newest withdrawal that is the last word of its voice; entries come newest first."""
    heard: set[int] = set()
    for one in said:
        voice = household.voices[one.identity_id]
        if voice not in heard and not one.given:
            return one
        heard.add(voice)
    return None
