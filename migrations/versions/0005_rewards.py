"""Rewards, redemptions, coupons, points set aside, and medical pauses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import protect

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.create_table(
        "loyalty_rewards",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("min_tier", sa.Text(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("stock_period", sa.Text(), nullable=True),
        sa.Column("person_limit", sa.Integer(), nullable=True),
        sa.Column("limit_period", sa.Text(), nullable=True),
        sa.Column("branches", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("fixed_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("discount_satang", sa.BigInteger(), nullable=True),
        sa.Column("minimum_satang", sa.BigInteger(), nullable=True),
        sa.Column("treatment_code", sa.Text(), nullable=True),
        sa.Column("refundable", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'discount') = (discount_satang is not null)", name=op.f("ck_loyalty_rewards_discount")
        ),
        sa.CheckConstraint(
            "(kind = 'treatment') = (treatment_code is not null)", name=op.f("ck_loyalty_rewards_treatment")
        ),
        sa.CheckConstraint("kind in ('discount', 'item', 'treatment')", name=op.f("ck_loyalty_rewards_kind")),
        sa.CheckConstraint(
            "limit_period in ('month', 'quarter', 'half_year', 'year')", name=op.f("ck_loyalty_rewards_limit_period")
        ),
        sa.CheckConstraint(
            "stock_period in ('month', 'quarter', 'half_year', 'year')", name=op.f("ck_loyalty_rewards_stock_period")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_loyalty_rewards_points")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_loyalty_rewards_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_loyalty_rewards")),
        sa.UniqueConstraint("clinic_id", "code", name=op.f("uq_loyalty_rewards_clinic_id_code")),
    )
    op.create_table(
        "loyalty_pauses",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.UUID(), nullable=True),
        sa.Column("ended_by", sa.UUID(), nullable=True),
        sa.CheckConstraint("reason in ('pregnancy', 'illness', 'other')", name=op.f("ck_loyalty_pauses_reason")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_loyalty_pauses_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "ended_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_loyalty_pauses_clinic_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "set_by"], ["users.clinic_id", "users.id"], name=op.f("fk_loyalty_pauses_clinic_id_set_by")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_loyalty_pauses_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_loyalty_pauses")),
    )
    op.create_index(
        "uq_loyalty_pauses_on",
        "loyalty_pauses",
        ["clinic_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "loyalty_redemptions",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("reward_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('held', 'issued', 'used', 'expired', 'cancelled')", name=op.f("ck_loyalty_redemptions_state")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_loyalty_redemptions_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "reward_id"],
            ["loyalty_rewards.clinic_id", "loyalty_rewards.id"],
            name=op.f("fk_loyalty_redemptions_clinic_id_reward_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_loyalty_redemptions_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_loyalty_redemptions")),
        sa.UniqueConstraint(
            "clinic_id", "customer_id", "number", name=op.f("uq_loyalty_redemptions_clinic_id_customer_id_number")
        ),
    )
    op.create_index(
        op.f("ix_loyalty_redemptions_clinic_id_reward_id_held_at"),
        "loyalty_redemptions",
        ["clinic_id", "reward_id", "held_at"],
        unique=False,
    )
    op.create_table(
        "customer_coupons",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("redemption_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "redemption_id"],
            ["loyalty_redemptions.clinic_id", "loyalty_redemptions.id"],
            name=op.f("fk_customer_coupons_clinic_id_redemption_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_customer_coupons_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_customer_coupons")),
        sa.UniqueConstraint("clinic_id", "code", name=op.f("uq_customer_coupons_clinic_id_code")),
        sa.UniqueConstraint("clinic_id", "redemption_id", name=op.f("uq_customer_coupons_clinic_id_redemption_id")),
    )
    op.create_table(
        "coupon_uses",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("coupon_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("branch_id", sa.UUID(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clinic_id", "branch_id"],
            ["branches.clinic_id", "branches.id"],
            name=op.f("fk_coupon_uses_clinic_id_branch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "coupon_id"],
            ["customer_coupons.clinic_id", "customer_coupons.id"],
            name=op.f("fk_coupon_uses_clinic_id_coupon_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "user_id"], ["users.clinic_id", "users.id"], name=op.f("fk_coupon_uses_clinic_id_user_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_coupon_uses_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_coupon_uses")),
        sa.UniqueConstraint("clinic_id", "coupon_id", name=op.f("uq_coupon_uses_clinic_id_coupon_id")),
    )
    op.add_column("point_lots", sa.Column("held", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_point_lots_held"), "point_lots", "held between 0 and remaining")
    protect("loyalty_rewards", "loyalty_pauses", "loyalty_redemptions", "customer_coupons", "coupon_uses")
