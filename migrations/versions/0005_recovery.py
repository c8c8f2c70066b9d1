"""What a database remembers so that it can be restored and updated without surprises.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    op.create_table(
        "erasure_done",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_done")),
    )
    op.create_table(
        "schema_floor",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_floor_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_floor")),
    )
