"""The words of this room that others use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction

Proof = Literal["none", "asserted", "authenticated", "proven"]
"""How we know that an identity is its customer's: not at all, our own systems say so, its channel authenticated it,
or the customer proved it (one-time code, signed token)."""
PROOFS: tuple[Proof, ...] = ("none", "asserted", "authenticated", "proven")
"""Weakest first. An identity's proof only ever grows."""

Strength = Literal["proven", "asserted", "matched", "analytic"]
"""Why a link holds: proof, the company's own systems or people, a probability above the threshold that the company set,
or a guess (which joins nobody). Only proof is proof: by none of the others is anything disclosed, or written to."""

NameSource = Literal["none", "claim", "channel", "asserted", "agent"]
"""Who gave a name, weakest first: nobody, the person in passing, the channel, our own systems, an agent."""
NAME_SOURCES: tuple[NameSource, ...] = ("none", "claim", "channel", "asserted", "agent")

INTERNAL = "internal"
"""The kind of the one identity that every customer has for facts without an address; its value is the customer's id."""
VISITOR = "visitor"
"""The kind of an anonymous visitor; its value is a random id that nobody searches for."""
ANONYMOUS = "anonymous"
"""The kind of somebody whom a site or an app knows by a random id alone."""
UNSEARCHED = (INTERNAL, VISITOR, ANONYMOUS)


class IdentityKey(Struct, frozen=True, order=True):
    """An address in a namespace and scope, in canonical form, see `damso.customers.addresses`."""

    kind: str
    value: str
    scope: str = ""


class Identity(Struct, frozen=True, kw_only=True):
    """An address of a customer, as it is kept."""

    id: int
    kind: str
    scope: str
    value: str
    name: str
    customer_id: UUID
    proof: Proof
    source: str
    bounced_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime

    @property
    def reachable(self) -> bool:
        """Whether something can be sent there."""
        return self.kind != INTERNAL and self.bounced_at is None


class Customer(Struct, frozen=True, kw_only=True):
    """A person. `name` is empty as long as nobody gave one; `name_source` says who did."""

    id: UUID
    name: str
    name_source: NameSource
    locale: str | None
    timezone: str | None
    merged_into: UUID | None
    created_at: datetime
    last_seen_at: datetime


class CustomerCase(Struct, frozen=True, kw_only=True):
    """A case as the customer's page lists it."""

    id: UUID
    subject: str
    status: str
    channel: str
    last_message_at: datetime


class Footprint(Struct, frozen=True):
    """How much was said by and to an identity, and the cases that began with it."""

    identity_id: int
    conversations: int
    messages: int


class DividedCase(Struct, frozen=True, kw_only=True):
    """A case that would lose messages to another customer. `notes` stay where they are."""

    id: UUID
    subject: str
    anchor_identity_id: int
    identity_id: int
    messages: int
    notes: int


class CompanyCase(CustomerCase, frozen=True, kw_only=True):
    """A case as a company's page lists it: with whose it is."""

    customer_id: UUID


class CaseTotals(Struct, frozen=True, kw_only=True):
    """How many cases there are, and how many of them are not resolved."""

    open: int
    all: int


class CaseSource(Protocol):
    """Contribution point: what the room of conversations knows of customers, as far as one caller may see."""

    def within(self, args: list[object], u: str) -> str:
        """A condition on the customer `u` that says whether the caller may see them; empty where they may see all.
        Appends its arguments to `args`."""

    async def check(self, tx: Transaction, customer_id: UUID) -> None:
        """Raises `NotFound` where the customer is out of the caller's reach."""

    async def open_counts(self, tx: Transaction, customer_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """Cases that are not resolved; customers without one may be left out."""

    async def cases(self, tx: Transaction, customer_id: UUID, limit: int) -> Sequence[CustomerCase]:
        """The newest cases of a customer."""

    async def footprints(self, tx: Transaction, identity_ids: Sequence[int]) -> Sequence[Footprint]:
        """What hangs off identities; those without anything may be left out."""

    async def divided(self, tx: Transaction, sides: Mapping[int, int]) -> Sequence[DividedCase]:
        """Cases in which identities of two sides take part as the customer: what does not stay with the anchor."""

    async def cases_of_all(self, tx: Transaction, customer_ids: Sequence[UUID], limit: int) -> Sequence[CompanyCase]:
        """The newest cases of several customers together; those that are not resolved come first."""

    async def totals(self, tx: Transaction, customer_ids: Sequence[UUID]) -> CaseTotals:
        """How many cases several customers have together."""


def stronger(one: Proof, other: Proof) -> Proof:
    """The stronger of two proofs."""
    return max(one, other, key=PROOFS.index)


Evidence = Mapping[str, Any]
"""Why somebody linked two identities: ids and enums, no addresses."""
