"""Tables of the points ledger: accounts, append-only rows, lots, allocations, and the tier ladder."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, satang, unique, uuid, words

loyalty_tiers = clinic_table(
    "loyalty_tiers",
    words("code"),
    words("name_th"),
    words("name_en"),
    satang("enter_satang"),
    satang("keep_satang"),
    number("multiplier_bp"),
    number("expiry_months"),
    number("welcome_points", default=0),
    unique("code"),
)

# The account row is the lock; its balances are a cache that the ledger can always rebuild.
loyalty_profiles = clinic_table(
    "loyalty_profiles",
    uuid("customer_id"),
    words("tier"),
    moment("tier_valid_until", null=True),
    number("pending_points", default=0),
    number("active_points", default=0),
    number("held_points", default=0),
    number("debt_points", default=0),
    number("version", default=1),
    moment("created_at"),
    unique("customer_id"),
    ref("customer_id", "customers"),
    CheckConstraint(
        "pending_points >= 0 and active_points >= 0 and held_points >= 0 and debt_points >= 0", name="balances"
    ),
)

point_lots = clinic_table(
    "point_lots",
    uuid("account_id"),
    number("points"),
    number("remaining"),
    # Of what remains, set aside for redemptions.
    number("held", default=0),
    words("state"),
    words("source"),
    uuid("payment_id", null=True),
    uuid("journey_id", null=True),
    # The line of the plan that was paid, and how many treatments release its points; null: the journey as a whole.
    uuid("line_id", null=True),
    number("sessions", default=1),
    # The lot of a course from which one treatment released these points.
    uuid("parent_id", null=True),
    satang("tier_spend_satang"),
    number("multiplier_bp"),
    number("expiry_months"),
    moment("earned_at"),
    moment("active_from", null=True),
    moment("expires_at", null=True),
    ref("account_id", "loyalty_profiles"),
    ref("payment_id", "payments"),
    ref("journey_id", "workflow_states"),
    ref("parent_id", "point_lots"),
    CheckConstraint("remaining between 0 and points", name="remaining"),
    CheckConstraint("held between 0 and remaining", name="held"),
    CheckConstraint("state in ('pending', 'active', 'expired', 'cancelled')", name="state"),
    Index(None, "clinic_id", "account_id"),
)

# The books: rows are only ever inserted (the program may not update or delete them).
point_transactions = clinic_table(
    "point_transactions",
    uuid("account_id"),
    words("kind"),
    number("points"),
    uuid("lot_id", null=True),
    words("key"),
    words("body_hash"),
    words("reason"),
    jsonb("facts"),
    uuid("actor_user_id", null=True),
    uuid("event_id", null=True),
    moment("at"),
    unique("key"),
    ref("account_id", "loyalty_profiles"),
    ref("lot_id", "point_lots"),
    CheckConstraint(
        "kind in ('earn', 'activate', 'cancel_pending', 'hold', 'release', 'redeem', 'restore', 'expire',"
        " 'clawback', 'adjust', 'transfer_out', 'transfer_in')",
        name="kind",
    ),
    Index(None, "clinic_id", "account_id", "at"),
)

point_allocations = clinic_table(
    "point_allocations",
    uuid("transaction_id"),
    uuid("lot_id"),
    number("points"),
    ref("transaction_id", "point_transactions"),
    ref("lot_id", "point_lots"),
    unique("transaction_id", "lot_id"),
    CheckConstraint("points > 0", name="points"),
)

# Medical pauses: while one is on, the customer's tier and points do not come nearer to their end.
loyalty_pauses = clinic_table(
    "loyalty_pauses",
    uuid("customer_id"),
    words("reason"),
    moment("started_at"),
    moment("until"),
    moment("ended_at", null=True),
    uuid("set_by", null=True),
    uuid("ended_by", null=True),
    ref("customer_id", "customers"),
    ref("set_by", "users"),
    ref("ended_by", "users"),
    unique("customer_id", where="ended_at is null", name="uq_loyalty_pauses_on"),
    CheckConstraint("reason in ('pregnancy', 'illness', 'other')", name="reason"),
)
