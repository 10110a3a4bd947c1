"""Bad input ends in one clear line on standard error and a non-zero exit, and changes nothing."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Aura, on_the_platform


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("clinic", "add", "bad slug!", "--name", "x"), "letters, digits and dashes"),
        (("clinic", "add", "ours", "--name", "x", "--timezone", "Mars/Base"), "no time zone 'Mars/Base'"),
        (("clinic", "add", "ours", "--name", " "), "name of 1 to 80"),
        (("demo-data", "load", "nowhere"), "no demo data for nowhere"),
        (("demo-data", "load", "DRG"), "no clinic DRG"),
        (("staff", "invite", "nowhere", "--role", "sales", "--name", "x"), "no clinic nowhere"),
        (("channel", "set", "nowhere", "line"), "no clinic nowhere"),
        (("channel", "set", "nowhere", "pigeon"), "no channel pigeon"),
        (("jobs", "run", "nothing"), "there are: timers, followups, housekeeping"),
        (("jobs", "run", "followups", "--at", "tomorrow"), "not a time"),
        (("jobs", "run", "followups", "--at", "2030-01-01T10:00:00"), "offset"),
    ],
)
def test_one_clear_line(aura: Aura, words: tuple[str, ...], said: str) -> None:
    assert said in aura.refused(*words)


def test_a_clinic_is_added_once(aura: Aura) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    assert "already" in aura.refused("clinic", "add", "ours", "--name", "another")


def test_a_role_must_exist(aura: Aura) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    said = aura.refused("staff", "invite", "ours", "--role", "boss", "--name", "x")
    assert "beautician, doctor, sales, manager" in said


def test_wrong_secrets_are_refused_and_never_shown(aura: Aura, platforms: str) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    on_the_platform(platforms, "line", slug="ours", name="Ours", channel_secret="right", access_token="right-token")
    said = aura.refused("channel", "set", "ours", "line", "--channel-secret", "x", "--access-token", "wrong-token-9")
    assert "wrong-token-9" not in said


@pytest.mark.parametrize("offline", [(), ("--offline",)])
def test_a_secret_that_cannot_be_one_is_refused_before_anybody_is_asked(aura: Aura, offline: tuple[str, ...]) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    telegram = Aura(
        {**aura.env, "AURA_TELEGRAM_API_URL": "http://127.0.0.1:9", "AURA_TELEGRAM_WEBHOOK_SECRET": "not=it"}
    )
    said = telegram.refused("channel", "set", "ours", "telegram", "--bot-token", "7:a", *offline)
    assert said == "aura: A Telegram webhook secret has 1 to 256 characters of A-Z, a-z, 0-9, _ and -."
    said = telegram.refused("channel", "set", "ours", "telegram", "--bot-token", "a" * 32, *offline)
    assert said == "aura: A Telegram bot token looks like 123456789:AAE..., as BotFather shows it."


def test_a_channel_secret_of_an_odd_shape_is_doubted_and_taken(aura: Aura) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    words = ("channel", "set", "ours", "line", "--access-token", "t", "--offline", "--channel-secret")
    odd = aura(*words, "a-secret")
    assert (odd.exit_code, "is it the one in Basic settings?" in odd.stderr) == (0, True)
    assert "a-secret" not in odd.stderr
    assert aura(*words, "0123456789abcdef" * 2).stderr == ""


def test_a_short_secret_key_is_refused(aura: Aura) -> None:
    weak = Aura({**aura.env, "AURA_SECRET_KEY": "short"})
    said = weak.refused("doctor")
    assert "AURA_SECRET_KEY" in said
    assert "32 characters" in said


def test_a_database_that_is_away(aura: Aura) -> None:
    away = Aura({**aura.env, "AURA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert "does not answer" in away.refused("clinic", "add", "ours", "--name", "x")


def test_a_login_that_row_level_security_does_not_bind(aura: Aura) -> None:
    owner = Aura({**aura.env, "AURA_DATABASE_URL": aura.env["AURA_DATABASE_ADMIN_URL"]})
    assert "no superuser" in owner.refused("staff", "invite", "ours", "--role", "sales", "--name", "x")
