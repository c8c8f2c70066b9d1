"""Acts on many cases, macros, scheduled answers, reminders, views of teams.

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {
    "fk_saved_view_team_id": "older code leaves the new column empty; views are few",
    "ck_saved_view_audience": "older code leaves the new column empty; views are few",
}


def upgrade() -> None:
    # New tables, and columns of a small one: nothing that is large is locked.
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('change', 'macro', 'split', 'join')", name=op.f("ck_bulk_act_kind")),
        sa.CheckConstraint("state IN ('running', 'done', 'undoing', 'undone')", name=op.f("ck_bulk_act_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
    )
    op.create_index("ix_bulk_act_actor", "bulk_act", ["actor_id", "created_at"], unique=False)
    op.create_index("ix_bulk_act_created_at", "bulk_act", ["created_at"], unique=False)
    op.create_table(
        "macro",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_macro_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro")),
    )
    op.create_index(op.f("ix_macro_agent_id"), "macro", ["agent_id"], unique=False)
    op.create_table(
        "view_order",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("view_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_view_order_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_view_order")),
    )
    op.create_table(
        "bulk_act_case",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("message_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'done', 'same', 'skipped', 'undone', 'kept')", name=op.f("ck_bulk_act_case_outcome")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["bulk_act.id"], name=op.f("fk_bulk_act_case_act_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_bulk_act_case_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("act_id", "conversation_id", name=op.f("pk_bulk_act_case")),
    )
    op.create_index("ix_bulk_act_case_conversation_id", "bulk_act_case", ["conversation_id"], unique=False)
    op.create_index("ix_bulk_act_case_outcome", "bulk_act_case", ["act_id", "outcome", "conversation_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unless_answered", sa.Boolean(), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("about IN ('', 'answer_held', 'answer_refused')", name=op.f("ck_reminder_about")),
        sa.CheckConstraint("state IN ('waiting', 'due', 'done')", name=op.f("ck_reminder_state")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_reminder_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_reminder_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index(
        "ix_reminder_agent",
        "reminder",
        ["agent_id", "conversation_id"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "ix_reminder_conversation",
        "reminder",
        ["conversation_id"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "ix_reminder_due", "reminder", ["due_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "scheduled_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("send_key", sa.Text(), nullable=False),
        sa.Column("inbox_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("cc", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attachment_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("accept_warnings", sa.Boolean(), nullable=False),
        sa.Column("send_anyway", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'refused', 'sent', 'cancelled')", name=op.f("ck_scheduled_answer_state")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_scheduled_answer_agent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_scheduled_answer_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["identity_id"], ["identity.id"], name=op.f("fk_scheduled_answer_identity_id")),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("fk_scheduled_answer_inbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_answer")),
    )
    op.create_index(op.f("ix_scheduled_answer_agent_id"), "scheduled_answer", ["agent_id"], unique=False)
    op.create_index(
        "ix_scheduled_answer_conversation",
        "scheduled_answer",
        ["conversation_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'held', 'refused')"),
    )
    op.create_index(
        "ix_scheduled_answer_due",
        "scheduled_answer",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_scheduled_answer_send_key", "scheduled_answer", ["send_key"], unique=True)
    op.add_column("saved_view", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("saved_view", sa.Column("icon", sa.Text(), server_default="", nullable=False))
    op.add_column("saved_view", sa.Column("colour", sa.Text(), server_default="grey", nullable=False))
    op.create_index(
        "ix_saved_view_team_id",
        "saved_view",
        ["team_id"],
        unique=False,
        postgresql_where=sa.text("team_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_saved_view_team_id"), "saved_view", "team", ["team_id"], ["id"], ondelete="SET NULL")
    op.create_check_constraint("audience", "saved_view", "NOT (shared AND team_id IS NOT NULL)")
