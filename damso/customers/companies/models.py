"""The tables of companies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Company(Table):
    """An organisation that customers belong to. `traits` are what it is known by, as the desk, programs and sources of
    events set them; `trait_sources` says of each who did and when."""

    __tablename__ = "company"
    __table_args__ = (Index("ix_company_name", text("lower(name)"), "id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    traits: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    trait_sources: Mapped[dict[str, Any]] = mapped_column(JSONB(), server_default=text("'{}'::jsonb"))
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]


class CompanyDomain(Table):
    """A domain whose e-mail addresses belong to a company; each to one company only."""

    __tablename__ = "company_domain"
    domain: Mapped[str] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)


class CompanyGroup(Table):
    """What sources of a namespace call a company in their `group` calls."""

    __tablename__ = "company_group"
    namespace: Mapped[str] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)


class CustomerCompany(Table):
    """That an identity belongs to a company, as what, and who said so: a fact of the identity that goes where it goes.

    `left_at` is when somebody took it back; the row stays, so that a rule does not say it again.
    """

    __tablename__ = "customer_company"
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str]
    at: Mapped[datetime]
    left_at: Mapped[datetime | None]
