"""Exports of returns.

Revision: 0028
Follows: 0027
"""

from alembic import op

revision = "0028"
down_revision = "0027"
works_with = "0025"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {"ck_export_job_kind": "widens what was allowed; exports live for a day"}


def upgrade() -> None:
    op.drop_constraint(op.f("ck_export_job_kind"), "export_job", type_="check")
    op.create_check_constraint(
        op.f("ck_export_job_kind"),
        "export_job",
        "kind IN ('conversations', 'customers', 'events', 'orders', 'products', 'members', 'consents', 'returns')",
    )
