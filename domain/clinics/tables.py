"""Tables of clinics, branches, treatments, channel accounts and gap-free counters."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Computed, LargeBinary, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from domain.database.metadata import (
    clinic_table,
    jsonb,
    metadata,
    moment,
    number,
    ref,
    satang,
    unique,
    uuid,
    words,
)

clinics = Table(
    "clinics",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    words("slug"),
    words("name_th"),
    words("name_en"),
    words("timezone", default="Asia/Bangkok"),
    words("phone", default=""),
    jsonb("settings"),
    moment("created_at"),
    UniqueConstraint("slug"),
)

branches = clinic_table(
    "branches",
    words("code"),
    words("name_th"),
    words("name_en"),
    # Opening periods by weekday: {"mon": [["10:30", "20:30"]], ...}; a weekday that is missing is closed, {} is
    # a branch whose hours nobody has entered: any hour will do.
    jsonb("opening"),
    words("address_th", default=""),
    words("address_en", default=""),
    unique("code"),
)

# Where treatments are done; an appointment takes one. A branch without rooms is not limited by them.
rooms = clinic_table(
    "rooms",
    uuid("branch_id"),
    words("code"),
    words("name_th"),
    words("name_en"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    ref("branch_id", "branches"),
    unique("branch_id", "code"),
)

treatments = clinic_table(
    "treatments",
    words("code"),
    words("name_th"),
    words("name_en"),
    satang("price_satang"),
    number("minutes"),
    Column("roles", ARRAY(Text), nullable=False),
    number("recall_days"),
    Column("scan_required", Boolean, nullable=False, server_default=text("true")),
    words("category", default=""),
    # [{"sessions": 5, "price_satang": 550000}, ...]: what a course costs; one session costs price_satang.
    jsonb("packages", default="[]"),
    # [{"code", "th", "en", "phase": "pre" | "during" | "post", "required": true}, ...] in the order it is done.
    jsonb("checklist", default="[]"),
    Column("lot_required", Boolean, nullable=False, server_default=text("false")),
    words("prep_th", default=""),
    words("prep_en", default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    unique("code"),
)

# `secrets` is one encrypted JSON object; `holder` and `lease_until` say which process sends for the
# account now; `hold_until` is a platform's 429, obeyed by answers and notices alike. `menus` says which menus
# the platform has from us, `menus_until` until when nobody else is to install them. `poller` and `poll_until` say
# which process fetches the events of an account whose `settings` have the mode "polling".
channel_accounts = clinic_table(
    "channel_accounts",
    words("channel"),
    words("external_id"),
    words("handle"),
    words("name"),
    Column("secrets", LargeBinary, nullable=False),
    jsonb("settings"),
    number("revision", default=1),
    uuid("holder", null=True),
    moment("lease_until", null=True),
    moment("hold_until", null=True),
    jsonb("menus"),
    moment("menus_until", null=True),
    Column(
        "polling",
        Boolean,
        Computed("coalesce(settings ->> 'mode' = 'polling', false)", persisted=True),
        nullable=False,
    ),
    uuid("poller", null=True),
    moment("poll_until", null=True),
    unique("channel"),
)

clinic_counters = clinic_table(
    "clinic_counters",
    words("name"),
    Column("value", BigInteger, nullable=False, server_default="0"),
    unique("name"),
)
