"""Tables of what keeps strangers apart."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint, text
from sqlalchemy import Identity as IdentityColumn
from sqlalchemy.orm import Mapped, mapped_column

from damso.kernel.schema import Table


class IdentityRule(Table):
    """How many identities of a kind rules may bring together in one customer, where it is not as shipped
    (`damso.customers.protection.rules`). `hours` None: ever."""

    __tablename__ = "identity_rule"
    __table_args__ = (
        CheckConstraint("most BETWEEN 1 AND 100000", name="most"),
        CheckConstraint("hours BETWEEN 1 AND 8760", name="hours"),
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int] = mapped_column(Integer())
    hours: Mapped[int | None] = mapped_column(Integer())
    refuses: Mapped[bool]
    priority: Mapped[int] = mapped_column(SmallInteger())
    changed_by: Mapped[str | None]
    changed_at: Mapped[datetime]


class BlockedValue(Table):
    """A value that names nobody, such as the id of a till; `*` stands for anything. `kind` empty: of every kind."""

    __tablename__ = "blocked_value"
    __table_args__ = (UniqueConstraint("kind", "pattern"),)
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    kind: Mapped[str] = mapped_column(server_default="")
    pattern: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    added_by: Mapped[str | None]
    added_at: Mapped[datetime]


class HeldJoin(Table):
    """Two identities that a rule would not bring together, until a person decides: of `kind` there would be `count`,
    and `most` are allowed. `road` is how they came together, `times` how often."""

    __tablename__ = "held_join"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="ordered"),
        CheckConstraint("state IN ('waiting', 'allowed', 'apart', 'blocked')", name="state"),
        CheckConstraint("road IN ('tracking', 'import', 'code', 'token', 'match')", name="road"),
        Index("ix_held_join_waiting", "last_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_held_join_other", "other_id"),
    )
    id: Mapped[int] = mapped_column(IdentityColumn(), primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"))
    kind: Mapped[str]
    count: Mapped[int] = mapped_column(Integer())
    most: Mapped[int] = mapped_column(Integer())
    road: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    times: Mapped[int] = mapped_column(Integer(), server_default="1")
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
