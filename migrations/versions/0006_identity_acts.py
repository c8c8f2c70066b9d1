"""Merges that can be undone: acts in the log of links, cases split off, suggestions.

Columns are added empty and indexes hold no row yet, so a million rows are locked for no longer than they take to read.

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {
    "ix_conversation_split": "holds no row yet; a million conversations are read in half a second",
    "ix_conversation_joined": "holds few rows; a million conversations are read in half a second",
}


def upgrade() -> None:
    op.add_column("link", sa.Column("act_id", sa.Uuid(), nullable=True))
    op.add_column("trait_change", sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("split_from", sa.Uuid(), nullable=True))
    for name, column in (("ix_conversation_split", "split_from"), ("ix_conversation_joined", "joined_into")):
        op.create_index(name, "conversation", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    op.create_table(
        "suggestion",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_suggestion_ordered")),
        sa.ForeignKeyConstraint(["one_id"], ["customer.id"], name=op.f("fk_suggestion_one_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["customer.id"], name=op.f("fk_suggestion_other_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_suggestion")),
    )
    op.create_index(op.f("ix_suggestion_other_id"), "suggestion", ["other_id"])
    op.create_index(
        "ix_suggestion_weight",
        "suggestion",
        [
            sa.literal_column("weight DESC"),
            sa.literal_column("found_at DESC"),
            sa.literal_column("one_id DESC"),
            sa.literal_column("other_id DESC"),
        ],
    )
    op.create_table(
        "suggestion_due",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_suggestion_due_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_suggestion_due")),
    )
    op.create_index("ix_suggestion_due_at", "suggestion_due", ["due_at"])
