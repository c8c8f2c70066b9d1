"""Tables of customers, of what identifies them and of what is known about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import Identity as IdentityColumn
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Customer(Table):
    """A person.

    `own_name` is what this customer was called, by whom says `own_name_source`. Derived from the log of links:
    `merged_into` (the customer that lists show instead), `name` and `name_source` (the best own name of all that
    were joined to this one), `lent_locale` and `lent_timezone` (those of who was joined to this one, for as long as
    they are). `anonymous` is somebody of whom a site's random id is all we know: lists leave them out.
    """

    __tablename__ = "customer"
    __table_args__ = (
        Index(
            "ix_customer_seen", text("last_seen_at DESC"), text("id DESC"), postgresql_where=text("merged_into IS NULL")
        ),
        CheckConstraint("own_name_source IN ('none', 'claim', 'channel', 'asserted', 'agent')", name="own_name_source"),
        CheckConstraint("name_source IN ('none', 'claim', 'channel', 'asserted', 'agent')", name="name_source"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    own_name: Mapped[str] = mapped_column(server_default="")
    own_name_source: Mapped[str] = mapped_column(server_default="none")
    name: Mapped[str] = mapped_column(server_default="")
    name_source: Mapped[str] = mapped_column(server_default="none")
    locale: Mapped[str | None]
    timezone: Mapped[str | None]
    lent_locale: Mapped[str | None]
    lent_timezone: Mapped[str | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    anonymous: Mapped[bool] = mapped_column(server_default="false")
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class CustomerSearch(Table):
    """N-grams (as numbers) of a customer's names, addresses and claims; none for one that became part of another.

    A table of its own, because a row's every new version is entered anew in the inverted index, and when a customer
    was last seen changes often.
    """

    __tablename__ = "customer_search"
    __table_args__ = (
        Index("ix_customer_search_grams", "grams", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    grams: Mapped[list[int]] = mapped_column(ARRAY(Integer()))


class Identity(Table):
    """One address of a customer. `proof` is how we know that it is theirs, see the glossary.

    `home_id` is the customer it was first seen with and never changes; `customer_id`, whom it belongs to now, is
    derived from it and the log of links.
    """

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("kind", "scope", "value"),
        CheckConstraint("proof IN ('proven', 'authenticated', 'asserted', 'none')", name="proof"),
    )
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    kind: Mapped[str]
    scope: Mapped[str]
    value: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    proof: Mapped[str]
    source: Mapped[str]
    bounced_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Claim(Table):
    """What somebody said about themselves: never matched, only suggested to a person."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_identity", "identity_id", "at"),)
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str]
    source: Mapped[str]
    at: Mapped[datetime]


class Link(Table):
    """An entry of the identity graph's log; `revokes` names the entry it takes back. Entries of one decision share
    their `act_id` (none: an entry from before acts, which is one by itself)."""

    __tablename__ = "link"
    __table_args__ = (
        CheckConstraint("kind IN ('link', 'unlink', 'merge', 'unmerge', 'separate')", name="kind"),
        CheckConstraint("strength IN ('proven', 'asserted', 'matched', 'analytic')", name="strength"),
        CheckConstraint("identity_id <> other_id", name="two"),
        CheckConstraint("(kind IN ('unlink', 'unmerge')) = (revokes IS NOT NULL)", name="revokes"),
        Index("ix_link_one", "identity_id"),
        Index("ix_link_other", "other_id"),
    )
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    kind: Mapped[str]
    strength: Mapped[str]
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    evidence: Mapped[dict[str, Any]]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    at: Mapped[datetime]
    revokes: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="CASCADE"))
    act_id: Mapped[UUID | None]


