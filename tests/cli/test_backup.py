"""A backup of a system at work, restored somewhere else, is the same truth; whatever is in doubt is refused."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from domain.database import clients, embedded
from domain.database.backup import DUMP, MANIFEST
from tests.cli.conftest import Aura, query
from tests.cli.test_installation import TOKEN
from tests.conftest import FAST, Database
from tests.faults.program import until

SECURITY = """
select string_agg(line, E'\\n' order by line) from (
  select format('%s %s %s', relname, relrowsecurity, relforcerowsecurity) as line from pg_class
   where relnamespace = 'public'::regnamespace and relkind = 'r'
  union all select format('%s %s %s %s %s', tablename, policyname, roles, qual, with_check) from pg_policies
  union all select format('%s %s %s', oid::regprocedure, proowner::regrole, prosecdef) from pg_proc
   where pronamespace = 'public'::regnamespace
     and not exists (select 1 from pg_depend d where d.objid = pg_proc.oid and d.deptype = 'e')
  union all select format('%s %s %s', table_name, grantee, privilege_type) from information_schema.table_privileges
   where table_schema = 'public' and grantee like 'aura%'
  union all select format('%s.%s %s %s', table_name, column_name, grantee, privilege_type)
   from information_schema.column_privileges where table_schema = 'public' and grantee like 'aura%'
  union all select format('%s %s', p.oid::regprocedure, a.grantee::regrole) from pg_proc p, aclexplode(p.proacl) a
   where p.pronamespace = 'public'::regnamespace
  union all select indexdef from pg_indexes where schemaname = 'public'
  union all select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
   where connamespace = 'public'::regnamespace
) as facts
"""


async def truth(address: str) -> dict[str, str]:
    """One checksum for each table's rows, and one text for what guards them."""
    connection = await asyncpg.connect(address)
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        )
        sums = {
            name: await connection.fetchval(
                f"select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {name} t"  # noqa: S608
            )
            for (name,) in tables
        }
        return sums | {"security": await connection.fetchval(SECURITY)}
    finally:
        await connection.close()


def _facts(truth: dict[str, str]) -> set[str]:
    return set(truth["security"].splitlines())


@asynccontextmanager
async def _empty_database(owner: str = "") -> AsyncIterator[str]:
    """The owner's address of a new database on the tests' server."""
    server = os.environ["AURA_TEST_SERVER"]
    connection = await asyncpg.connect(server)
    name = f"test_{uuid4().hex[:12]}"
    try:
        await connection.execute(f"create database {name}" + (f" owner {owner}" if owner else ""))
        url = make_url(server).set(database=name)
        yield (url.set(username=owner) if owner else url).render_as_string(hide_password=False)
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


def elsewhere(aura: Aura, admin_url: str) -> Aura:
    """`aura` with another database of the same server."""
    url = make_url(admin_url).set(username="aura_program").render_as_string(hide_password=False)
    return Aura({**aura.env, "AURA_DATABASE_URL": url, "AURA_DATABASE_ADMIN_URL": admin_url})


@pytest.fixture
def full(aura: Aura, database: Database) -> Aura:
    """Two clinics with people in them, an account, messages that wait and one that was sent."""
    for slug in ("DRG", "BUA"):
        aura.json("clinic", "add", slug, "--name", slug)
        aura.json("demo-data", "load", slug)
    aura.json("channel", "set", "DRG", "telegram", "--bot-token", TOKEN, "--offline")
    asyncio.run(_messages(database))
    return aura


async def _messages(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_url)
    await connection.execute(
        """
        insert into channel_identities (clinic_id, account_id, external_id, person_id, display_name, last_seen_at)
        select a.clinic_id, a.id, '1', p.id, 'x', now()
          from channel_accounts a join persons p using (clinic_id) limit 1;
        insert into outbox (clinic_id, account_id, identity_id, person_id, recipient, row_kind, content, state,
                            created_at, not_before, lease_until)
        select clinic_id, account_id, id, person_id, '1', kind, '{"card": {"text": "ที่ ปั๊ม\\n\\\\. COPY"}}', state,
               now(), later, lease
          from channel_identities cross join (values
            ('notice', 'sent', null::timestamptz, null::timestamptz), ('notice', 'pending', null, null),
            ('answer', 'sending', null, now() + interval '1 min'),
            ('notice', 'pending', now() + interval '1 day', null),
            ('menu', 'pending', null, null)) as v (kind, state, later, lease);
        insert into clock (one, offset_seconds) values (1, 3600);
        """
    )
    await connection.close()


