"""Language and zone lent to who was joined, and imports that are begun at the desk.

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {"ck_import_run_state": "widens what was allowed; imports are few"}


def upgrade() -> None:
    op.add_column("customer", sa.Column("lent_locale", sa.Text(), nullable=True))
    op.add_column("customer", sa.Column("lent_timezone", sa.Text(), nullable=True))
    # Imports are few: this table is never large.
    op.add_column("import_run", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("import_run", sa.Column("upload_ref", sa.Text(), nullable=True))
    op.add_column("import_run", sa.Column("foreseen", JSONB(), nullable=True))
    op.drop_constraint(op.f("ck_import_run_state"), "import_run", type_="check")
    op.create_check_constraint(
        op.f("ck_import_run_state"),
        "import_run",
        "state IN ('looking', 'ready', 'waiting', 'running', 'stopped', 'failed', 'done')",
    )
