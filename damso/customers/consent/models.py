"""Tables of consents. The ledger, its texts and the notes of age are written once: the database refuses to change them,
and lets them go only in a transaction that erases a person, or entries that a rule destroys (`retain.py`)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy import Identity as IdentityColumn
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table

PURPOSE = "purpose IN ('service', 'marketing', 'night_marketing', 'profiling', 'overseas', 'third_party')"


class ConsentText(Table):
    """A version of the words that customers are asked with."""

    __tablename__ = "consent_text"
    __table_args__ = (
        UniqueConstraint("purpose", "locale", "version"),
        CheckConstraint(PURPOSE, name="purpose"),
        CheckConstraint("locale IN ('ko', 'en')", name="locale"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    locale: Mapped[str]
    version: Mapped[int]
    body: Mapped[str]
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]


class Consent(Table):
    """The ledger: that the person behind an address consented to a purpose on a channel, or withdrew. `at` is when they
    said so."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint(PURPOSE, name="purpose"),
        Index("ix_consent_identity", "identity_id", "at"),
        Index(
            "uq_consent_external_key", "external_key", unique=True, postgresql_where=text("external_key IS NOT NULL")
        ),
    )
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"))
    purpose: Mapped[str]
    channel: Mapped[str]
    given: Mapped[bool]
    method: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    text_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent_text.id"))
    proof: Mapped[dict[str, Any]]
    ip: Mapped[str | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    external_key: Mapped[str | None]


class ConsentAge(Table):
    """Whether the person behind an address is under 14, and whether a guardian consented; the newest note holds."""

    __tablename__ = "consent_age"
    __table_args__ = (Index("ix_consent_age_identity", "identity_id", "id"),)
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"))
    under_14: Mapped[bool]
    guardian_consented: Mapped[bool]
    note: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    at: Mapped[datetime]


class ConsentNotice(Table):
    """A notice the law wants: of what came of a consent or withdrawal (`result`), or to confirm one (`confirm`).

    Entries that fall due on one day wait in one notice. `try_at` is when it is next looked at; `due_on` the last day
    on which the law has it given. `by_hand` ones have no address that we can write to.
    """

    __tablename__ = "consent_notice"
    __table_args__ = (
        CheckConstraint("kind IN ('result', 'confirm')", name="kind"),
        CheckConstraint("state IN ('waiting', 'by_hand', 'queued', 'sent', 'dropped')", name="state"),
        Index(
            "uq_consent_notice_waiting",
            "identity_id",
            "kind",
            "due_on",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_consent_notice_try", "try_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_consent_notice_open", "due_on", "id", postgresql_where=text("state IN ('by_hand', 'queued')")),
        Index("ix_consent_notice_identity", "identity_id"),
        Index("uq_consent_notice_send_key", "send_key", unique=True, postgresql_where=text("send_key IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id"))
    kind: Mapped[str]
    consent_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    due_on: Mapped[date]
    try_at: Mapped[datetime]
    state: Mapped[str]
    send_key: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
