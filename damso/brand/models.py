"""Table of brands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class Brand(Table):
    """A voice, a look and a vocabulary; `hours` holds opening hours by weekday in `timezone`."""

    __tablename__ = "brand"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    colour: Mapped[str]
    greeting_ko: Mapped[str]
    greeting_en: Mapped[str]
    signature: Mapped[str]
    logo_ref: Mapped[str | None]
    reply_minutes: Mapped[int]
    hours: Mapped[dict[str, Any]]
    timezone: Mapped[str]
    created_at: Mapped[datetime]


class AgentSignature(Table):
    """What an agent puts under answers of a brand in one language, instead of the brand's signature."""

    __tablename__ = "agent_signature"
    __table_args__ = (CheckConstraint("locale IN ('ko', 'en')", name="locale"),)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True, index=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    version: Mapped[int]
    changed_at: Mapped[datetime]
