"""Records that go by rule: the floor of each stream of the log. Files for programs: an export may be a key's.

Revision: 0030
Follows: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
works_with = "0025"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {
    "ck_export_job_owner": "every one there is has its agent, and older code names one; exports live for a day",
    "fk_export_job_key_id_api_key": "a column that older code leaves empty",
}


def upgrade() -> None:
    op.create_table(
        "log_floor",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_log_floor")),
    )
    op.alter_column("export_job", "agent_id", nullable=True)
    op.add_column("export_job", sa.Column("key_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_export_job_key_id_api_key"), "export_job", "api_key", ["key_id"], ["id"], ondelete="CASCADE"
    )
    op.create_check_constraint(op.f("ck_export_job_owner"), "export_job", "num_nonnulls(agent_id, key_id) = 1")
    op.create_index(
        "ix_export_job_key", "export_job", ["key_id", "created_at"], postgresql_where=sa.text("key_id IS NOT NULL")
    )
