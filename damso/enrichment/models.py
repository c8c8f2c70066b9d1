"""Tables of enrichment: services that are asked, which of our own plugs are off, and what came of each question."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from damso.kernel.schema import Table


class EnrichmentService(Table):
    """A service that is asked over HTTP about an address of a customer. `headers` are sealed; `mapping` says which
    trait is taken from where in the answer; `purposes` are the consents it needs, `next_at` is when it may be asked
    again at the soonest."""

    __tablename__ = "enrichment_service"
    __table_args__ = (
        Index("uq_enrichment_service_name", text("lower(name)"), unique=True),
        CheckConstraint("about IN ('email', 'phone', 'user')", name="about"),
        CheckConstraint("cardinality(purposes) > 0", name="purposes"),
        CheckConstraint("per_minute > 0 AND ttl_days > 0", name="limits"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    about: Mapped[str]
    headers: Mapped[str | None]
    header_names: Mapped[list[str]] = mapped_column(ARRAY(Text()), server_default="{}")
    mapping: Mapped[dict[str, Any]]
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    ttl_days: Mapped[int] = mapped_column(Integer())
    per_minute: Mapped[int] = mapped_column(Integer())
    enabled: Mapped[bool] = mapped_column(server_default="false")
    next_at: Mapped[datetime | None]
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class EnrichmentOff(Table):
    """One of our own plugs that somebody switched off."""

    __tablename__ = "enrichment_off"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class EnrichmentAnswer(Table):
    """What a service said of an address, or why it was not asked: `done`, `nothing` (it knows nothing), `refused` (no
    consent) or `failed`. Until `expires_at` it is not asked again; `digest` is of the request."""

    __tablename__ = "enrichment_answer"
    __table_args__ = (
        CheckConstraint("state IN ('done', 'nothing', 'refused', 'failed')", name="state"),
        Index("ix_enrichment_answer_digest", "service_id", "digest", postgresql_where=text("state = 'done'")),
        Index("ix_enrichment_answer_failed", "service_id", "at", postgresql_where=text("state = 'failed'")),
    )
    service_id: Mapped[UUID] = mapped_column(ForeignKey("enrichment_service.id", ondelete="CASCADE"), primary_key=True)
    identity_id: Mapped[int] = mapped_column(
        ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    digest: Mapped[str] = mapped_column(server_default="")
    traits: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    at: Mapped[datetime]
    expires_at: Mapped[datetime]
