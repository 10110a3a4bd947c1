"""What the program writes to its log: every step of an event under its id, and nothing that anybody wrote or keeps.

Canaries are planted wherever people and platforms write (names, texts, numbers, tokens), errors of every kind are
provoked at them, and everything that was logged at DEBUG is searched.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import StringIO
from typing import Any

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from bots import app, logs, work
from bots.accounts import Accounts
from bots.app import open_channels
from bots.channel import Channel
from handlers.talk import Talk
from scheduler.jobs import timers
from tests.faults.program import until
from tests.stories.forgery import post, press
from tests.stories.person import Person
from tests.stories.scenes import chooses_language, joins_team
from tests.stories.world import CHANNELS, World

NAME, TEXT, PHONE = "Canaryname", "canary-text-of-a-customer", "0895550100"
APOLOGY = "Sorry, something went wrong on our side. Please try again later, or call us."


class Log:
    """Everything written so far."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    async def has_two_done(self) -> bool:
        return len(self.of("intake.done")) == 2

    def says_nothing_of(self, *canaries: str) -> None:
        written = self.stream.getvalue()
        assert [canary for canary in canaries if canary in written] == []


@pytest.fixture
def log() -> Iterator[Log]:
    written = Log()
    logs.configure("DEBUG", written.stream)
    yield written
    logs.configure("ERROR")


async def canaries(world: World, *people: Person) -> list[str]:
    """All that must not be read in a log: what people wrote, who they are, and every secret there is."""
    found = [NAME, TEXT, PHONE, "089-555-0100", "089 555 0100", "+66895550100", "66895550100", world.program.url]
    found += [person.id for person in people]
    for account in await world.program.accounts.of_clinic("DRG"):
        found += account.secrets.values()
    events = [entry["event"] for entry in await world.look("line", "journal") if entry["kind"] == "event"]
    tokens = [event["replyToken"] for event in events if "replyToken" in event]
    assert tokens or all(person.channel != "line" for person in people)
    return [*found, *tokens, world.program.settings.secret_keys()[0]]


async def breaks(world: World, person: Person) -> None:
    """What they write breaks our own code; they get an apology."""
    await person.says(f"{TEXT} {PHONE}")
    await person.sees(APOLOGY)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_every_step_of_an_event_is_logged_under_its_id(world: World, log: Log, channel: str) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    pim = await world.person(NAME, channel, "en")
    await pim.adds_the_account()
    await chooses_language(pim)
    await pim.taps(NAME)
    await pim.says("089 555 0100")
    await pim.taps("Confirm")
    await pim.says(TEXT)
    await pim.reads()
    await jay.reads()

    [account] = [account for account in await world.program.accounts.of_clinic("DRG") if account.channel == channel]
    rows = await world.truth("select id, event_id from inbox order by seq")
    assert [line["event_id"] for line in log.of("intake.accepted")] == [row["event_id"] for row in rows]
    for row in rows:
        steps = [line for line in log.lines if line.get("inbox_id") == str(row["id"])]
        names = [line["event"] for line in steps if line["level"] == "info"]
        assert names[:2] == ["intake.accepted", "intake.done"]
        assert all(step.items() >= account.told.items() for step in steps if step["event"] != "reaction")
        assert all(step["ms"] >= 0 for step in steps if step["level"] == "info")
    # The text went on to the desk: written by the event, sent by the worker, still under the event's id.
    last = [line for line in log.lines if line.get("inbox_id") == str(rows[-1]["id"])]
    [done] = [line for line in last if line["event"] == "intake.done"]
    assert (done["facts"], done["messages"], done["role"]) == (["message_not_understood"], 2, "customer")
    assert [line["does"] for line in last if line["event"] == "reaction"] == ["messages.forward"]
    sent = {line["kind"]: line for line in last if line["event"] == "delivery.sent"}
    assert sent.keys() == {"answer", "message.forward"}
    for line in sent.values():
        assert await world.one_truth("select count(*) from outbox where id = $1 and state = 'sent'", *line["rows"]) == 1
    log.says_nothing_of(*await canaries(world, jay, pim))


