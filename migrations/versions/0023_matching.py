"""Bulk matching: probabilities of suggestions, its runs and policy; rules that keep strangers apart, what they hold.

Revision: 0023
Follows: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {
    "ck_link_strength": "widens what was allowed; a matched link is written only once an administrator has switched a "
    "rule on, which only code of this version offers",
}


def upgrade() -> None:
    op.add_column("suggestion", sa.Column("probability", sa.Double(), nullable=True))
    op.add_column("suggestion", sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("suggestion", sa.Column("run_id", sa.Uuid(), nullable=True))
    # Every row passed the narrower check, so none has to be read again.
    op.execute("ALTER TABLE link DROP CONSTRAINT ck_link_strength")
    op.execute(
        "ALTER TABLE link ADD CONSTRAINT ck_link_strength"
        " CHECK (strength IN ('proven', 'asserted', 'matched', 'analytic')) NOT VALID"
    )
    op.create_table(
        "match_policy",
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("propose_at", sa.Double(), nullable=False),
        sa.Column("join_at", sa.Double(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_match_policy_one")),
        sa.CheckConstraint("propose_at BETWEEN 0.5 AND 1", name=op.f("ck_match_policy_propose_at")),
        sa.CheckConstraint("join_at BETWEEN 0.95 AND 1", name=op.f("ck_match_policy_join_at")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_match_policy")),
    )
    op.create_table(
        "match_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_kind", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in ("done", "total", "customers", "pairs", "joined", "held")
        ),
        sa.Column(
            "bands", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("peak_mb", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'stopped')", name=op.f("ck_match_run_state")
        ),
        sa.CheckConstraint(
            "step IN ('reading', 'learning', 'comparing', 'keeping', 'joining', '')", name=op.f("ck_match_run_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
    )
    op.create_index("ix_match_run_asked", "match_run", [sa.text("asked_at DESC"), sa.text("id DESC")])
    op.create_table(
        "identity_rule",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("refuses", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most BETWEEN 1 AND 100000", name=op.f("ck_identity_rule_most")),
        sa.CheckConstraint("hours BETWEEN 1 AND 8760", name=op.f("ck_identity_rule_hours")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_identity_rule")),
    )
    op.create_table(
        "blocked_value",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_value")),
        sa.UniqueConstraint("kind", "pattern", name=op.f("uq_blocked_value_kind_pattern")),
    )
    op.create_table(
        "held_join",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("road", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_held_join_ordered")),
        sa.CheckConstraint("state IN ('waiting', 'allowed', 'apart', 'blocked')", name=op.f("ck_held_join_state")),
        sa.CheckConstraint("road IN ('tracking', 'import', 'code', 'token', 'match')", name=op.f("ck_held_join_road")),
        sa.ForeignKeyConstraint(["one_id"], ["identity.id"], name=op.f("fk_held_join_one_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["identity.id"], name=op.f("fk_held_join_other_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_join")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_held_join_one_id_other_id")),
    )
    op.create_index(
        "ix_held_join_waiting", "held_join", ["last_at", "id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_held_join_other", "held_join", ["other_id"])
