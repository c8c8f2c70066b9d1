"""Enrichment of customers, and companies out of group calls.

Revision: 0024
Follows: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    texts = postgresql.ARRAY(sa.Text())
    op.add_column("company", sa.Column("trait_sources", json, server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.create_table(
        "company_group",
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_group_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("namespace", "group_id", name=op.f("pk_company_group")),
    )
    op.create_index(op.f("ix_company_group_company_id"), "company_group", ["company_id"])
    op.create_table(
        "enrichment_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("header_names", texts, server_default="{}", nullable=False),
        sa.Column("mapping", json, nullable=False),
        sa.Column("purposes", texts, nullable=False),
        sa.Column("ttl_days", sa.Integer(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("about IN ('email', 'phone', 'user')", name=op.f("ck_enrichment_service_about")),
        sa.CheckConstraint("cardinality(purposes) > 0", name=op.f("ck_enrichment_service_purposes")),
        sa.CheckConstraint("per_minute > 0 AND ttl_days > 0", name=op.f("ck_enrichment_service_limits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrichment_service")),
    )
    op.create_index("uq_enrichment_service_name", "enrichment_service", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "enrichment_off",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_enrichment_off")),
    )
    op.create_table(
        "enrichment_answer",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("traits", json, server_default="{}", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('done', 'nothing', 'refused', 'failed')", name=op.f("ck_enrichment_answer_state")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["enrichment_service.id"],
            name=op.f("fk_enrichment_answer_service_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_enrichment_answer_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "identity_id", name=op.f("pk_enrichment_answer")),
    )
    op.create_index(op.f("ix_enrichment_answer_identity_id"), "enrichment_answer", ["identity_id"])
    op.create_index(
        "ix_enrichment_answer_digest",
        "enrichment_answer",
        ["service_id", "digest"],
        postgresql_where=sa.text("state = 'done'"),
    )
    op.create_index(
        "ix_enrichment_answer_failed",
        "enrichment_answer",
        ["service_id", "at"],
        postgresql_where=sa.text("state = 'failed'"),
    )
