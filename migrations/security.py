"""What every new table needs: forced row-level security and the program's rights. Called by revisions."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

SQL = Path(__file__).resolve().parent / "sql"
_POLICY = (
    "create policy clinic_isolation on {table}"
    " using (clinic_id = (select nullif(current_setting('app.clinic_id', true), '')::uuid))"
    " with check (clinic_id = (select nullif(current_setting('app.clinic_id', true), '')::uuid))"
)


def protect(*tables: str, append_only: bool = False) -> None:
    """Let the program see and change only the rows of the transaction's clinic; `append_only`: add, never change."""
    rights = "select, insert" if append_only else "select, insert, update, delete"
    for table in tables:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(_POLICY.format(table=table))
        op.execute(f"grant {rights} on {table} to aura_app")


def run_script(name: str) -> None:
    """Run a file of `migrations/sql`, past SQLAlchemy: asyncpg prepares what goes through it, one statement a time."""
    op.execute("select 1")  # or the driver has not begun the revision's transaction yet
    driver = op.get_bind().connection.driver_connection
    await_only(driver.execute((SQL / name).read_text(encoding="utf-8")))