class LinkSide(Table):
    """Whom an entry of the graph's log is about besides its pair, which is of them: side 0 is that of `identity_id`, 1
    that of `other_id`. Of a `separate` entry, two sets that are kept apart (none: the pair alone); of an `unlink`,
    between whom it takes one back (none: between all)."""

    __tablename__ = "link_side"
    __table_args__ = (CheckConstraint("side IN (0, 1)", name="side"),)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id", ondelete="CASCADE"), primary_key=True)
    identity_id: Mapped[int] = mapped_column(
        ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    side: Mapped[int] = mapped_column(SmallInteger())


class Suggestion(Table):
    """Two customers who may be one person, with the codes of the reasons. Derived, and never more than a question.

    What bulk matching found has a `probability` too, what speaks for it (`explanation`), and its `run_id`."""

    __tablename__ = "suggestion"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="ordered"),
        Index(
            "ix_suggestion_weight",
            text("weight DESC"),
            text("found_at DESC"),
            text("one_id DESC"),
            text("other_id DESC"),
        ),
    )
    one_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True, index=True)
    reasons: Mapped[list[Any]]
    weight: Mapped[int]
    found_at: Mapped[datetime]
    probability: Mapped[float | None] = mapped_column(Double())
    explanation: Mapped[dict[str, Any] | None] = mapped_column(JSONB(), nullable=True)
    run_id: Mapped[UUID | None]


class SuggestionDue(Table):
    """A customer of whom something new is known, so that others are to be compared with them."""

    __tablename__ = "suggestion_due"
    __table_args__ = (Index("ix_suggestion_due_at", "due_at"),)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime]


class TraitChange(Table):
    """A property that got a value; the newest of each key over a customer's identities holds. `said_at` is when the
    identity last said the same again (none: only once)."""

    __tablename__ = "trait_change"
    __table_args__ = (Index("ix_trait_change_identity", "identity_id", "key", text("at DESC")),)
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    key: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONB(), nullable=True)
    source: Mapped[str]
    at: Mapped[datetime]
    said_at: Mapped[datetime | None]


class ProofCode(Table):
    """A one-time code sent to an address, to prove that the visitor reads it."""

    __tablename__ = "proof_code"
    __table_args__ = (
        Index("ix_proof_code_address", "kind", "value", "created_at"),
        Index("ix_proof_code_created", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    value: Mapped[str]
    code_mac: Mapped[bytes]
    tries_left: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ErasureRequest(Table):
    """That a customer is to be erased: who asked, why, how far it is. Holds nothing of the person.

    `stores` counts what went, by store; `files` are still to be deleted from disk; `certificate` is written last.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("reason IN ('requested', 'consent_withdrawn', 'purpose_ended', 'other')", name="reason"),
        Index("ix_erasure_asked", text("asked_at DESC"), text("id DESC")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    reason: Mapped[str]
    asked_by_kind: Mapped[str]
    asked_by_id: Mapped[str | None]
    asked_at: Mapped[datetime]
    subjects: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    addresses: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    stores: Mapped[dict[str, Any]]
    files: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    completed_at: Mapped[datetime | None]
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSONB(), nullable=True)


class SuppressedAddress(Table):
    """A keyed hash of an address that is never to be written to unasked."""

    __tablename__ = "suppressed_address"
    mac: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AccessRequest(Table):
    """Somebody asked what is held about them. The register of such requests, and of how each was answered.

    `identity_ids` are the identities it is about. The file that answers it is kept encrypted, for whoever asked for it
    (`asker_id`, an agent or a key), until `expires_at`; `file_ref` is empty before and after.
    """

    __tablename__ = "access_request"
    __table_args__ = (
        CheckConstraint("way IN ('email', 'phone', 'letter', 'chat', 'visit', 'other')", name="way"),
        CheckConstraint("state IN ('building', 'ready', 'failed', 'destroyed')", name="state"),
        CheckConstraint("answer IN ('given', 'refused', 'withdrawn')", name="answer"),
        Index("ix_access_request_due", "due_at", postgresql_where=text("answered_at IS NULL")),
        Index("ix_access_request_expires", "expires_at", postgresql_where=text("file_ref IS NOT NULL")),
        Index("ix_access_request_created", "created_at", "id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    identity_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    way: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    locale: Mapped[str]
    notes: Mapped[bool]
    asker_id: Mapped[UUID | None]
    state: Mapped[str]
    progress: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    file_ref: Mapped[str | None]
    file_size: Mapped[int | None]
    left_out: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
