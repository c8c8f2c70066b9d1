"""Sources of tracked events: what they may send, what they sent before, what was refused.

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""

KEY_PARTITIONS = 8
"""Message ids come in no order: eight smaller indexes stay in memory longer than one, and are swept one at a time."""


def upgrade() -> None:
    # New tables, and a column with a constant default: nothing that is large is locked or rewritten.
    op.create_table(
        "event_key",
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_event_key")),
        postgresql_partition_by="HASH (key)",
    )
    op.create_index("ix_event_key_at", "event_key", ["at"], unique=False, postgresql_using="brin")
    op.create_table(
        "source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), server_default="", nullable=False),
        sa.Column("origins", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("events_per_second", sa.Integer(), nullable=False),
        sa.Column("unplanned", sa.Text(), server_default="allow", nullable=False),
        sa.Column("token_secret", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('browser', 'server')", name=op.f("ck_source_kind")),
        sa.CheckConstraint("unplanned IN ('allow', 'report', 'block')", name=op.f("ck_source_unplanned")),
        sa.CheckConstraint("events_per_second > 0", name=op.f("ck_source_events_per_second")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("number", name=op.f("uq_source_number")),
    )
    op.create_table(
        "planned_event",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("schema", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('report', 'block')", name=op.f("ck_planned_event_mode")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_planned_event_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "name", name=op.f("pk_planned_event")),
    )
    op.create_table(
        "refused_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("historical", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("cut", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_refused_event_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_event")),
    )
    op.create_index("ix_refused_event_received_at", "refused_event", ["received_at"], unique=False)
    op.create_index("ix_refused_event_source", "refused_event", ["source_id", "id"], unique=False)
    op.create_index("ix_refused_event_subjects", "refused_event", ["subjects"], unique=False, postgresql_using="gin")
    op.create_index("uq_refused_event_key", "refused_event", ["source_id", "key"], unique=True)
    op.create_table(
        "seen_event",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_seen_event_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "name", name=op.f("pk_seen_event")),
    )
    op.create_table(
        "source_hour",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("repeated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_hour_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "hour", name=op.f("pk_source_hour")),
    )
    op.create_table(
        "source_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_key_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_source_key_secret_hash")),
    )
    op.create_index(op.f("ix_source_key_source_id"), "source_key", ["source_id"], unique=False)
    op.add_column("customer", sa.Column("anonymous", sa.Boolean(), server_default="false", nullable=False))
    for number in range(KEY_PARTITIONS):
        op.execute(
            f"CREATE TABLE event_key_hash{number} PARTITION OF event_key"
            f" FOR VALUES WITH (MODULUS {KEY_PARTITIONS}, REMAINDER {number})"
        )
