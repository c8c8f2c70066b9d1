"""Language and zone lent to who was joined, and imports that are begun at the desk.

Revision: 0014
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0010"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    op.add_column("customer", sa.Column("lent_locale", sa.Text(), nullable=True))
    op.add_column("customer", sa.Column("lent_timezone", sa.Text(), nullable=True))
