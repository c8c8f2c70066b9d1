"""Segments: rules, the leaves they share, what is known of each customer, and who is in since when.

Revision: 0018
Follows: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "segment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("rule", json, nullable=False),
        sa.Column("formula", json, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('building', 'counting', 'live', 'failed')", name=op.f("ck_segment_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    op.create_index("uq_segment_name", "segment", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "segment_leaf",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rule", json, nullable=False),
        sa.Column("building", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_leaf")),
        sa.UniqueConstraint("key", name=op.f("uq_segment_leaf_key")),
    )
    op.create_table(
        "segment_use",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("leaf_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_use_segment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["leaf_id"], ["segment_leaf.id"], name=op.f("fk_segment_use_leaf_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "leaf_id", name=op.f("pk_segment_use")),
    )
    op.create_index(op.f("ix_segment_use_leaf_id"), "segment_use", ["leaf_id"])
    op.create_table(
        "leaf_state",
        sa.Column("leaf_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("next_change_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["leaf_id"], ["segment_leaf.id"], name=op.f("fk_leaf_state_leaf_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("leaf_id", "customer_id", name=op.f("pk_leaf_state")),
    )
    op.create_index(op.f("ix_leaf_state_customer_id"), "leaf_state", ["customer_id"])
    op.create_index(
        "ix_leaf_state_due",
        "leaf_state",
        ["next_change_at"],
        postgresql_where=sa.text("next_change_at IS NOT NULL"),
    )
    op.create_table(
        "segment_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_member_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_member")),
    )
    op.create_index(op.f("ix_segment_member_customer_id"), "segment_member", ["customer_id"])
    op.create_index(
        "uq_segment_member_now",
        "segment_member",
        ["segment_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("to_at IS NULL"),
    )
    op.create_index("ix_segment_member_from", "segment_member", ["segment_id", "from_at"])
