"""the tables of the spine"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Safe to run with the previous release up."""

    op.create_table(
        "clinics",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Asia/Bangkok", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinics")),
        sa.UniqueConstraint("slug", name=op.f("uq_clinics_slug")),
    )
    op.create_table(
        "clock",
        sa.Column("one", sa.Integer(), server_default="1", nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_clock_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_clock")),
    )
    op.create_table(
        "achievements",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_achievements_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_achievements")),
        sa.UniqueConstraint("clinic_id", "code", name=op.f("uq_achievements_clinic_id_code")),
    )
    op.create_table(
        "branches",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_branches_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_branches")),
        sa.UniqueConstraint("clinic_id", "code", name=op.f("uq_branches_clinic_id_code")),
    )
    op.create_table(
        "channel_accounts",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("holder", sa.UUID(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_channel_accounts_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_channel_accounts")),
        sa.UniqueConstraint("clinic_id", "channel", name=op.f("uq_channel_accounts_clinic_id_channel")),
    )
    op.create_table(
        "clinic_counters",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_counters_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_clinic_counters")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_clinic_counters_clinic_id_name")),
    )
    op.create_table(
        "followup_templates",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text_th", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_followup_templates_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_followup_templates")),
        sa.UniqueConstraint("clinic_id", "key", name=op.f("uq_followup_templates_clinic_id_key")),
    )
    op.create_table(
        "loyalty_tiers",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("enter_satang", sa.BigInteger(), nullable=False),
        sa.Column("keep_satang", sa.BigInteger(), nullable=False),
        sa.Column("multiplier_bp", sa.Integer(), nullable=False),
        sa.Column("expiry_months", sa.Integer(), nullable=False),
        sa.Column("welcome_points", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_loyalty_tiers_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_loyalty_tiers")),
        sa.UniqueConstraint("clinic_id", "code", name=op.f("uq_loyalty_tiers_clinic_id_code")),
    )
    op.create_table(
        "persons",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("preferred_channel", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("language in ('th', 'en')", name=op.f("ck_persons_language")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_persons_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_persons")),
    )
    op.create_table(
        "ticks",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_ticks_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_ticks")),
        sa.UniqueConstraint("clinic_id", "job", "due_at", name=op.f("uq_ticks_clinic_id_job_due_at")),
    )
    op.create_table(
        "treatments",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("price_satang", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recall_days", sa.Integer(), nullable=False),
        sa.Column("scan_required", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_treatments_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_treatments")),
        sa.UniqueConstraint("clinic_id", "code", name=op.f("uq_treatments_clinic_id_code")),
    )
    op.create_table(
        "workflow_events",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("actor_user_id", sa.UUID(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_workflow_events_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_workflow_events")),
    )
    op.create_index(
        op.f("ix_workflow_events_clinic_id_at"), "workflow_events", ["clinic_id", "at"], unique=False
    )
    op.create_table(
        "channel_identities",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), server_default="", nullable=False),
        sa.Column("reachable", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "account_id"],
            ["channel_accounts.clinic_id", "channel_accounts.id"],
            name=op.f("fk_channel_identities_clinic_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["persons.clinic_id", "persons.id"],
            name=op.f("fk_channel_identities_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_channel_identities_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_channel_identities")),
        sa.UniqueConstraint(
            "clinic_id",
            "account_id",
            "external_id",
            name=op.f("uq_channel_identities_clinic_id_account_id_external_id"),
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "account_id",
            "person_id",
            name=op.f("uq_channel_identities_clinic_id_account_id_person_id"),
        ),
    )
    op.create_table(
        "customer_journey_events",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("identity_id", sa.UUID(), nullable=True),
        sa.Column("event_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["persons.clinic_id", "persons.id"],
            name=op.f("fk_customer_journey_events_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_customer_journey_events_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_customer_journey_events")),
    )
    op.create_index(
        op.f("ix_customer_journey_events_clinic_id_person_id_at"),
        "customer_journey_events",
        ["clinic_id", "person_id", "at"],
        unique=False,
    )
    op.create_table(
        "followup_rules",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("offset_days", sa.Integer(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=True),
        sa.Column("message_class", sa.Text(), nullable=False),
        sa.Column("template_key", sa.Text(), nullable=False),
        sa.Column("treatment_id", sa.UUID(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "message_class in ('safety', 'care', 'service', 'marketing')",
            name=op.f("ck_followup_rules_message_class"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_followup_rules_clinic_id_treatment_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_followup_rules_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_followup_rules")),
        sa.UniqueConstraint("clinic_id", "key", name=op.f("uq_followup_rules_clinic_id_key")),
    )
    op.create_table(
        "inbox",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state in ('pending', 'done', 'parked')", name=op.f("ck_inbox_state")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "account_id"],
            ["channel_accounts.clinic_id", "channel_accounts.id"],
            name=op.f("fk_inbox_clinic_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_inbox_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_inbox")),
        sa.UniqueConstraint(
            "clinic_id", "account_id", "event_id", name=op.f("uq_inbox_clinic_id_account_id_event_id")
        ),
    )
    op.create_index(
        "ix_inbox_pending",
        "inbox",
        ["account_id", "lane", "seq"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "stage_tasks",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("treatment_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_stage_tasks_clinic_id_treatment_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_stage_tasks_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_stage_tasks")),
        sa.UniqueConstraint(
            "clinic_id",
            "stage",
            "treatment_id",
            "kind",
            name=op.f("uq_stage_tasks_clinic_id_stage_treatment_id_kind"),
        ),
    )
    op.create_table(
        "users",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("branch_id", sa.UUID(), nullable=True),
        sa.Column(
            "skills", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False
        ),
        sa.Column("licence_no", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role in ('beautician', 'doctor', 'sales', 'manager')", name=op.f("ck_users_role")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "branch_id"],
            ["branches.clinic_id", "branches.id"],
            name=op.f("fk_users_clinic_id_branch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["persons.clinic_id", "persons.id"],
            name=op.f("fk_users_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_users_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint("clinic_id", "person_id", name=op.f("uq_users_clinic_id_person_id")),
    )
    op.create_table(
        "customer_conversations",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("identity_id", sa.UUID(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "identity_id"],
            ["channel_identities.clinic_id", "channel_identities.id"],
            name=op.f("fk_customer_conversations_clinic_id_identity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_customer_conversations_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_customer_conversations")),
        sa.UniqueConstraint(
            "clinic_id", "identity_id", name=op.f("uq_customer_conversations_clinic_id_identity_id")
        ),
    )
    op.create_table(
        "customers",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("branch_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "branch_id"],
            ["branches.clinic_id", "branches.id"],
            name=op.f("fk_customers_clinic_id_branch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "owner_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_customers_clinic_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["persons.clinic_id", "persons.id"],
            name=op.f("fk_customers_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_customers_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_customers")),
        sa.UniqueConstraint("clinic_id", "person_id", name=op.f("uq_customers_clinic_id_person_id")),
    )
    op.create_index(op.f("ix_customers_clinic_id_phone"), "customers", ["clinic_id", "phone"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_kind", sa.Text(), nullable=False),
        sa.Column("message_class", sa.Text(), server_default="service", nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("identity_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("notice_kind", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("content_version", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("inbox_id", sa.UUID(), nullable=True),
        sa.Column("edits_id", sa.UUID(), nullable=True),
        sa.Column("reply_token", sa.Text(), nullable=True),
        sa.Column("reply_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_key", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("repeated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("row_kind in ('answer', 'edit', 'notice')", name=op.f("ck_outbox_row_kind")),
        sa.CheckConstraint(
            "state in ('pending', 'sending', 'sent', 'refused', 'unknown', 'dropped')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "account_id"],
            ["channel_accounts.clinic_id", "channel_accounts.id"],
            name=op.f("fk_outbox_clinic_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "identity_id"],
            ["channel_identities.clinic_id", "channel_identities.id"],
            name=op.f("fk_outbox_clinic_id_identity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"],
            ["persons.clinic_id", "persons.id"],
            name=op.f("fk_outbox_clinic_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_outbox_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_clinic_id_person_id"), "outbox", ["clinic_id", "person_id"], unique=False)
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["account_id", "seq"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )
    op.create_index(
        "ix_outbox_subject",
        "outbox",
        ["clinic_id", "subject"],
        unique=False,
        postgresql_where=sa.text("subject is not null"),
    )
    op.create_table(
        "achievement_awards",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("achievement_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "achievement_id"],
            ["achievements.clinic_id", "achievements.id"],
            name=op.f("fk_achievement_awards_clinic_id_achievement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_achievement_awards_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_achievement_awards_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_achievement_awards")),
        sa.UniqueConstraint(
            "clinic_id",
            "achievement_id",
            "customer_id",
            "cycle",
            name=op.f("uq_achievement_awards_clinic_id_achievement_id_customer_id_cycle"),
        ),
    )
    op.create_table(
        "consents",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=True),
        sa.Column("actor_person_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_consents_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_consents_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_clinic_id_customer_id_purpose_at"),
        "consents",
        ["clinic_id", "customer_id", "purpose", "at"],
        unique=False,
    )
    op.create_table(
        "customer_preferences",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_customer_preferences_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_customer_preferences_clinic_id")
        ),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_customer_preferences")),
        sa.UniqueConstraint(
            "clinic_id", "customer_id", name=op.f("uq_customer_preferences_clinic_id_customer_id")
        ),
    )
    op.create_table(
        "invitations",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("journey_id", sa.UUID(), nullable=True),
        sa.Column("invited_by", sa.UUID(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.UUID(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(user_id is null) <> (customer_id is null)", name=op.f("ck_invitations_one_target")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_invitations_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "used_by"],
            ["channel_identities.clinic_id", "channel_identities.id"],
            name=op.f("fk_invitations_clinic_id_used_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "user_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_invitations_clinic_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_invitations_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("clinic_id", "code_hash", name=op.f("uq_invitations_clinic_id_code_hash")),
    )
    op.create_table(
        "loyalty_profiles",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("tier_valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending_points", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active_points", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_points", sa.Integer(), server_default="0", nullable=False),
        sa.Column("debt_points", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "pending_points >= 0 and active_points >= 0 and held_points >= 0 and debt_points >= 0",
            name=op.f("ck_loyalty_profiles_balances"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_loyalty_profiles_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_loyalty_profiles_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_loyalty_profiles")),
        sa.UniqueConstraint(
            "clinic_id", "customer_id", name=op.f("uq_loyalty_profiles_clinic_id_customer_id")
        ),
    )
    op.create_table(
        "workflow_states",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("treatment_id", sa.UUID(), nullable=False),
        sa.Column("branch_id", sa.UUID(), nullable=True),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("agreed_satang", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stage in ('lead', 'scanned', 'proposal_sent', 'payment_confirmed', 'treatment_scheduled', 'treatment_started', 'treatment_completed', 'follow_up', 'closed', 'lost', 'cancelled')",
            name=op.f("ck_workflow_states_stage"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "branch_id"],
            ["branches.clinic_id", "branches.id"],
            name=op.f("fk_workflow_states_clinic_id_branch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_workflow_states_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "owner_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_workflow_states_clinic_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_workflow_states_clinic_id_treatment_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_workflow_states_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_workflow_states")),
    )
    op.create_index(
        op.f("ix_workflow_states_clinic_id_customer_id"),
        "workflow_states",
        ["clinic_id", "customer_id"],
        unique=False,
    )
    op.create_index(
        "uq_workflow_states_open",
        "workflow_states",
        ["clinic_id", "customer_id", "treatment_id"],
        unique=True,
        postgresql_where=sa.text(
            "stage not in ('closed', 'lost', 'cancelled', 'treatment_completed', 'follow_up')"
        ),
    )
    op.create_table(
        "followup_executions",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("rule_id", sa.UUID(), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("anchor_version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("skipped_because", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'sending', 'sent', 'answered', 'closed', 'skipped', 'failed', 'cancelled')",
            name=op.f("ck_followup_executions_state"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_followup_executions_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_followup_executions_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "rule_id"],
            ["followup_rules.clinic_id", "followup_rules.id"],
            name=op.f("fk_followup_executions_clinic_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_followup_executions_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_followup_executions")),
        sa.UniqueConstraint(
            "clinic_id",
            "rule_id",
            "journey_id",
            "anchor_version",
            name=op.f("uq_followup_executions_clinic_id_rule_id_journey_id_anchor_version"),
        ),
    )
    op.create_index(
        "ix_followup_executions_due",
        "followup_executions",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "payments",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("amount_satang", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("receipt_no", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.UUID(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("method in ('cash', 'card', 'transfer')", name=op.f("ck_payments_method")),
        sa.CheckConstraint("amount_satang > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "confirmed_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_payments_clinic_id_confirmed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_payments_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_payments_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_payments_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint("clinic_id", "intent", name=op.f("uq_payments_clinic_id_intent")),
        sa.UniqueConstraint("clinic_id", "receipt_no", name=op.f("uq_payments_clinic_id_receipt_no")),
    )
    op.create_index(
        op.f("ix_payments_clinic_id_journey_id"), "payments", ["clinic_id", "journey_id"], unique=False
    )
    op.create_table(
        "task_queue",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="requested", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("assignee_id", sa.UUID(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accept_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('requested', 'accepted', 'declined', 'expired', 'in_progress', 'on_hold', 'released', 'completed', 'failed', 'cancelled', 'entered_in_error')",
            name=op.f("ck_task_queue_state"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "assignee_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_task_queue_clinic_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_task_queue_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_task_queue_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_task_queue")),
    )
    op.create_index(
        "uq_task_queue_open",
        "task_queue",
        ["clinic_id", "journey_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state in ('requested', 'accepted', 'in_progress', 'on_hold')"),
    )
    op.create_table(
        "workflow_actions",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_stage", sa.Text(), nullable=True),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor_user_id", sa.UUID(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "actor_user_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_workflow_actions_clinic_id_actor_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_workflow_actions_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_workflow_actions_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_workflow_actions")),
        sa.UniqueConstraint(
            "clinic_id",
            "journey_id",
            "version",
            name=op.f("uq_workflow_actions_clinic_id_journey_id_version"),
        ),
    )
    op.create_table(
        "point_lots",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.UUID(), nullable=True),
        sa.Column("journey_id", sa.UUID(), nullable=True),
        sa.Column("tier_spend_satang", sa.BigInteger(), nullable=False),
        sa.Column("multiplier_bp", sa.Integer(), nullable=False),
        sa.Column("expiry_months", sa.Integer(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('pending', 'active', 'expired', 'cancelled')", name=op.f("ck_point_lots_state")
        ),
        sa.CheckConstraint("remaining between 0 and points", name=op.f("ck_point_lots_remaining")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "account_id"],
            ["loyalty_profiles.clinic_id", "loyalty_profiles.id"],
            name=op.f("fk_point_lots_clinic_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_point_lots_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "payment_id"],
            ["payments.clinic_id", "payments.id"],
            name=op.f("fk_point_lots_clinic_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_point_lots_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_point_lots")),
    )
    op.create_index(
        op.f("ix_point_lots_clinic_id_account_id"), "point_lots", ["clinic_id", "account_id"], unique=False
    )
    op.create_table(
        "point_transactions",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("actor_user_id", sa.UUID(), nullable=True),
        sa.Column("event_id", sa.UUID(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('earn', 'activate', 'cancel_pending', 'hold', 'release', 'redeem', 'restore', 'expire', 'clawback', 'adjust', 'transfer_out', 'transfer_in')",
            name=op.f("ck_point_transactions_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "account_id"],
            ["loyalty_profiles.clinic_id", "loyalty_profiles.id"],
            name=op.f("fk_point_transactions_clinic_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "lot_id"],
            ["point_lots.clinic_id", "point_lots.id"],
            name=op.f("fk_point_transactions_clinic_id_lot_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_point_transactions_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_point_transactions")),
        sa.UniqueConstraint("clinic_id", "key", name=op.f("uq_point_transactions_clinic_id_key")),
    )
    op.create_index(
        op.f("ix_point_transactions_clinic_id_account_id_at"),
        "point_transactions",
        ["clinic_id", "account_id", "at"],
        unique=False,
    )
    op.create_table(
        "point_allocations",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("transaction_id", sa.UUID(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_point_allocations_points")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "lot_id"],
            ["point_lots.clinic_id", "point_lots.id"],
            name=op.f("fk_point_allocations_clinic_id_lot_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "transaction_id"],
            ["point_transactions.clinic_id", "point_transactions.id"],
            name=op.f("fk_point_allocations_clinic_id_transaction_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_point_allocations_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_point_allocations")),
        sa.UniqueConstraint(
            "clinic_id",
            "transaction_id",
            "lot_id",
            name=op.f("uq_point_allocations_clinic_id_transaction_id_lot_id"),
        ),
    )

