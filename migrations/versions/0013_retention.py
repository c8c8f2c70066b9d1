"""Retention by rule, its records, holds on cases, and the register of access requests.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    # New tables alone: nothing that is large is locked.
    _retention()
    _access_request()


def _retention() -> None:
    op.create_table(
        "retention_dry_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_dry_run")),
    )
    op.create_index(op.f("ix_retention_dry_run_at"), "retention_dry_run", ["at"], unique=False)
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cutoffs", postgresql.JSONB(), nullable=False),
        sa.Column("classes", postgresql.JSONB(), nullable=False),
        sa.Column("brands", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.CheckConstraint("trigger IN ('rules', 'replay')", name=op.f("ck_retention_run_trigger")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index(
        "ix_retention_run_unfinished",
        "retention_run",
        ["id"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "technical_retention",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_technical_retention")),
    )
    op.create_table(
        "conversation_hold",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_conversation_hold_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_conversation_hold")),
    )


def _access_request() -> None:
    op.create_table(
        "access_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("identity_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("notes", sa.Boolean(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("file_ref", sa.Text(), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("left_out", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "way IN ('email', 'phone', 'letter', 'chat', 'visit', 'other')", name=op.f("ck_access_request_way")
        ),
        sa.CheckConstraint(
            "state IN ('building', 'ready', 'failed', 'destroyed')", name=op.f("ck_access_request_state")
        ),
        sa.CheckConstraint("answer IN ('given', 'refused', 'withdrawn')", name=op.f("ck_access_request_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
    )
    op.create_index(op.f("ix_access_request_customer_id"), "access_request", ["customer_id"], unique=False)
    op.create_index("ix_access_request_created", "access_request", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_access_request_due",
        "access_request",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index(
        "ix_access_request_expires",
        "access_request",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("file_ref IS NOT NULL"),
    )
