"""Table of brands."""

from datetime import datetime
from typing import Any
from uuid import UUID

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
