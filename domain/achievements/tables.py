"""Tables of achievements and of who has been awarded them."""

from __future__ import annotations

from domain.database.metadata import clinic_table, moment, number, ref, unique, uuid, words

achievements = clinic_table(
    "achievements",
    words("code"),
    words("name_th"),
    words("name_en"),
    words("metric"),
    number("target"),
    number("points"),
    unique("code"),
)

achievement_awards = clinic_table(
    "achievement_awards",
    uuid("achievement_id"),
    uuid("customer_id"),
    words("cycle"),
    moment("at"),
    unique("achievement_id", "customer_id", "cycle"),
    ref("achievement_id", "achievements"),
    ref("customer_id", "customers"),
)
