"""Seven roles, and limits of agents and API keys.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
works_with = "0002"
judged = {
    "ck_agent_role": "allows more than before",
    "ck_agent_owner_unlimited": "older code leaves limits empty; a company has few agents",
}

ROLES = "role IN ('owner', 'administrator', 'supervisor', 'agent', 'marketer', 'analyst', 'read_only')"


def upgrade() -> None:
    # Constant defaults and empty columns: no row is rewritten, however many there are.
    for table in ("agent", "api_key"):
        op.add_column(table, sa.Column("limits", JSONB(), server_default="{}", nullable=False))
    op.add_column("customer", sa.Column("created_by", sa.Text(), nullable=True))
    op.drop_constraint("ck_agent_role", "agent")
    op.create_check_constraint("role", "agent", ROLES)
    op.create_check_constraint("owner_unlimited", "agent", "role <> 'owner' OR limits = '{}'")
    op.create_index("ix_mention_reach", "mention", ["agent_id", "conversation_id"])
    op.create_index("ix_mention_conversation", "mention", ["conversation_id"])