async def test_errors_of_every_kind_quote_nobody(world: World, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [await world.person(NAME, channel, "en") for channel in CHANNELS]
    for person in people:
        await person.adds_the_account()
        await chooses_language(person)
        await person.reads()

    async def twice(talk: Talk, *_: object) -> None:
        for _n in range(2):
            insert = text("insert into clinic_counters (clinic_id, name) values (:clinic, :name)")
            await talk.unit.db.execute(insert, {"clinic": talk.unit.clinic.id, "name": f"{TEXT} {PHONE}"})

    async def bug(talk: Talk, *_: object) -> None:
        wrote = talk.scene.payload
        try:
            raise KeyError(f"{NAME} {wrote}")
        except KeyError as error:
            raise ExceptionGroup(f"of {PHONE}", [ValueError(f"cannot serve {wrote}"), error]) from error

    monkeypatch.setattr(work, "MOST_ATTEMPTS", 1)
    for broken in (twice, bug):
        monkeypatch.setattr(work, "dispatch", broken)
        for person in people:
            await breaks(world, person)
    monkeypatch.undo()
    assert await world.one_truth("select count(*) from inbox where state = 'parked'") == 4
    parked = await world.truth("select id, error from inbox where state = 'parked'")
    assert {(line["inbox_id"], line["error"]) for line in log.of("intake.parked")} == {
        (str(row["id"]), row["error"]) for row in parked
    }
    broke = log.of("intake.broke")
    assert len(broke) == 4
    assert sum("sqlstate=23505" in line["exception"] for line in broke) == 2
    assert sum("uq_clinic_counters" in line["exception"] for line in broke) == 2
    assert sum("ExceptionGroup" in line["exception"] and "in bug" in line["exception"] for line in broke) == 2
    log.says_nothing_of(*await canaries(world, *people))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("status", [200, 403, 500])
async def test_what_a_platform_answers_is_not_quoted(world: World, log: Log, channel: str, status: int) -> None:
    person = await world.person(NAME, channel, "en")
    await person.adds_the_account()
    await person.reads()
    async with _quoting_platform(world, status) as channels:
        here = world.program.channels[channel]
        world.program.channels[channel] = channels[channel]
        await post(world, press(world, person, TEXT))
        await until(log.has_two_done, "the answer to the press")
        await world.program.intake.finish()
        world.program.channels[channel] = here
    assert log.of("delivery.not_sent") or status == 200
    log.says_nothing_of(*await canaries(world, person))


@asynccontextmanager
async def _quoting_platform(world: World, status: int) -> AsyncIterator[dict[str, Channel]]:
    """Channels to a platform that answers everything with what somebody wrote."""

    async def answer(request: web.Request) -> web.Response:
        said = f"no {TEXT} of {NAME} at {PHONE}: {(await request.read())[:200]!r} {request.headers}"
        return web.json_response({"message": said, "ok": False, "description": said}, status=status)

    platform = web.Application()
    platform.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(platform) as server:
        url = str(server.make_url("/"))
        addresses = {"line_api_url": url, "line_data_api_url": url, "telegram_api_url": url}
        async with open_channels(world.program.settings.model_copy(update=addresses)) as channels:
            yield channels


async def test_a_bug_in_the_web_server_a_job_and_a_task_quotes_nobody(
    world: World, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await world.person(NAME, "line", "en")
    await person.adds_the_account()
    await person.reads()

    async def broken(*_: object) -> None:
        raise LookupError(f"{TEXT} of {NAME} at {PHONE}")

    with monkeypatch.context() as patched:
        patched.setattr(Accounts, "at", broken)
        status, body = await post(world, press(world, person, TEXT))
    assert (status, TEXT in body) == (500, False)
    monkeypatch.setitem(timers.USE_CASES, "canary", broken)
    async with world.unit() as unit:
        unit.set_timer("canary", unit.clinic.id, unit.now)
    await world.program.scheduler.run_job("timers", unit.now)
    task = asyncio.create_task(broken(), name=TEXT)
    await asyncio.wait([task])
    del task
    gc.collect()
    asyncio.get_running_loop().call_soon(_raise, f"{NAME} {PHONE}")
    logging.getLogger("some.library").warning("cannot read %s of %s", TEXT, NAME)
    logging.getLogger("some.library").error(f"no such person: '{NAME}' at {PHONE} with Bearer {TEXT}")
    await asyncio.sleep(0)
    told = {(line.get("logger"), line["event"]) for line in log.lines if line["level"] != "debug"}
    assert told >= {
        ("aiohttp.server", "Error handling request from %s"),
        ("asyncio", "Task exception was never retrieved"),
        ("asyncio", "Exception in callback _raise"),
        ("some.library", "cannot read %s of %s"),
        ("some.library", "no such person:"),
    }
    [timer] = log.of("timer.broke")
    assert (timer["job"], timer["kind"], "in broken" in timer["exception"]) == ("timers", "canary", True)
    log.says_nothing_of(*await canaries(world, person))


def _raise(words: str) -> None:
    raise RuntimeError(words)


def test_what_has_the_form_of_a_secret_is_masked(log: Log) -> None:
    out = structlog.get_logger()
    token = "123456789:AAF-canary_canary_canary_canary_1"
    out.info("x", a=f"call {PHONE} now", b=["+66 89 555 0100"], c={"d": token}, e="postgresql://me:pass@host/db")
    out.info("kept", inbox_id="0a000000-0000-0000-0000-081234567890", at="2026-11-27T01:02:03.000000Z", n=812345678)
    [masked], [kept] = log.of("x"), log.of("kept")
    assert (masked["a"], masked["b"], masked["c"], masked["e"]) == (
        "call *** now",
        ["***"],
        {"d": "***"},
        "postgresql://***@host/db",
    )
    assert (kept["inbox_id"], kept["at"]) == ("0a000000-0000-0000-0000-081234567890", "2026-11-27T01:02:03.000000Z")


def test_what_python_would_print_by_itself_is_logged(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in ((sys, "excepthook"), (threading, "excepthook"), (warnings, "showwarning")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    logs.catch_unhandled()
    error = RuntimeError(TEXT)
    sys.excepthook(RuntimeError, error, None)
    thread = threading.Thread(target=_raise, args=[TEXT])
    thread.start()
    thread.join()
    warnings.showwarning(UserWarning(TEXT), UserWarning, "library.py", 7)
    assert [line["event"] for line in log.lines] == ["program.broke", "program.thread_broke", "python.warning"]
    assert ("RuntimeError" in log.lines[1]["exception"], log.lines[2]["at"]) == (True, "library.py:7")
    log.says_nothing_of(TEXT)


def test_what_any_command_logs_goes_to_standard_error(
    log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or it would stand in the middle of what `--json` prints."""
    structlog.reset_defaults()
    monkeypatch.setattr(app, "cli", lambda obj: structlog.get_logger().error("from a command"))
    app.main()
    out, err = capsys.readouterr()
    assert (out, json.loads(err)["event"]) == ("", "from a command")
