"""Shares of lanes that take turns and wait, and when tokens of connections are to be renewed.

Revision: 0029
Follows: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
works_with = "0025"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020. Older code claims items of all
shares alike and lets none wait; what it enqueues belongs to no share."""

judged = {"ck_inbox_fault_side": "widens what was allowed"}


def upgrade() -> None:
    op.add_column("lane_item", sa.Column("share", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE lane_item SET share = split_part(key, ':', 1) WHERE lane = 'outbound' AND key IS NOT NULL")
    op.drop_index("ix_lane_item_ready", "lane_item")
    op.create_index(
        "ix_lane_item_ready",
        "lane_item",
        ["lane", "id"],
        postgresql_where=sa.text("share = '' AND parked_at IS NULL AND claimed_by IS NULL"),
    )
    op.create_index(
        "ix_lane_item_share",
        "lane_item",
        ["lane", "share", "id"],
        postgresql_where=sa.text("share <> '' AND parked_at IS NULL AND claimed_by IS NULL"),
    )
    op.create_table(
        "lane_share",
        sa.Column("share", sa.Text(), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("share", name=op.f("pk_lane_share")),
    )
    op.add_column("inbox", sa.Column("refresh_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_inbox_refresh_at",
        "inbox",
        ["refresh_at"],
        postgresql_where=sa.text("enabled AND refresh_at IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_inbox_fault_side"), "inbox_fault", type_="check")
    op.create_check_constraint("side", "inbox_fault", "side IN ('in', 'out', 'check', 'token')")
