"""Tables of rewards, of their redemptions, of the coupons these give, and of each coupon's one use."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from domain.database.metadata import clinic_table, moment, number, ref, satang, unique, uuid, words

_PERIODS = "('month', 'quarter', 'half_year', 'year')"

# A stock or limit without a period counts for ever; no branches means all of them.
loyalty_rewards = clinic_table(
    "loyalty_rewards",
    words("code"),
    words("name_th"),
    words("name_en"),
    number("points"),
    words("min_tier"),
    number("stock", null=True),
    words("stock_period", null=True),
    number("person_limit", null=True),
    words("limit_period", null=True),
    Column("branches", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    moment("active_from", null=True),
    moment("active_until", null=True),
    number("valid_days"),
    moment("fixed_end", null=True),
    words("kind"),
    satang("discount_satang", null=True),
    satang("minimum_satang", null=True),
    words("treatment_code", null=True),
    Column("refundable", Boolean, nullable=False, server_default=text("true")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    unique("code"),
    CheckConstraint("points > 0", name="points"),
    CheckConstraint("kind in ('discount', 'item', 'treatment')", name="kind"),
    CheckConstraint("(kind = 'discount') = (discount_satang is not null)", name="discount"),
    CheckConstraint("(kind = 'treatment') = (treatment_code is not null)", name="treatment"),
    CheckConstraint(f"stock_period in {_PERIODS}", name="stock_period"),
    CheckConstraint(f"limit_period in {_PERIODS}", name="limit_period"),
)

# `number` counts a customer's redemptions from 1: the intent that a confirmation carries, so that none counts twice.
loyalty_redemptions = clinic_table(
    "loyalty_redemptions",
    uuid("reward_id"),
    uuid("customer_id"),
    number("number"),
    number("points"),
    words("state"),
    moment("held_at"),
    moment("closed_at", null=True),
    words("closed_by", null=True),
    unique("customer_id", "number"),
    ref("reward_id", "loyalty_rewards"),
    ref("customer_id", "customers"),
    CheckConstraint("state in ('held', 'issued', 'used', 'expired', 'cancelled')", name="state"),
    Index(None, "clinic_id", "reward_id", "held_at"),
)

# `secret` signs the picture that is shown at the counter; the code alone is what people type.
customer_coupons = clinic_table(
    "customer_coupons",
    uuid("redemption_id"),
    words("code"),
    words("secret"),
    moment("issued_at"),
    moment("expires_at"),
    unique("redemption_id"),
    unique("code"),
    ref("redemption_id", "loyalty_redemptions"),
)

# The unique key is what makes a coupon work once, whatever else fails.
coupon_uses = clinic_table(
    "coupon_uses",
    uuid("coupon_id"),
    uuid("user_id"),
    uuid("branch_id", null=True),
    moment("at"),
    uuid("event_id", null=True),
    unique("coupon_id"),
    ref("coupon_id", "customer_coupons"),
    ref("user_id", "users"),
    ref("branch_id", "branches"),
)
