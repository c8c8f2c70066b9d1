"""Records that go by rule: the floor of each stream of the log.

Revision: 0030
Follows: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"
works_with = "0025"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    op.create_table(
        "log_floor",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_log_floor")),
    )
