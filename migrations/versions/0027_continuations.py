"""Going on with a conversation by another channel.

Revision: 0027
Follows: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
works_with = "0025"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    op.create_table(
        "continuation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("from_identity_id", sa.BigInteger(), nullable=False),
        sa.Column("from_inbox_id", sa.Uuid(), nullable=False),
        sa.Column("inbox_id", sa.Uuid(), nullable=False),
        sa.Column("secret_mac", sa.LargeBinary(), nullable=False),
        sa.Column("code_mac", sa.LargeBinary(), nullable=True),
        sa.Column("tries_left", sa.SmallInteger(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=True),
        sa.Column("offered_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("confirmed_by IN ('code', 'agent')", name=op.f("ck_continuation_confirmed_by")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_continuation_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["from_identity_id"], ["identity.id"], name=op.f("fk_continuation_from_identity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_inbox_id"], ["inbox.id"], name=op.f("fk_continuation_from_inbox_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_continuation_inbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_continuation")),
        sa.UniqueConstraint("secret_mac", name=op.f("uq_continuation_secret_mac")),
    )
    op.create_index("ix_continuation_conversation", "continuation", ["conversation_id", sa.text("created_at DESC")])
    op.create_index(op.f("ix_continuation_from_identity_id"), "continuation", ["from_identity_id"])
