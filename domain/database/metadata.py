"""How a table looks here: every row belongs to a clinic, and no key can point into another one.

`tables.py` of each noun declares its tables with `clinic_table`; Alembic compares `metadata` with
the database. Primary, unique and foreign keys all start with `clinic_id`, so that integrity itself
keeps clinics apart and the schema could be distributed by clinic without a rewrite.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def clinic_table(name: str, *items: SchemaItem) -> Table:
    """A table whose rows belong to one clinic, with `(clinic_id, id)` as its key. A migration adds its policy."""
    return Table(
        name,
        metadata,
        Column("clinic_id", UUID(as_uuid=True), nullable=False),
        Column("id", UUID(as_uuid=True), nullable=False, server_default=text("gen_random_uuid()")),
        *items,
        PrimaryKeyConstraint("clinic_id", "id"),
        ForeignKeyConstraint(["clinic_id"], ["clinics.id"]),
    )


def ref(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key inside the clinic: `(clinic_id, column)` to `(clinic_id, id)` of `table`."""
    return ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])


def unique(*columns: str, where: str | None = None, name: str | None = None) -> SchemaItem:
    """Unique inside the clinic; with `where`, only among the rows it selects (needs `name`)."""
    if where is None:
        return UniqueConstraint("clinic_id", *columns, name=name)
    return Index(name, "clinic_id", *columns, unique=True, postgresql_where=text(where))


def uuid(name: str, *, null: bool = False) -> Column[object]:
    """A uuid column."""
    return Column(name, UUID(as_uuid=True), nullable=null)


def words(name: str, *, null: bool = False, default: str | None = None) -> Column[object]:
    """A text column; `default` is its server default."""
    return Column(name, Text, nullable=null, server_default=default)


def number(name: str, *, null: bool = False, default: int | None = None) -> Column[object]:
    """A 32-bit whole number: points, minutes, versions."""
    return Column(name, Integer, nullable=null, server_default=None if default is None else str(default))


def satang(name: str, *, null: bool = False) -> Column[object]:
    """Money in satang (1/100 THB), 64 bits."""
    return Column(name, BigInteger, nullable=null)


def moment(name: str, *, null: bool = False) -> Column[object]:
    """A point in time with zone, kept in UTC. Business times come from the clinic's clock, never from `now()`."""
    return Column(name, DateTime(timezone=True), nullable=null)


def jsonb(name: str, *, null: bool = False, default: str | None = "{}") -> Column[object]:
    """A jsonb column."""
    return Column(name, JSONB, nullable=null, server_default=None if default is None else text(f"'{default}'::jsonb"))
