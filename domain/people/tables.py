"""Tables of persons, their channel identities, staff (`users`), customers, invitations and consents."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Computed, Date, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from domain.database.metadata import clinic_table, jsonb, moment, ref, unique, uuid, words

# One row a human being; hats (`users`, `customers`) and chats (`channel_identities`) point at it.
persons = clinic_table(
    "persons",
    words("name", default=""),
    words("language", null=True),
    words("preferred_channel", null=True),
    moment("created_at"),
    CheckConstraint("language in ('th', 'en')", name="language"),
)

channel_identities = clinic_table(
    "channel_identities",
    uuid("account_id"),
    words("external_id"),
    uuid("person_id"),
    words("display_name", default=""),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    moment("last_seen_at"),
    unique("account_id", "external_id"),
    # A person has at most one chat on an account: two people can never share one binding.
    unique("account_id", "person_id"),
    ref("account_id", "channel_accounts"),
    ref("person_id", "persons"),
)

users = clinic_table(
    "users",
    uuid("person_id"),
    words("name"),
    words("role"),
    uuid("branch_id", null=True),
    Column("skills", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    words("licence_no", null=True),
    Column("on_duty", Boolean, nullable=False, server_default=text("true")),
    moment("removed_at", null=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    moment("created_at"),
    unique("person_id"),
    ref("person_id", "persons"),
    ref("branch_id", "branches"),
    CheckConstraint("role in ('beautician', 'doctor', 'sales', 'manager')", name="role"),
)

customers = clinic_table(
    "customers",
    uuid("person_id"),
    words("name"),
    words("nickname", default=""),
    # What staff read out and type: the clinic's own number of the customer.
    words("code", null=True),
    words("phone", null=True),
    Column("birth_date", Date, nullable=True),
    words("source", default=""),
    uuid("owner_id", null=True),
    uuid("branch_id", null=True),
    # What a name is looked for by: PostgreSQL keeps it, whoever writes the row.
    Column("search_text", Text, Computed("search_key(name, nickname)", persisted=True)),
    moment("created_at"),
    unique("person_id"),
    ref("person_id", "persons"),
    ref("owner_id", "users"),
    ref("branch_id", "branches"),
    unique("code"),
    # A phone may belong to two people, so this is no unique key.
    Index(None, "clinic_id", "phone"),
)

# One-time codes that bind a chat to a staff member or a customer; only a keyed hash is kept.
invitations = clinic_table(
    "invitations",
    words("code_hash"),
    uuid("user_id", null=True),
    uuid("customer_id", null=True),
    uuid("journey_id", null=True),
    uuid("invited_by", null=True),
    moment("expires_at"),
    moment("created_at"),
    moment("used_at", null=True),
    uuid("used_by", null=True),
    moment("revoked_at", null=True),
    unique("code_hash"),
    ref("user_id", "users"),
    ref("customer_id", "customers"),
    ref("used_by", "channel_identities"),
    CheckConstraint("(user_id is null) <> (customer_id is null)", name="one_target"),
)

# Every yes and every no, with the words that were shown; the newest row of a purpose counts.
consents = clinic_table(
    "consents",
    uuid("customer_id"),
    words("purpose"),
    words("version"),
    words("language"),
    words("text_hash"),
    Column("given", Boolean, nullable=False),
    words("channel"),
    uuid("event_id", null=True),
    uuid("actor_person_id"),
    moment("at"),
    ref("customer_id", "customers"),
    Index(None, "clinic_id", "customer_id", "purpose", "at"),
)

# What a performer must know before touching a customer: read by those who treat, never by sales.
health_alerts = clinic_table(
    "health_alerts",
    uuid("customer_id"),
    words("kind"),
    words("text"),
    Column("blocks", Boolean, nullable=False, server_default=text("false")),
    uuid("noted_by", null=True),
    moment("noted_at"),
    moment("cleared_at", null=True),
    uuid("cleared_by", null=True),
    ref("customer_id", "customers"),
    ref("noted_by", "users"),
    ref("cleared_by", "users"),
    CheckConstraint("kind in ('allergy', 'pregnancy', 'medicine', 'illness', 'reaction', 'other')", name="kind"),
    Index(None, "clinic_id", "customer_id"),
)

# What staff wrote down about a customer; append-only, so that nobody's words are changed by another.
customer_notes = clinic_table(
    "customer_notes",
    uuid("customer_id"),
    words("text"),
    uuid("written_by"),
    moment("written_at"),
    ref("customer_id", "customers"),
    ref("written_by", "users"),
    Index(None, "clinic_id", "customer_id", "written_at"),
)

customer_preferences = clinic_table(
    "customer_preferences",
    uuid("customer_id"),
    jsonb("settings"),
    unique("customer_id"),
    ref("customer_id", "customers"),
)
