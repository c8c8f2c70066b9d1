"""The ledger of consents, its texts, notes of age, and the notices that the law wants.

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
works_with = "0002"
"""Only new tables. Code of the version before refuses advertising altogether."""

PURPOSE = "purpose IN ('service', 'marketing', 'night_marketing', 'profiling', 'overseas', 'third_party')"

# Erasing a person says so in its transaction; nothing else may take an entry away, and nothing may change one.
LEDGER = """
CREATE FUNCTION damso_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('damso.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is written once', TG_TABLE_NAME;
END $$
"""
WRITTEN_ONCE = """
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION damso_ledger()
"""


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(PURPOSE, name=op.f("ck_consent_text_purpose")),
        sa.CheckConstraint("locale IN ('ko', 'en')", name=op.f("ck_consent_text_locale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint("purpose", "locale", "version", name=op.f("uq_consent_text_purpose_locale_version")),
    )
    _ledger()
    _notices()
    op.execute(LEDGER)
    for table in ("consent_text", "consent", "consent_age"):
        op.execute(WRITTEN_ONCE.format(table=table))


def _ledger() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=True),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("external_key", sa.Text(), nullable=True),
        sa.CheckConstraint(PURPOSE, name=op.f("ck_consent_purpose")),
        sa.ForeignKeyConstraint(["identity_id"], ["identity.id"], name=op.f("fk_consent_identity_id")),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name=op.f("fk_consent_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_identity", "consent", ["identity_id", "at"])
    op.create_index(
        "uq_consent_external_key",
        "consent",
        ["external_key"],
        unique=True,
        postgresql_where=sa.text("external_key IS NOT NULL"),
    )
    op.create_table(
        "consent_age",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("under_14", sa.Boolean(), nullable=False),
        sa.Column("guardian_consented", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["identity.id"], name=op.f("fk_consent_age_identity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_age")),
    )
    op.create_index("ix_consent_age_identity", "consent_age", ["identity_id", "id"])


def _notices() -> None:
    op.create_table(
        "consent_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("consent_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("send_key", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('result', 'confirm')", name=op.f("ck_consent_notice_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'by_hand', 'queued', 'sent', 'dropped')", name=op.f("ck_consent_notice_state")
        ),
        sa.ForeignKeyConstraint(["identity_id"], ["identity.id"], name=op.f("fk_consent_notice_identity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_notice")),
    )
    waiting, open_ = sa.text("state = 'waiting'"), sa.text("state IN ('by_hand', 'queued')")
    op.create_index(
        "uq_consent_notice_waiting",
        "consent_notice",
        ["identity_id", "kind", "due_on"],
        unique=True,
        postgresql_where=waiting,
    )
    op.create_index("ix_consent_notice_try", "consent_notice", ["try_at"], postgresql_where=waiting)
    op.create_index("ix_consent_notice_open", "consent_notice", ["due_on", "id"], postgresql_where=open_)
    op.create_index("ix_consent_notice_identity", "consent_notice", ["identity_id"])
    op.create_index(
        "uq_consent_notice_send_key",
        "consent_notice",
        ["send_key"],
        unique=True,
        postgresql_where=sa.text("send_key IS NOT NULL"),
    )
