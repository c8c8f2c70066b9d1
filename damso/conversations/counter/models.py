"""The tables of the shop counter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class MemberLink(Table):
    """The address of somebody's own page with their code; it works until it is revoked."""

    __tablename__ = "member_link"
    __table_args__ = (
        Index("ix_member_link_identity", "identity_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CounterAct(Table):
    """What a till sent, once: `actor` and `key` know it when it comes again, and `digest` whether it is the same then.

    A visit is where sales and returns hang (`visit_id`). `code_digest` is that of the code which was shown: no code is
    taken twice. `number` is the order's in a sale, `return_id` what a return became.
    """

    __tablename__ = "counter_act"
    __table_args__ = (
        UniqueConstraint("actor", "key"),
        UniqueConstraint("code_digest"),
        CheckConstraint("kind IN ('visit', 'sale', 'return')", name="kind"),
        CheckConstraint("known_by IN ('code', 'phone')", name="known_by"),
        Index("ix_counter_act_identity", "identity_id"),
        Index("ix_counter_act_visit", "visit_id", postgresql_where=text("visit_id IS NOT NULL")),
        Index("ix_counter_act_sale", "place_id", "number", unique=True, postgresql_where=text("kind = 'sale'")),
        Index("ix_counter_act_return", "return_id", postgresql_where=text("return_id IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    actor: Mapped[str]
    key: Mapped[str]
    digest: Mapped[str]
    kind: Mapped[str]
    place_id: Mapped[UUID] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    known_by: Mapped[str]
    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("counter_act.id", ondelete="CASCADE"))
    code_digest: Mapped[str | None]
    number: Mapped[str]
    return_id: Mapped[UUID | None] = mapped_column(ForeignKey("return_case.id", ondelete="CASCADE"))
    at: Mapped[datetime]
