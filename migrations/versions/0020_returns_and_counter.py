"""Returns and their policy; what tills send, and links to members' codes.

Revision: 0020
Follows: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
works_with = "0002"
"""The oldest version whose code may go on working on this schema, see docs/adr/0020."""


def upgrade() -> None:
    op.add_column("customer_order", sa.Column("place", sa.Text(), server_default="", nullable=False))
    op.add_column("customer_order", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    _returns()
    _counter()


def _returns() -> None:
    op.create_table(
        "return_policy",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("counted_from", sa.Text(), nullable=False),
        sa.Column("shop_days", sa.BigInteger(), nullable=False),
        sa.Column("fault_days", sa.BigInteger(), nullable=False),
        sa.Column("check_faults", sa.Boolean(), nullable=False),
        sa.Column("used", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("online_to_shop", sa.Boolean(), nullable=False),
        sa.Column("shop_by_post", sa.Boolean(), nullable=False),
        sa.Column("exchanges", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_return_policy_single")),
        sa.CheckConstraint("days BETWEEN 7 AND 3650", name=op.f("ck_return_policy_days")),
        sa.CheckConstraint("fault_days BETWEEN 92 AND 3650", name=op.f("ck_return_policy_fault_days")),
        sa.CheckConstraint("shop_days BETWEEN 0 AND 3650", name=op.f("ck_return_policy_shop_days")),
        sa.CheckConstraint("counted_from IN ('delivered', 'placed')", name=op.f("ck_return_policy_counted_from")),
        sa.CheckConstraint("used IN ('person', 'refused')", name=op.f("ck_return_policy_used")),
        sa.CheckConstraint("payer IN ('customer', 'company')", name=op.f("ck_return_policy_payer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_policy")),
    )
    op.create_table(
        "return_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("bought_at", sa.Text(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("wanted IN ('refund', 'exchange')", name=op.f("ck_return_case_wanted")),
        sa.CheckConstraint("bought_at IN ('online', 'shop')", name=op.f("ck_return_case_bought_at")),
        sa.CheckConstraint("return_to IN ('post', 'shop')", name=op.f("ck_return_case_return_to")),
        sa.CheckConstraint("verdict IN ('allowed', 'person', 'refused')", name=op.f("ck_return_case_verdict")),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'refused', 'received', 'refunded', 'exchanged', 'withdrawn')",
            name=op.f("ck_return_case_state"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_return_case_amount")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_return_case_conversation_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_return_case_identity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_return_case_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_return_case_place_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_case")),
        sa.UniqueConstraint("asked_by", "key", name=op.f("uq_return_case_asked_by_key")),
    )
    newest = [sa.literal_column("asked_at DESC"), sa.literal_column("id DESC")]
    op.create_index("ix_return_case_order", "return_case", ["order_id"])
    op.create_index("ix_return_case_identity", "return_case", ["identity_id"])
    op.create_index(
        "ix_return_case_conversation",
        "return_case",
        ["conversation_id"],
        postgresql_where=sa.text("conversation_id IS NOT NULL"),
    )
    op.create_index("ix_return_case_asked", "return_case", newest)
    op.create_index(
        "ix_return_case_open",
        "return_case",
        newest,
        postgresql_where=sa.text("state IN ('asked', 'approved', 'received')"),
    )
    op.create_table(
        "return_line",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("product_key", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("exchange_sku", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_return_line_quantity")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["return_case.id"], name=op.f("fk_return_line_return_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("return_id", "number", name=op.f("pk_return_line")),
    )
    op.create_table(
        "return_step",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"], ["return_case.id"], name=op.f("fk_return_step_return_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("return_id", "number", name=op.f("pk_return_step")),
    )


def _counter() -> None:
    op.create_table(
        "member_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_member_link_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_link")),
    )
    op.create_index(
        "ix_member_link_identity",
        "member_link",
        ["identity_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "counter_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("known_by", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("code_digest", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('visit', 'sale', 'return')", name=op.f("ck_counter_act_kind")),
        sa.CheckConstraint("known_by IN ('code', 'phone')", name=op.f("ck_counter_act_known_by")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_counter_act_identity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_counter_act_place_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["return_id"], ["return_case.id"], name=op.f("fk_counter_act_return_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["counter_act.id"], name=op.f("fk_counter_act_visit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_act")),
        sa.UniqueConstraint("actor", "key", name=op.f("uq_counter_act_actor_key")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_counter_act_code_digest")),
    )
    op.create_index("ix_counter_act_identity", "counter_act", ["identity_id"])
    op.create_index(
        "ix_counter_act_visit", "counter_act", ["visit_id"], postgresql_where=sa.text("visit_id IS NOT NULL")
    )
    op.create_index(
        "ix_counter_act_sale",
        "counter_act",
        ["place_id", "number"],
        unique=True,
        postgresql_where=sa.text("kind = 'sale'"),
    )
    op.create_index(
        "ix_counter_act_return", "counter_act", ["return_id"], postgresql_where=sa.text("return_id IS NOT NULL")
    )
