"""The tables of the machinery: inbox, outbox, calendar ticks, and the clinic clock's offset."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.database.metadata import (
    clinic_table,
    jsonb,
    metadata,
    moment,
    number,
    ref,
    unique,
    uuid,
    words,
)

# Every event a platform delivered. Ids stay 30 days as a set (platforms repeat and reorder events, and
# Telegram's ids may start anywhere), the payload is erased 3 days after the work is done.
inbox = clinic_table(
    "inbox",
    uuid("account_id"),
    words("event_id"),
    words("lane"),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("payload", JSONB, nullable=True),
    words("state", default="pending"),
    number("attempts", default=0),
    moment("received_at"),
    moment("lease_until", null=True),
    Column("lease", BigInteger, nullable=False, server_default="0"),
    moment("done_at", null=True),
    words("error", null=True),
    unique("account_id", "event_id"),
    ref("account_id", "channel_accounts"),
    CheckConstraint("state in ('pending', 'done', 'parked')", name="state"),
    Index("ix_inbox_pending", "account_id", "lane", "seq", postgresql_where=text("state = 'pending'")),
    Index("ix_inbox_lane", "clinic_id", "account_id", "lane", postgresql_where=text("payload is not null")),
    Index("ix_inbox_parked", "clinic_id", "received_at", postgresql_where=text("state = 'parked'")),
)

# Everything that leaves. An answer is a finished card, an edit replaces a sent card, a notice is a kind
# with facts that becomes a card when it is sent, a menu is the key of what the chat's menu is to be.
outbox = clinic_table(
    "outbox",
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    words("row_kind"),
    words("message_class", default="service"),
    uuid("account_id"),
    uuid("identity_id"),
    uuid("person_id"),
    words("recipient"),
    words("notice_kind", null=True),
    words("subject", null=True),
    jsonb("content"),
    Column("content_version", SmallInteger, nullable=False, server_default="1"),
    uuid("inbox_id", null=True),
    uuid("edits_id", null=True),
    words("reply_token", null=True),
    moment("reply_until", null=True),
    Column("retry_key", metadata.tables["inbox"].c.id.type, nullable=False, server_default=text("gen_random_uuid()")),
    words("state", default="pending"),
    Column("repeated", Boolean, nullable=False, server_default=text("false")),
    number("attempts", default=0),
    moment("created_at"),
    moment("not_before", null=True),
    moment("lease_until", null=True),
    moment("sent_at", null=True),
    Column("message_ids", JSONB, nullable=True),
    words("error", null=True),
    ref("account_id", "channel_accounts"),
    ref("identity_id", "channel_identities"),
    ref("person_id", "persons"),
    CheckConstraint("row_kind in ('answer', 'edit', 'notice', 'menu')", name="row_kind"),
    CheckConstraint("state in ('pending', 'sending', 'sent', 'refused', 'unknown', 'dropped')", name="state"),
    Index("ix_outbox_due", "account_id", "seq", postgresql_where=text("state in ('pending', 'sending')")),
    Index("ix_outbox_doubt", "created_at", postgresql_where=text("state in ('unknown', 'refused')")),
    Index(None, "clinic_id", "person_id"),
    Index("ix_outbox_subject", "clinic_id", "subject", postgresql_where=text("subject is not null")),
)

# One row for each time a calendar job was due: the row is the right to run it, so any number of
# schedulers run it once.
ticks = clinic_table(
    "ticks",
    words("job"),
    moment("due_at"),
    moment("ran_at"),
    unique("job", "due_at"),
)

# "Look at this again then": one row for a kind of look and its subject, gone once it was done.
timers = clinic_table(
    "timers",
    words("kind"),
    uuid("subject_id"),
    moment("due_at"),
    number("attempts", default=0),
    unique("kind", "subject_id"),
    Index("ix_timers_due", "due_at"),
    Index(None, "clinic_id", "due_at"),
)

# The clinic clock: how far `now` runs ahead of real time. Zero outside the demo and the tests;
# only the owner may change it.
clock = Table(
    "clock",
    metadata,
    Column("one", Integer, primary_key=True, server_default="1"),
    Column("offset_seconds", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("one = 1", name="one"),
)
