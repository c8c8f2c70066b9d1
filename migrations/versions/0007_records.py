"""Access records in monthly partitions, seals over them and over the audit log, monthly reviews.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""
judged = {"ck_installation_records_kept_months": "old code does not write this column; the table has one row"}

MAKE_ALL = """
CREATE OR REPLACE FUNCTION damso_make_partitions(since timestamptz, until timestamptz) RETURNS void LANGUAGE sql AS $$
    SELECT damso_make_partition(parent, month)
    FROM unnest(ARRAY['care_event', 'tracked_event', 'search_entry', 'access_record']) AS parent,
        generate_series(date_trunc('month', since, 'UTC'), until, interval '1 month', 'UTC') AS month
$$
"""

# A review stands as it was signed. Whoever may change the table may drop this too: the audit log's chain tells of it.
EPOCH = """
CREATE FUNCTION damso_epoch() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(max(epoch), 0) FROM log_epoch
$$
"""
REFUSE = """
CREATE FUNCTION damso_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME;
END $$
"""
WRITTEN_ONCE = """
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON access_review
    FOR EACH ROW EXECUTE FUNCTION damso_written_once()
"""

ACTS = "act IN ('viewed', 'listed', 'searched', 'changed', 'downloaded', 'exported', 'revealed')"


def upgrade() -> None:
    # Empty columns and constant defaults: no row is rewritten, however many there are.
    op.add_column("audit", sa.Column("address", postgresql.INET(), nullable=True))
    op.execute(EPOCH)
    for column, default in (("epoch", "damso_epoch()"), ("xid", "pg_current_xact_id()::text::bigint")):
        op.add_column("audit", sa.Column(column, sa.BigInteger(), server_default="0", nullable=False))
        # Code from before writes acts too, as long as an update rolls: they have to find their place in the chain.
        op.alter_column("audit", column, server_default=sa.text(default))
    op.create_index("ix_audit_place", "audit", ["epoch", "xid", "id"])
    op.add_column(
        "installation", sa.Column("records_kept_months", sa.SmallInteger(), server_default="24", nullable=False)
    )
    op.create_check_constraint("records_kept_months", "installation", "records_kept_months BETWEEN 12 AND 120")
    _access_records()
    _seals()
    op.create_table(
        "access_review",
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("summary", postgresql.JSONB(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.Text(), nullable=True),
    )
    op.execute(REFUSE)
    op.execute(WRITTEN_ONCE)


def _access_records() -> None:
    op.create_table(
        "access_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("customer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("identity_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "xid", "id", "at", name="pk_access_record"),
        sa.CheckConstraint(ACTS, name="ck_access_record_act"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_access_record_at", "access_record", ["at", "id"])
    op.create_index("ix_access_record_actor", "access_record", ["actor_id", "at"])
    op.create_index("ix_access_record_customers", "access_record", ["customer_ids"], postgresql_using="gin")
    op.execute(MAKE_ALL)


def _seals() -> None:
    op.create_table(
        "seal_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "seal",
        sa.Column("log", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "seal_start",
        sa.Column("log", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
