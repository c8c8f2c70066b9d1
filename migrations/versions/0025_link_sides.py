"""Separations of two sets in one entry. Entries of two alone stay as they are.

Revision: 0025
Follows: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
works_with = "0025"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020. Older code would read of a set
that is kept apart only two, and show what others of it said to who must not see it."""


def upgrade() -> None:
    op.create_table(
        "link_side",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("side IN (0, 1)", name=op.f("ck_link_side_side")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_link_side_link_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_link_side_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "identity_id", name=op.f("pk_link_side")),
    )
    op.create_index(op.f("ix_link_side_identity_id"), "link_side", ["identity_id"])
