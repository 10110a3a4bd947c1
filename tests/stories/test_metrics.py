"""What Prometheus reads at `/metrics`: what happened is counted, what waits is there with its age, nobody is named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from typing import cast
from unittest.mock import AsyncMock
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from bots import quotas
from bots.app import open_channels
from bots.channel import Account, AccountError, Channel, Quota
from bots.quotas import Quotas, is_low
from scheduler.jobs import JOBS, timers
from tests.faults.program import until
from tests.stories.forgery import post, press, signed
from tests.stories.outage import database_away
from tests.stories.scenes import joins_team, new_member
from tests.stories.world import CHANNELS, World


class Metrics(dict[tuple[str, tuple[tuple[str, str], ...]], float]):
    """Every sample of one scrape."""

    def of(self, name: str, **labels: str) -> float:
        return self[name, tuple(sorted(labels.items()))]

    def label(self, name: str, label: str) -> set[str]:
        return {value for sample, labels in self for key, value in labels if (sample, key) == (name, label)}


async def scrape(world: World, address: str = "") -> Metrics:
    async with world.http.get(f"{address or world.program.settings.address}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        families = text_string_to_metric_families(await answer.text())
        samples = [sample for family in families for sample in family.samples]
        return Metrics({(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in samples})


@pytest.mark.parametrize("channel", CHANNELS)
async def test_webhooks_events_and_sends_are_counted(world: World, channel: str) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    before = await scrape(world)
    await jay.says("/help")
    await jay.reads()
    true = press(world, jay, "no such button")
    assert (await post(world, true))[0] == 200
    await world.settles()
    await jay.reads()
    forged = type(true)(true.url, {}, true.body)
    for request in (forged, forged.at(true.url.replace(channel, "pigeon"))):
        assert (await post(world, request))[0] == 401
    malformed = signed(world, "DRG", b"{}") if channel == "line" else type(true)(true.url, true.headers, b"{}")
    assert (await post(world, malformed))[0] == 400
    async with world.http.post(true.url, data=BytesIO(b" " * (1024 * 1024 + 1))) as answer:
        assert answer.status == 413

    def grown(name: str, **labels: str) -> float:
        return now.of(name, **labels) - before.get((name, tuple(sorted(labels.items()))), 0)

    now = await scrape(world)
    count = "aura_webhook_seconds_count"
    assert [grown(count, channel=channel, status=status) for status in ("200", "401", "400", "413")] == [2, 1, 1, 1]
    assert now.of(count, channel="unknown", status="401") == 1
    assert grown("aura_event_seconds_count", channel=channel, outcome="done") == 1
    assert grown("aura_event_seconds_count", channel=channel, outcome="refused") == 1
    assert grown("aura_sends_total", channel=channel, outcome="sent", reason="") == 2
    assert now.of("aura_send_seconds_count", channel=channel) >= 2
    assert now.of("process_resident_memory_bytes") > 0


async def test_what_became_of_sends_is_told_apart(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")

    async def is_settled() -> bool:
        return not await world.one_truth("select count(*) from outbox where state in ('pending', 'sending')")

    async with _erring_platform(world) as statuses:
        for status, said in ((500, ""), (429, "Too Many Requests"), (403, "Forbidden: bot was blocked by the user")):
            statuses[:] = [(status, said)]
            assert (await post(world, press(world, jay, "no such button")))[0] == 200
            await _is_tried(world)
        await until(is_settled, "every answer to be refused")
    now = await scrape(world)
    for outcome, reason in (("unknown", ""), ("retry_later", ""), ("refused", "blocked")):
        assert now.of("aura_sends_total", channel="telegram", outcome=outcome, reason=reason) >= 1


async def _is_tried(world: World) -> None:
    """The newest answer has been tried once."""

    async def done() -> bool:
        return bool(await world.one_truth("select bool_and(state = 'done') from inbox"))

    await until(done, "the event to be done")
    await world.program.intake.finish()


@asynccontextmanager
async def _erring_platform(world: World) -> AsyncIterator[list[tuple[int, str]]]:
    """Telegram, which answers the calls that send with the first of these; the list is the test's to change."""
    statuses: list[tuple[int, str]] = []

    async def answer(request: web.Request) -> web.Response:
        if not request.path.endswith("/sendMessage"):
            return web.json_response({"ok": True, "result": True})
        status, said = statuses[0]
        body = {"ok": False, "error_code": status, "description": said}
        if status == 429:
            body["parameters"] = {"retry_after": 1}
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    here = world.program.channels["telegram"]
    async with TestServer(app) as server:
        settings = world.program.settings.model_copy(update={"telegram_api_url": str(server.make_url("/"))})
        async with open_channels(settings) as channels:
            world.program.channels["telegram"] = channels["telegram"]
            yield statuses
            world.program.channels["telegram"] = here