async def test_what_is_restored_is_the_same(full: Aura, database: Database, tmp_path: Path) -> None:
    """Rows, rights, policies, functions and the clinic's clock; and the program works on it."""
    file = tmp_path / "backup.zip"
    said = await asyncio.to_thread(full.json, "backup", str(file))
    assert (said["rows"]["clinics"], said["waiting"]) == (2, 3)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any("partial" in name for name in os.listdir(tmp_path))
    async with _empty_database() as admin_url:
        other = elsewhere(full, admin_url)
        restored = await asyncio.to_thread(other.json, "restore", str(file), "--send-messages")
        assert (restored["held"], restored["unopened"]) == (0, [])
        before, after = await truth(database.admin_url), await truth(admin_url)
        assert {"clock owner_moves {postgres} true true", "work_left() aura_dispatch t"} <= _facts(before)
        assert before.keys() == after.keys()
        assert {name for name in before if before[name] != after[name]} == set()
        members = await asyncio.to_thread(other.json, "staff", "list", "DRG")
        assert members == await asyncio.to_thread(full.json, "staff", "list", "DRG")
        refused = await asyncio.to_thread(other.refused, "restore", str(file), "--send-messages")
        assert "not empty" in refused


async def test_a_restore_that_is_killed_leaves_nothing_behind(full: Aura, tmp_path: Path) -> None:
    """Everything has been poured in and nothing is wrong with it, but nobody is there to say so."""
    file = str(tmp_path / "backup.zip")
    await asyncio.to_thread(full.json, "backup", file)
    async with _empty_database() as admin_url:
        other = elsewhere(full, admin_url)
        dying = (
            "import os, sys; from bots.app import main; from domain.database import restore\n"
            "def pour(source, target, **more): target.write(source.read()); target.flush(); os.kill(os.getpid(), 9)\n"
            "restore.pass_on = pour; sys.argv[:] = ['aura', 'restore', sys.argv[1], '--send-messages']; main()"
        )
        command = [sys.executable, "-c", dying, file]
        env = {**os.environ, **other.env}
        died = await asyncio.to_thread(subprocess.run, command, env=env, stderr=subprocess.PIPE)
        assert died.returncode == -signal.SIGKILL, died.stderr
        connection = await asyncpg.connect(admin_url)
        others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"

        async def ended() -> bool:
            return bool(await connection.fetchval(others) == 0)

        await until(ended, "psql to end")
        assert (
            await connection.fetchval("select count(*) from pg_class where relnamespace = 'public'::regnamespace") == 0
        )
        await connection.close()
        await asyncio.to_thread(other.json, "restore", file, "--send-messages")


