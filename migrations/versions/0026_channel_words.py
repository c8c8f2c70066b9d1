"""What messages hold besides text, what threads know of the provider, messages whose reports are awaited.

Revision: 0026
Follows: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"
works_with = "0025"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020. Older code shows the text of a
message alone, and answers where a thread was ended; it brings nothing in that holds more."""

judged = {"ck_thread_owner": "is about a column that older code does not write"}


def upgrade() -> None:
    op.add_column("message", sa.Column("content", JSONB(), nullable=True))
    op.add_column("message", sa.Column("quotes_id", sa.Uuid(), nullable=True))
    op.add_column("message", sa.Column("echoed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("thread", sa.Column("handle_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("thread", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("thread", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("thread", sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint("owner", "thread", "owner IN ('us', 'them')")
    op.create_table(
        "awaited_report",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("inbox_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_awaited_report_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("fk_awaited_report_inbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_awaited_report")),
    )
    op.create_index("ix_awaited_report_due", "awaited_report", ["inbox_id", "due_at"])
