"""Secrets through the command line: replaced one at a time, dropped at once, encrypted with another key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bots.accounts import SecretBox
from bots.resealing import erase_expired
from bots.rotation import OVERLAP, Kept
from domain.catalogue import add_clinic
from domain.clinics import store
from domain.database.engine import create_engine
from domain.reactions import react
from domain.unit import Units
from tests.cli.conftest import Aura, on_the_platform, query
from tests.cli.test_installation import TOKEN
from tests.conftest import Database

OTHER = "another key for tests only and no less secret than it"


@pytest.fixture
def line(aura: Aura, platforms: str) -> Aura:
    """A clinic with its account on LINE."""
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    on_the_platform(platforms, "line", slug="ours", name="Ours", channel_secret="a" * 32, access_token="line-token")
    aura.json("channel", "set", "ours", "line", "--channel-secret", "a" * 32, "--access-token", "line-token")
    return aura


def _kept(aura: Aura, database: Database, channel: str = "line") -> Kept:
    [row] = query(database, f"select secrets from channel_accounts where channel = '{channel}'")  # noqa: S608
    return SecretBox(tuple(aura.env["AURA_SECRET_KEY"].split(","))).open(row["secrets"])


def test_only_what_changes_is_given_and_the_old_secret_stays_for_a_day(line: Aura, database: Database) -> None:
    before = datetime.now(UTC)
    line.json("channel", "set", "ours", "line", "--channel-secret", "-", stdin="b" * 32 + "\n")
    kept = _kept(line, database)
    assert kept.current == {"channel_secret": "b" * 32, "access_token": "line-token"}
    [former] = kept.former
    assert former.value == "a" * 32
    assert before + OVERLAP <= former.until <= datetime.now(UTC) + OVERLAP
    line.json("channel", "set", "ours", "line")
    line.json("channel", "set", "ours", "line", "--channel-secret", "b" * 32)
    assert _kept(line, database) == kept, "once more is neither longer nor shorter"
    assert "a" * 32 not in repr(kept)
    line.json("channel", "set", "ours", "line", "--drop-previous")
    assert _kept(line, database).former == ()


def test_a_secret_that_was_to_be_read_and_is_not_there_is_missed(line: Aura) -> None:
    """One line where two were asked for: the old token would have stayed, and everybody thought it was replaced."""
    said = line.refused(
        "channel", "set", "ours", "line", "--channel-secret", "-", "--access-token", "-", "--offline", stdin="new\n"
    )
    assert said == "aura: there is no line for --access-token"


def test_another_account_in_its_place_takes_no_secret_over(line: Aura, database: Database, platforms: str) -> None:
    on_the_platform(platforms, "line", slug="two", name="Two", channel_secret="c" * 32, access_token="other-token")
    line.json("channel", "set", "ours", "line", "--channel-secret", "c" * 32, "--access-token", "other-token")
    assert _kept(line, database).former == ()


def test_telegrams_secret_is_ours_to_make(aura: Aura, database: Database, platforms: str) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    on_the_platform(platforms, "telegram", slug="ours", name="Ours", username="ours_bot", bot_token=TOKEN)
    aura.json("channel", "set", "ours", "telegram", "--bot-token", TOKEN)
    first = _kept(aura, database, "telegram")
    aura.json("channel", "set", "ours", "telegram")
    assert _kept(aura, database, "telegram") == first
    aura.json("channel", "set", "ours", "telegram", "--new-webhook-secret")
    second = _kept(aura, database, "telegram")
    assert second.current["webhook_secret"] != first.current["webhook_secret"]
    assert [former.value for former in second.former] == [first.current["webhook_secret"]]


def test_without_asking_the_platform_an_account_is_still_known(aura: Aura, database: Database, platforms: str) -> None:
    """Whatever was given offline: another bot is told from the same one, now and when it is proved later."""
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    first, other = "100000997:a-bot", "100000999:another-bot"
    for name, token in (("first", first), ("other", other)):
        on_the_platform(platforms, "telegram", slug=name, name=name, username=f"{name}_bot", bot_token=token)
    account = "select external_id, handle from channel_accounts"
    known = "select event_id from inbox"
    for token, mode, now, events in (
        (first, ("--offline",), ("100000997", ""), "1"),
        (first, (), ("100000997", "first_bot"), "1"),
        (first, ("--offline",), ("100000997", "first_bot"), "1"),
        (other, ("--offline",), ("100000999", ""), "100000997:1"),
        (other, (), ("100000999", "other_bot"), "100000997:1"),
    ):
        aura.json("channel", "set", "ours", "telegram", "--bot-token", token, *mode)
        assert [tuple(row) for row in query(database, account)] == [now]
        if not query(database, known):
            query(
                database,
                "insert into inbox (clinic_id, account_id, event_id, lane, payload, received_at)"
                " select clinic_id, id, '1', '~1', '{}', now() from channel_accounts",
            )
        assert [row["event_id"] for row in query(database, known)] == [events], (token, mode)


def test_a_line_account_that_is_prepared_offline_stays_the_one_it_was(line: Aura, database: Database) -> None:
    account = "select external_id, handle, name from channel_accounts"
    before = query(database, account)
    line.json("channel", "set", "ours", "line", "--channel-secret", "b" * 32, "--offline")
    assert query(database, account) == before
    assert [former.value for former in _kept(line, database).former] == ["a" * 32]


async def test_what_no_longer_verifies_is_erased(database: Database) -> None:
    engine, box = create_engine(database.url), SecretBox((OTHER,))
    units, now = Units(engine, react), datetime.now(UTC)
    kept = Kept({"webhook_secret": "old", "bot_token": "t"}).rotated(
        {"webhook_secret": "new", "bot_token": "t"}, "webhook_secret", now
    )
    clinic = await add_clinic(units, slug="ours", name_th="ก", name_en="Ours", timezone="Asia/Bangkok")
    async with units.clinic(clinic) as unit:
        await store.save_account(
            unit.db,
            clinic,
            channel="telegram",
            external_id="",
            handle="",
            name="",
            secrets=box.seal(kept),
            settings={},
        )
    assert (await erase_expired(units, box, now + OVERLAP - timedelta(seconds=1))).done == 0
    assert (await erase_expired(units, box, now + OVERLAP)).done == 1
    async with units.clinic(clinic) as unit:
        account = await store.account_on(unit.db, clinic, "telegram")
        assert account
        assert not await store.reseal_account(unit.db, clinic, account.id, b"what somebody has replaced", b"older")
    assert box.open(account.secrets) == Kept({"webhook_secret": "new", "bot_token": "t"})
    await engine.dispose()


def test_secrets_are_encrypted_with_the_newest_key(line: Aura, database: Database) -> None:
    line.json("channel", "set", "ours", "telegram", "--bot-token", TOKEN, "--offline")
    first = line.env["AURA_SECRET_KEY"]
    both = Aura({**line.env, "AURA_SECRET_KEY": f"{OTHER},{first}"})
    new = Aura({**line.env, "AURA_SECRET_KEY": OTHER})
    assert "ours line, ours telegram still need an older key" in both("doctor").stdout
    assert "no key of AURA_SECRET_KEY opens ours line, ours telegram" in new("channel", "reseal").stderr
    told = [row for row in new("doctor").stdout.splitlines() if "secrets: encrypted with a key that is not" in row]
    assert [row[:18] for row in told] == ["BAD ours line secr", "BAD ours telegram "]
    kept = _kept(line, database)
    assert both.json("channel", "reseal") == {"resealed": 2, "current": 0, "unopened": []}
    assert both.json("channel", "reseal") == {"resealed": 0, "current": 2, "unopened": []}
    assert _kept(new, database) == kept
    assert "ok  secret key: the first key" in new("doctor").stdout


def test_an_account_that_no_key_opens_is_repaired_by_giving_everything(line: Aura, database: Database) -> None:
    lost = Aura({**line.env, "AURA_SECRET_KEY": OTHER})
    said = lost.refused("channel", "set", "ours", "line", "--channel-secret", "a" * 32)
    assert "--access-token missing" in said
    lost.json("channel", "set", "ours", "line", "--channel-secret", "a" * 32, "--access-token", "line-token")
    assert _kept(lost, database) == Kept({"channel_secret": "a" * 32, "access_token": "line-token"})
