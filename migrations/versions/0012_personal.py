"""What agents set for themselves: settings and keys, signatures, what they opened lately.

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    # New tables alone: nothing that is large is locked.
    op.create_table(
        "agent_settings",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_settings_agent_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_settings")),
    )
    op.create_table(
        "agent_signature",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("locale IN ('ko', 'en')", name=op.f("ck_agent_signature_locale")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_signature_agent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["brand_id"], ["brand.id"], name=op.f("fk_agent_signature_brand_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "brand_id", "locale", name=op.f("pk_agent_signature")),
    )
    op.create_index(op.f("ix_agent_signature_brand_id"), "agent_signature", ["brand_id"], unique=False)
    op.create_table(
        "recent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('search', 'customer', 'conversation')", name=op.f("ck_recent_kind")),
        sa.CheckConstraint("num_nonnulls(words, customer_id, conversation_id) = 1", name=op.f("ck_recent_one")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_recent_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_recent_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_recent_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recent")),
    )
    op.create_index("ix_recent_agent", "recent", ["agent_id", "kind", sa.text("at DESC")], unique=False)
    op.create_index(op.f("ix_recent_at"), "recent", ["at"], unique=False)
    op.create_index(op.f("ix_recent_conversation_id"), "recent", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_recent_customer_id"), "recent", ["customer_id"], unique=False)
    op.create_index("uq_recent_conversation", "recent", ["agent_id", "conversation_id"], unique=True)
    op.create_index("uq_recent_customer", "recent", ["agent_id", "customer_id"], unique=True)
