"""What `aura doctor` says of the work: what lies aside, waits too long or is running out, each with what to do."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from bots.channel import Quota
from bots.cli.findings import of_quota, of_work
from domain.database.figures import Backlog, Figures
from scheduler.jobs import JOBS
from tests.cli.conftest import Aura, on_the_platform, query
from tests.cli.scenes import comes_in, opens, parks, program_of
from tests.conftest import Database


def findings(aura: Aura) -> dict[str, tuple[bool, str]]:
    told = json.loads(aura("doctor", "--json").stdout)["findings"]
    return {finding["what"]: (finding["ok"], finding["say"]) for finding in told}


def test_the_doctor_looks_at_the_work(aura: Aura, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def happens() -> None:
        async with program_of(aura) as program:
            clinic = await opens(program, "ours")
            await comes_in(program, clinic, 1)
            await parks(program, monkeypatch)

    asyncio.run(happens())
    query(database, "update outbox set state = 'unknown'")
    told = findings(aura)
    assert told["parked events"][0] is False
    assert "aura events replay --all-parked" in told["parked events"][1]
    assert told["messages in doubt"][0] is False
    assert told["messages in doubt"][1].startswith("1 of the last day")
    assert all(told[name][0] for name in ("inbox", "outbox", "clock drift", "job timers", "job followups"))
    query(database, "update outbox set state = 'pending', created_at = now() - interval '2 hours 5 minutes'")
    query(database, "update inbox set state = 'pending', received_at = now() - interval '7 minutes'")
    query(
        database,
        "insert into timers (clinic_id, kind, subject_id, due_at)"
        " select id, 'x', gen_random_uuid(), now() - interval '6 minutes' from clinics",
    )
    told = findings(aura)
    assert told["outbox"] == (
        False,
        "1 waiting, for 2 h 5 min at most: is `aura serve --role worker` running? A used-up quota or a bad token"
        " also holds",
    )
    assert told["inbox"] == (False, "1 waiting, for 7 min at most: is `aura serve --role web` running?")
    assert told["job timers"] == (False, "1 waiting, for 6 min at most: is `aura serve --role worker` running?")
    assert (told["parked events"], told["messages in doubt"]) == ((True, "none"), (True, "none of the last day"))


def test_the_doctor_asks_for_the_quota(aura: Aura, platforms: str) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    platform = on_the_platform(
        platforms, "line", slug="ours", name="Ours", channel_secret="right", access_token="right-token"
    )
    aura.json("channel", "set", "ours", "line", "--channel-secret", "right", "--access-token", "right-token")
    told = findings(aura)
    unreached = "LINE cannot bring events to http://127.0.0.1:9/webhooks/line/ours: COULD_NOT_CONNECT (0)"
    assert told["ours line"] == (False, f"{platform['handle']}, {unreached}")
    assert told["ours line quota"] == (True, "0 sent this month, no limit")


@pytest.mark.parametrize(("seconds", "ok"), [(0, True), (1.9, True), (-1.9, True), (2.1, False), (-2.1, False)])
def test_clocks_that_drift_apart_are_told_of(seconds: float, ok: bool) -> None:
    events, messages = {"pending": Backlog(), "parked": Backlog()}, {("pending", "care"): Backlog()}
    messages[("sending", "care")] = messages[("unknown", "care")] = Backlog()
    due = {"timers": Backlog(), "followups": Backlog()}
    figures = Figures(datetime.now(UTC), timedelta(seconds=seconds), events, messages, due)
    told = {what: (good, say) for what, good, say in of_work(figures, JOBS)}
    assert told["clock drift"][0] is ok
    assert ("NTP" in told["clock drift"][1]) is not ok
    assert f"{seconds:+.1f} s" in told["clock drift"][1]


def test_a_quota_that_runs_out_is_told_of() -> None:
    assert of_quota("q", Quota(None, 7)) == ("q", True, "7 sent this month, no limit")
    assert of_quota("q", Quota(1000, 900)) == ("q", True, "100 of 1000 pushes left this month")
    name, ok, said = of_quota("q", Quota(1000, 901))
    assert (name, ok) == ("q", False)
    assert said.startswith("99 of 1000 pushes left this month: raise the plan")
