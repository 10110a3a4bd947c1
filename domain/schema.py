"""All tables of all nouns in one place, for Alembic and for the tests that compare it with the database."""

from __future__ import annotations

from sqlalchemy import MetaData

import domain.achievements.tables
import domain.appointments.tables
import domain.approvals.tables
import domain.automation.tables
import domain.clinics.tables
import domain.conversations.tables
import domain.courses.tables
import domain.database.tables
import domain.followups.tables
import domain.loyalty.tables
import domain.notifications.tables
import domain.payments.tables
import domain.people.tables
import domain.reminders.tables
import domain.rewards.tables
import domain.tasks.tables
import domain.workflow.tables
from domain.database.metadata import metadata

TABLES = (
    domain.clinics.tables,
    domain.people.tables,
    domain.conversations.tables,
    domain.workflow.tables,
    domain.tasks.tables,
    domain.appointments.tables,
    domain.payments.tables,
    domain.courses.tables,
    domain.approvals.tables,
    domain.loyalty.tables,
    domain.rewards.tables,
    domain.achievements.tables,
    domain.followups.tables,
    domain.notifications.tables,
    domain.reminders.tables,
    domain.automation.tables,
    domain.database.tables,
)


def schema() -> MetaData:
    """The metadata with every module of `TABLES` imported."""
    return metadata
