"""Tables of the lake: whom it has to forget. All else about it stands in its manifest."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class LakeErasure(Table):
    """An erasure that the lake has to carry out: from `asked_at` on whoever reads leaves these out; from
    `rewritten_at` on no file that counts holds them; from `gone_at` on no file at all, and `counts` says what went."""

    __tablename__ = "lake_erasure"
    __table_args__ = (Index("ix_lake_erasure_open", "asked_at", postgresql_where=text("gone_at IS NULL")),)
    erasure_id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    customer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    since: Mapped[datetime]
    asked_at: Mapped[datetime]
    rewritten_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
