"""Tables that are brought in, and exports of events, orders, products, segments and consents.

Revision: 0022
Follows: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {
    "ck_import_run_state": "widens what was allowed; imports are few",
    "ck_export_job_kind": "widens what was allowed; exports live for a day",
}


def upgrade() -> None:
    # Imports are few, and exports live for a day: neither table is ever large.
    op.add_column("import_run", sa.Column("mapping", JSONB(), nullable=True))
    op.drop_constraint(op.f("ck_import_run_state"), "import_run", type_="check")
    op.create_check_constraint(
        op.f("ck_import_run_state"),
        "import_run",
        "state IN ('mapping', 'looking', 'ready', 'waiting', 'running', 'stopped', 'failed', 'done')",
    )
    op.add_column("import_problem", sa.Column("line", sa.BigInteger(), nullable=True))
    op.drop_constraint(op.f("ck_export_job_kind"), "export_job", type_="check")
    op.create_check_constraint(
        op.f("ck_export_job_kind"),
        "export_job",
        "kind IN ('conversations', 'customers', 'events', 'orders', 'products', 'members', 'consents')",
    )
