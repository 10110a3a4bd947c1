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
