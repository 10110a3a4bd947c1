"""Setting a clinic up from nothing, as the operator's guide says."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import aiohttp
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from bots.channel import Account, Reception
from bots.cli.doctor import _reception
from bots.telegram import TelegramChannel
from domain.database.upgrade import DIRECTORY
from tests.cli.conftest import Aura, on_the_platform, query
from tests.conftest import Database

TOKEN = "100000777:telegram-token-of-the-test"


def test_a_clinic_is_set_up(aura: Aura, database: Database, platforms: str) -> None:
    [head] = ScriptDirectory(str(DIRECTORY)).get_heads()
    assert aura.json("db", "status") == {"revision": head, "newest": head}
    assert aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา", "--name-en", "Ours")["clinic"] == "ours"
    on_the_platform(platforms, "telegram", slug="ours", name="Ours", username="ours_bot", bot_token=TOKEN)
    on_the_platform(
        platforms, "line", slug="ours", name="Ours", channel_secret="line-secret", access_token="line-token"
    )
    telegram = aura.json("channel", "set", "ours", "telegram", "--bot-token", TOKEN)
    assert telegram["handle"] == "ours_bot"
    assert telegram["webhook"] == "http://127.0.0.1:9/webhooks/telegram/ours"
    line = aura.json(
        "channel",
        "set",
        "ours",
        "line",
        "--channel-secret",
        "-",
        "--access-token",
        "-",
        stdin="line-secret\nline-token\n",
    )
    assert line["account"].startswith("U")
    invitation = aura.json("staff", "invite", "ours", "--role", "sales", "--name", "คุณเจ")
    assert invitation["links"]["Telegram"] == f"https://t.me/ours_bot?start={invitation['code']}"
    assert invitation["code"] in invitation["links"]["LINE"]
    again = aura.json("staff", "invite", "ours", "--role", "sales", "--name", "คุณเจ")
    assert again["code"] != invitation["code"]
    assert [row["name"] for row in query(database, "select name from users")] == ["คุณเจ"]
    codes = query(database, "select revoked_at is not null as dead from invitations order by created_at")
    assert [row["dead"] for row in codes] == [True, False]


def test_the_programs_login_is_made_once(aura: Aura, database: Database) -> None:
    """With the name and the password of its address, and no right but those of aura_app."""
    name = f"program_{uuid4().hex[:12]}"
    url = make_url(database.url).set(username=name, password="it's 100% \\secret").render_as_string(hide_password=False)
    other = Aura({**aura.env, "AURA_DATABASE_URL": url})
    try:
        for _ in range(2):
            other.json("db", "upgrade", "--create-login")
        other.json("clinic", "add", "ours", "--name", "คลินิก")
        [role] = query(database, f"select * from pg_authid where rolname = '{name}'")  # noqa: S608 - our own
        assert role["rolpassword"].startswith("SCRAM-SHA-256$")
        assert not any(role[right] for right in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"))
    finally:
        query(database, f"drop role {name}")


def test_secrets_are_not_readable_in_the_database(aura: Aura, database: Database, platforms: str) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    on_the_platform(platforms, "telegram", slug="ours", name="Ours", username="ours_bot", bot_token=TOKEN)
    aura.json("channel", "set", "ours", "telegram", "--bot-token", TOKEN)
    stored = query(database, "select convert_from(secrets, 'UTF8') || settings::text as all from channel_accounts")
    assert "telegram-token-of-the-test" not in stored[0]["all"]


def test_a_new_clinic_has_a_catalogue_and_nobody_in_it(aura: Aura, database: Database) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    counts = query(
        database,
        "select (select count(*) from treatments) as treatments, (select count(*) from loyalty_tiers) as tiers,"
        " (select count(*) from followup_rules) as rules, (select count(*) from persons) as persons",
    )[0]
    assert dict(counts) == {"treatments": 12, "tiers": 5, "rules": 16, "persons": 0}


def test_demo_people_are_loaded_once(aura: Aura, database: Database) -> None:
    aura.json("clinic", "add", "BUA", "--name", "บัวสกินสาธิต")
    for _ in range(2):
        aura.json("demo-data", "load", "BUA")
    assert [row["name"] for row in query(database, "select name from users order by name")] == [
        "คุณบัว",
        "คุณอ้อม",
        "คุณเก่ง",
    ]


def test_the_doctor_finds_what_is_wrong(aura: Aura, platforms: str) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    aura.json("channel", "set", "ours", "telegram", "--bot-token", "1:never-issued", "--offline")
    result = aura("doctor")
    assert result.exit_code == 1
    told = dict(line[4:].split(": ", 1) for line in result.stdout.splitlines() if line.startswith("BAD"))
    assert told.keys() == {"public address", "ours telegram"}
    assert "never-issued" not in result.output


def test_a_database_that_is_newer_than_the_release_will_do(aura: Aura, database: Database) -> None:
    """As when a release has been taken back: an upgrade is nothing that the older one could do."""
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    query(database, "update alembic_version set version_num = '9999'")
    assert "newer than this release" in aura("db", "status").stdout
    told = aura("doctor").stdout
    assert "ok  database: revision 9999" in told
    assert "secret key" in told, "the rest is looked at too"


def test_the_demo_forgets_no_installation_but_its_own(aura: Aura, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("a clinic's")
    alone = Aura({"AURA_DATA_DIR": str(tmp_path)})
    assert "is not the demo's" in alone.refused("demo", "--reset").replace("\n", " ")
    assert (tmp_path / "secret_key").read_text() == "a clinic's"


def test_jobs_run_by_hand(aura: Aura, database: Database) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    at = "2030-01-01T10:00:00+07:00"
    assert aura.json("jobs", "run", "housekeeping", "--at", at) == {"job": "housekeeping", "done": 1}
    assert aura.json("jobs", "run", "housekeeping", "--at", at) == {"job": "housekeeping", "done": 0}
    assert query(database, "select 1 from channel_accounts where lease_until is not null") == []


def test_a_bot_is_polled_or_has_a_webhook(aura: Aura, database: Database, platforms: str) -> None:
    token = "100000888:telegram-token-of-the-test"
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    on_the_platform(platforms, "telegram", slug="ours", name="Ours", username="polled_bot", bot_token=token)
    again = "run `aura channel set ours telegram"
    for mode, ok, say in (
        (["--mode", "polling"], True, "long polling"),
        ([], True, "long polling"),
        (["--mode", "webhook", "--offline"], False, f"no webhook: {again}` again"),
        (["--mode", "webhook"], True, "webhook"),
        (
            ["--mode", "polling", "--offline"],
            False,
            f"a webhook keeps it from being polled: {again} --mode polling` again",
        ),
        (["--mode", "polling"], True, "long polling"),
    ):
        told = aura.json("channel", "set", "ours", "telegram", "--bot-token", token, *mode)
        polling = "webhook" not in mode
        assert told["webhook"] == (None if polling else "http://127.0.0.1:9/webhooks/telegram/ours")
        [row] = query(database, "select settings, polling from channel_accounts")
        assert row["polling"] is polling
        assert _finding(aura, "ours telegram") == (ok, f"polled_bot, {say}")


def _finding(aura: Aura, what: str) -> tuple[bool, str]:
    [found] = [f for f in json.loads(aura("doctor", "--json").stdout)["findings"] if f["what"] == what]
    return found["ok"], found["say"]


def test_line_has_no_polling(aura: Aura) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    secrets = ("--channel-secret", "s", "--access-token", "t")
    said = aura.refused("channel", "set", "ours", "line", *secrets, "--mode", "polling")
    assert said == "aura: LINE cannot be polled; it needs a webhook."


async def test_the_doctor_tells_of_a_webhook_in_trouble() -> None:
    class Troubled(TelegramChannel):
        async def reception(self, account: Account) -> Reception:
            return Reception(True, "Connection refused")

    async with aiohttp.ClientSession() as session:
        account = Account(uuid4(), uuid4(), "ours", "telegram", "1", "our_bot", {})
        assert await _reception(Troubled(session, "http://127.0.0.1:9"), account) == (False, "Connection refused")
