"""Erasure with a certificate, records that the law wants kept, retention rules, and numbers masked on arrival.

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
works_with = "0002"
"""Only new tables. Code of the version before masks nothing that it receives meanwhile."""


def upgrade() -> None:
    _erasure()
    _held()
    _masking()
    op.create_table(
        "retention_rule",
        sa.Column("record_class", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("action IN ('erase', 'delete')", name=op.f("ck_retention_rule_action")),
        sa.PrimaryKeyConstraint("record_class", name=op.f("pk_retention_rule")),
    )


def _erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_kind", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("addresses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("stores", postgresql.JSONB(), nullable=False),
        sa.Column("files", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('requested', 'consent_withdrawn', 'purpose_ended', 'other')", name=op.f("ck_erasure_reason")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_customer_id"), "erasure", ["customer_id"], unique=False)
    op.create_index("ix_erasure_asked", "erasure", [sa.text("asked_at DESC"), sa.text("id DESC")], unique=False)
    op.create_table(
        "suppressed_address",
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_suppressed_address")),
    )
    op.create_table(
        "sealed_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_file")),
        sa.UniqueConstraint("ref", name=op.f("uq_sealed_file_ref")),
    )


def _held() -> None:
    op.create_table(
        "held_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("record_class", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("addresses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_case")),
    )
    op.create_index(op.f("ix_held_case_erasure_id"), "held_case", ["erasure_id"], unique=False)
    op.create_index("ix_held_case_due", "held_case", ["until"], unique=False)
    op.create_table(
        "held_file",
        sa.Column("held_case_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["held_case_id"], ["held_case.id"], name=op.f("fk_held_file_held_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("held_case_id", "ref", name=op.f("pk_held_file")),
    )


def _masking() -> None:
    op.create_table(
        "masked_number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_masked_number_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masked_number")),
    )
    op.create_index(op.f("ix_masked_number_message_id"), "masked_number", ["message_id"], unique=False)
    op.create_table(
        "masking_policy",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("unmasked", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_masking_policy_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masking_policy")),
    )