def test_a_backup_shows_one_moment(
    full: Aura, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written between the counting and the dump is in neither: else the restore finds a row too many."""
    found = clients.fitting

    def write_and_find(server_version: int) -> Path:
        programs = found(server_version)
        insert = "insert into clinics (slug, name_th, name_en, created_at) values ('late', 'x', 'x', now())"
        env = clients.environment(database.admin_url)
        subprocess.run([programs / "psql", "--quiet", "--command", insert], env=env, check=True)
        return programs

    file = str(tmp_path / "backup.zip")
    monkeypatch.setattr(clients, "fitting", write_and_find)
    full.json("backup", file)
    monkeypatch.undo()

    async def elsewhere_restored() -> int:
        async with _empty_database() as admin_url:
            other = elsewhere(full, admin_url)
            restored = await asyncio.to_thread(other.json, "restore", file, "--send-messages")
            return int(restored["rows"]["clinics"])

    assert asyncio.run(elsewhere_restored()) == 2


async def test_messages_that_the_old_system_may_have_sent_are_held(
    full: Aura, database: Database, tmp_path: Path
) -> None:
    """Whoever restores must say which it is; a message whose time had not come waits on, and so does a menu."""
    await asyncio.to_thread(
        query,
        database,
        "insert into inbox (clinic_id, account_id, event_id, lane, payload, received_at)"
        " select clinic_id, id, 'waits', 'U1', '{}', now() from channel_accounts limit 1",
    )
    file = str(tmp_path / "backup.zip")
    await asyncio.to_thread(full.json, "backup", file)
    async with _empty_database() as admin_url:
        other = elsewhere(full, admin_url)
        asked = await asyncio.to_thread(other.refused, "restore", file)
        assert "3 messages were waiting to be sent at the backup, 1 events to be worked on:" in asked
        assert (await asyncio.to_thread(other.json, "restore", file, "--hold-messages"))["held"] == 2
        connection = await asyncpg.connect(admin_url)
        rows = await connection.fetch("select row_kind || ' ' || state as row from outbox order by seq")
        events = await connection.fetch("select state from inbox where event_id = 'waits'")
        await connection.close()
        assert [row["state"] for row in events] == ["parked"], "an event that waited may have been worked on, too"
        expected = ["notice sent", "notice unknown", "answer unknown", "notice pending", "menu pending"]
        assert [row["row"] for row in rows] == expected


async def test_an_owner_that_policies_bind_is_told_what_to_run(full: Aura, tmp_path: Path) -> None:
    """Never a backup without the rows that a policy hides. The SQL that is told helps, for the restore as well."""
    file = tmp_path / "backup.zip"
    await asyncio.to_thread(full.json, "backup", str(file))
    server = await asyncpg.connect(os.environ["AURA_TEST_SERVER"])
    owner = f"owner_{uuid4().hex[:12]}"
    await server.execute(f"create role {owner} login createrole")
    await server.execute(f"grant aura_app, aura_dispatch to {owner} with admin option")
    try:
        async with _empty_database(owner) as admin_url:
            other = elsewhere(full, admin_url)
            said = await asyncio.to_thread(other.refused, "restore", str(file), "--send-messages")
            sql = f"alter role {owner} bypassrls;"
            assert sql in said
            await server.execute(sql)
            await asyncio.to_thread(other.json, "restore", str(file), "--send-messages")
            again = tmp_path / "again.zip"
            told = await asyncio.to_thread(other.json, "backup", str(again))
            with zipfile.ZipFile(file) as archive:
                assert told["rows"] == json.loads(archive.read(MANIFEST))["rows"]
            await server.execute(f"alter role {owner} nobypassrls")
            kept = again.read_bytes()
            assert sql in await asyncio.to_thread(other.refused, "backup", str(again))
            assert again.read_bytes() == kept
    finally:
        await server.execute(f"drop role {owner}")
        await server.close()


def _change(file: Path, **changes: object) -> Path:
    """The same backup with another manifest."""
    changed = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        manifest = json.loads(old.read(MANIFEST)) | changes
        new.writestr(DUMP, old.read(DUMP))
        new.writestr(MANIFEST, json.dumps(manifest))
    return changed


async def test_a_backup_that_is_not_whole_changes_nothing(full: Aura, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    said = await asyncio.to_thread(full.json, "backup", str(file))
    whole = file.read_bytes()
    (flipped := tmp_path / "flipped.zip").write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    (short := tmp_path / "short.zip").write_bytes(whole[: len(whole) // 2])
    missing = _change(file, rows=said["rows"] | {"customers": said["rows"]["customers"] + 1})
    cases = {
        flipped: "damaged",
        short: "no whole backup",
        tmp_path / "none.zip": "cannot be read",
        missing: f"rows are missing: customers has {said['rows']['customers']} rows of",
    }
    async with _empty_database() as admin_url:
        other = elsewhere(full, admin_url)
        for bad, expected in cases.items():
            assert expected in await asyncio.to_thread(other.refused, "restore", str(bad), "--send-messages")
        newer = _change(file, revision="9999")
        assert "newer release" in await asyncio.to_thread(other.refused, "restore", str(newer), "--send-messages")
        await asyncio.to_thread(other.json, "restore", str(file), "--send-messages")


def test_nothing_but_a_backup_is_replaced(full: Aura, tmp_path: Path) -> None:
    (mine := tmp_path / "letters.txt").write_text("mine")
    assert "no whole backup" in full.refused("backup", str(mine))
    assert mine.read_text() == "mine"
    assert "cannot be written" in full.refused("backup", str(tmp_path / "nowhere" / "b.zip"))
    file = tmp_path / "b.zip"
    full.json("backup", str(file))
    full.json("backup", str(file))


def test_a_backup_that_breaks_off_leaves_the_last_one(
    full: Aura, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b.zip"
    full.json("backup", str(file))
    before = file.read_bytes()
    (broken := tmp_path / "programs").mkdir()
    (broken / "pg_dump").write_text("#!/bin/sh\necho half of it\necho 'pg_dump: error: gone' >&2\nexit 1\n")
    (broken / "pg_dump").chmod(0o755)
    monkeypatch.setattr(clients, "fitting", lambda server_version: broken)
    assert "pg_dump ended with 1: gone" in full.refused("backup", str(file))
    assert file.read_bytes() == before
    assert not any("partial" in name for name in os.listdir(tmp_path))


def test_an_embedded_database_moves_to_another_directory(aura: Aura, tmp_path: Path) -> None:
    """The whole of a move: backup, the key beside it, restore, and the secrets can be opened."""
    outside = {name: value for name, value in aura.env.items() if "DATABASE" not in name and "SECRET" not in name}
    old = Aura({**outside, "AURA_DATA_DIR": str(tmp_path / "old"), "AURA_DATABASE_URL": None})  # type: ignore[dict-item]
    new = Aura({**old.env, "AURA_DATA_DIR": str(tmp_path / "new")})
    file = tmp_path / "backup.zip"
    with embedded.start(tmp_path / "old", settings=FAST), embedded.start(tmp_path / "new", settings=FAST):
        old.json("clinic", "add", "ours", "--name", "คลินิก")
        old.json("channel", "set", "ours", "telegram", "--bot-token", TOKEN, "--offline")
        old.json("backup", str(file))
        assert new.json("restore", str(file))["unopened"] == ["ours telegram"]
        (tmp_path / "new" / "secret_key").write_bytes((tmp_path / "old" / "secret_key").read_bytes())
        assert "ok  secret key" in new("doctor").stdout
    for place in ("old", "new"):
        embedded.erase(tmp_path / place)
