"""roles, row-level security, and the functions of the hot path"""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    """Safe to run with the previous release up: there is none."""
    # asyncpg prepares what goes through SQLAlchemy, and a prepared statement is only one: scripts go past it.
    driver = op.get_bind().connection.driver_connection
    for name in ("extensions", "security", "dispatch", "unit"):
        await_only(driver.execute((SQL / f"0002_{name}.sql").read_text(encoding="utf-8")))