async def test_what_waits_is_there_with_its_age(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    await jay.says("/help")
    await jay.reads()
    now = await scrape(world)
    assert now.label("aura_job_due", "job") == {job.name for job in JOBS}
    assert now.label("aura_inbox_events", "state") == {"pending", "parked"}
    assert now.label("aura_outbox_messages", "state") == {"pending", "sending", "unknown", "refused"}
    waiting = [now[key] for key in now if key[0] in ("aura_inbox_events", "aura_outbox_messages")]
    assert not any(waiting)

    await world.truth("update inbox set state = 'parked', received_at = received_at - interval '1 hour'")
    for state, minutes in (("pending", 10), ("unknown", 20), ("unknown", 30), ("unknown", 1500)):
        await world.truth(
            "insert into outbox (clinic_id, row_kind, message_class, account_id, identity_id, person_id, recipient,"
            " content, state, created_at, not_before) select clinic_id, 'notice', 'care', account_id, identity_id,"
            " person_id, recipient, '{}', $1, now() + make_interval(secs => offset_seconds, mins => -$2::int),"
            " now() + interval '1 day' from outbox, clock limit 1",
            state,
            minutes,
        )
    async with world.unit() as unit:
        unit.set_timer("no.such", uuid4(), unit.now - timedelta(minutes=3))
        unit.set_timer("no.such", uuid4(), unit.now - timedelta(minutes=2))
    await world.truth("delete from ticks")
    now = await scrape(world)
    count = await world.one_truth("select count(*)::int from inbox")
    assert now.of("aura_inbox_events", state="parked") == count
    assert 3600 < now.of("aura_inbox_events_oldest_seconds", state="parked") < 3700
    assert now.of("aura_outbox_messages", **{"state": "unknown", "class": "care"}) == 2, "the last day's"
    assert 1800 <= now.of("aura_outbox_messages_oldest_seconds", **{"state": "unknown", "class": "care"}) < 1830
    assert 600 <= now.of("aura_outbox_messages_oldest_seconds", **{"state": "pending", "class": "care"}) < 630
    assert now.of("aura_job_due", job="timers") == 2
    assert 180 <= now.of("aura_job_due_oldest_seconds", job="timers") < 210
    assert now.of("aura_job_due", job="housekeeping") == 1
    assert abs(now.of("aura_clock_drift_seconds")) < 1
    await world.truth("delete from timers")
    await world.truth("delete from outbox where notice_kind is null and content = '{}'")


async def test_job_runs_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(timers.USE_CASES, "canary", broken)
    async with world.unit() as unit:
        unit.set_timer("no.such", uuid4(), unit.now)
        unit.set_timer("canary", uuid4(), unit.now)
    await world.program.scheduler.run_job("timers", unit.now)

    async def counted() -> bool:  # the program's own ticker may have been first
        now = await scrape(world)
        kinds = [now.of("aura_job_runs_total", job="timers", outcome=outcome) for outcome in ("done", "failed")]
        return kinds == [2, 1]

    await until(counted, "both timers to be counted")
    await world.truth("delete from timers")


async def test_a_proxy_is_told_nothing_and_a_database_that_is_away_is_said(world: World) -> None:
    address = world.program.settings.address
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        async with world.http.get(f"{address}/metrics", headers={header: "1.2.3.4"}) as answer:
            assert answer.status == 404
    for host, status in (
        ("chat.example.com", 404),
        ("chat.example.com:443", 404),
        ("8.8.8.8", 404),
        ("[2001:4860:4860::8888]:80", 404),
        ("[no such host", 404),
        ("web-1:8080", 200),
        ("10.0.0.7:8080", 200),
        ("[::1]:8080", 200),
    ):
        async with world.http.get(f"{address}/metrics", headers={"Host": host}) as answer:
            assert answer.status == status, host
    assert (await scrape(world)).of("aura_database_up") == 1
    async with database_away(world):
        now = await scrape(world)
    assert now.of("aura_database_up") == 0
    assert now.of("process_resident_memory_bytes") > 0
    assert not now.label("aura_inbox_events", "state")


async def test_what_is_left_of_a_quota(world: World) -> None:
    program, slug = world.program, world.accounts["DRG", "line"]
    asked = Quotas(program.accounts, program.channels, program.metrics)
    account = next(account for account in await program.accounts.of_clinic("DRG") if account.channel == "line")
    await asked.look()
    assert await program.channels["line"].quota(account) == Quota(limit=None, used=0)
    assert not (await scrape(world)).label("aura_quota_left", "channel"), "without a limit nothing can run out"

    await world.control("line", f"accounts/{slug}/quota", value=10)
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    await new_member(world, jay, channel="line")
    await jay.reads()
    await asked.look()
    now = await scrape(world)
    assert now.of("aura_quota_limit", channel="line", clinic="DRG") == 10
    assert now.of("aura_quota_left", channel="line", clinic="DRG") == 9, (
        "the desk's notice was a push, answers are free"
    )
    assert now.label("aura_quota_left", "channel") == {"line"}
    assert [is_low(Quota(100, used)) for used in (90, 91, 200)] == [False, True, True]
    assert not is_low(Quota(None, 1000))


async def test_a_figure_of_a_quota_goes_when_nothing_stands_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, answers = world.program, list[Quota | AccountError]()

    class Line:
        async def quota(self, account: Account) -> Quota:
            match answers.pop():
                case Quota() as quota:
                    return quota
                case error:
                    raise error

    book = AsyncMock(wraps=program.accounts)
    [account] = [account for account in await program.accounts.of_clinic("DRG") if account.channel == "line"]
    book.ids.return_value, book.ids.side_effect = [account.id], None
    asked = Quotas(book, {"line": cast(Channel, Line())}, program.metrics)

    async def shown(answer: Quota | AccountError) -> set[str]:
        answers[:] = [answer]
        await asked.look()
        now = await scrape(world)
        return now.label("aura_quota_left", "clinic") | now.label("aura_quota_limit", "clinic")

    known, revoked = Quota(10, 3), AccountError("revoked")
    assert await shown(known) == {"DRG"}
    assert await shown(Quota(None, 3)) == set(), "the plan has no limit any more"
    assert await shown(known) == {"DRG"}
    assert await shown(revoked) == {"DRG"}, "one answer that is missed is nothing"
    monkeypatch.setattr(quotas, "KEPT_SECONDS", -1.0)
    assert await shown(revoked) == set(), "nobody has known it for long"
    monkeypatch.undo()
    assert await shown(known) == {"DRG"}
    book.ids.return_value = []
    assert await shown(known) == set(), "the account is gone"
