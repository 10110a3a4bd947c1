"""PostgreSQL's client programs: which are taken, what they are told, and what older servers do not hear."""

from __future__ import annotations

import io

import pytest

from domain.database import clients, embedded, restore


def test_a_setting_that_older_servers_do_not_know_is_left_out() -> None:
    """Once, in the settings at the top: further down it would be somebody's data."""
    line = b"SET transaction_timeout = 0;\n"
    script = b"SET lock_timeout = 0;\n" + line + b"SET row_security = off;\nCOPY t FROM stdin;\n" + line
    poured = io.BytesIO()
    restore.pass_on(io.BytesIO(script), poured, without=line)
    assert poured.getvalue() == script.replace(line, b"", 1)


def test_a_newer_server_needs_newer_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clients.fitting(180_006) == embedded.binaries()
    with pytest.raises(RuntimeError, match="the server is PostgreSQL 99, the newest pg_dump here is of 18"):
        clients.fitting(990_000)


def test_a_password_is_in_no_list_of_processes() -> None:
    env = clients.environment("postgresql://o:p%40ss@db.example:5433/aura?ssl=require")
    wanted = {"PGUSER": "o", "PGPASSWORD": "p@ss", "PGHOST": "db.example", "PGPORT": "5433", "PGSSLMODE": "require"}
    assert wanted.items() <= env.items()
    assert not any(name.startswith("AURA_") for name in env)
