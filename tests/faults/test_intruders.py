"""People with bad intentions, from outside: forged signatures, captured presses sent again, ids of another clinic.

The inbox and every table of every clinic are compared before and after: nothing that was refused leaves a trace but
its refusal, and a refusal says the same whether what was asked for exists or not.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from bots.accounts import SecretBox
from bots.line import inbound as line
from domain.schema import schema
from handlers.cards import Action, Card
from handlers.routes import ROUTES
from tests.faults.members import at_once, members
from tests.faults.registry import LONG, Trial, fault, times
from tests.faults.rig import Rig
from tests.faults.story import STEPS, Cast, cast
from tests.stories.forgery import Request, data_of, forgeries, post, press, token
from tests.stories.person import Person
from tests.stories.scenes import joins_team
from tests.stories.treasure import BAD_BUTTON, MOVING, SECRET, WITHOUT_ID, a_journey, checksums
from tests.stories.world import CHANNELS, SECRET_KEY

ACTED_ON = ("customers", "loyalty_rewards", "task_queue", "users", "workflow_states")
"""What most buttons are about: the short form's ids."""
NONSENSE = ("'; drop table users; --", "A" * 64, "%00")
TOGETHER = 30
"""So many forged requests at once wait for the same look at the accounts' secrets, of which there is one a second."""
PORTION = 200
"""So many presses are answered before the next ones: a bot may send only so much in a second."""


@fault("F24", "forged signatures of all kinds")
async def test_a_forged_request_leaves_no_trace(trial: Trial) -> None:
    """Whatever is wrong with it, and whether its clinic exists or not, the whole answer is the same."""
    async with trial.rig() as world:
        await world.meets("DRG")
        await world.meets("BUA")
        for channel in CHANNELS:
            [nat] = await members(world, 1, channels=[channel])
            true = press(world, nat, "whatever")
            forged = forgeries(world, channel, true)
            if channel == "line":
                forged |= _bent(world, true)
            world.injected["forged request"] += len(forged)
            said: dict[str, tuple[int, str, dict[str, str]]] = {}
            names = list(forged)
            for some in (names[start : start + TOGETHER] for start in range(0, len(names), TOGETHER)):
                answers = await asyncio.gather(*(_whole_answer(world, forged[name]) for name in some))
                said |= dict(zip(some, answers, strict=True))
            assert {answer[0] for answer in said.values()} == {401}, said
            assert len(set(map(str, said.values()))) == 1, said
            assert await world.one_truth("select count(*) from inbox") == CHANNELS.index(channel)
            assert (await post(world, true))[0] == 200, "the true one is taken"
            await world.settles()


def _bent(world: Rig, true: Request) -> dict[str, Request]:
    """LINE signs the body: one byte more, less or other anywhere, and the right idea with the wrong key or form."""
    body, spots = true.body, world.luck.sample(range(len(true.body)), times(20, len(true.body)))
    bodies = {f"byte {n}": body[:n] + bytes([body[n] ^ 1 << world.luck.randrange(8)]) + body[n + 1 :] for n in spots}
    bodies |= {"a space more": body + b" ", "a byte less": body[:-1], "a byte order mark": b"\xef\xbb\xbf" + body}
    digest = hmac.new(b"secret-DRG", body, hashlib.sha256).digest()
    claims = {
        "in hexadecimal": digest.hex(),
        "padded anew": base64.b64encode(digest + b"\0").decode(),
        "of another algorithm": base64.b64encode(hmac.new(b"secret-DRG", body, hashlib.sha512).digest()).decode(),
        "with no key": line.sign("", body).decode(),
        "with the access token": line.sign("token-DRG", body).decode(),
        "in Thai": "ลายเซ็น",
        "very long": "A" * 4_000,
    }
    return {
        **{name: replace(true, body=changed) for name, changed in bodies.items()},
        **{name: replace(true, headers={line.SIGNATURE_HEADER: claim}) for name, claim in claims.items()},
    }


async def _whole_answer(world: Rig, request: Request) -> tuple[int, str, dict[str, str]]:
    async with world.http.post(request.url, data=request.body, headers=request.headers) as answer:
        told = {name: value for name, value in answer.headers.items() if name != "Date"}
        return answer.status, await answer.text(), told


@fault("F25", "captured presses sent again")
async def test_a_captured_press_does_nothing_the_second_time(trial: Trial) -> None:
    """After the story: every press of it again, by its own person and by everybody else; then the key changes."""
    async with trial.rig() as world:
        story = await cast(world, "calm", "line")
        for step in STEPS.values():
            await step(story)
        presses = [
            (person, entry["event"]["postback"]["data"])
            for entry in await world.look("line", "journal")
            for person in (story.sales, story.mint, story.nat)
            if entry["kind"] == "event" and entry["event"]["type"] == "postback" and entry["person"] == person.id
        ]
        assert len(presses) > 15
        before = await checksums(world, "calm", without=MOVING)
        for own in presses:
            await at_once(world, [own])
        changed = _changed(before, await checksums(world, "calm", without=MOVING))
        assert not changed, changed
        foreign = [(other, data) for person, data in presses for other in _others(story, person)]
        for other in (story.sales, story.mint, story.nat):
            await other.reads()
        await at_once(world, foreign)
        read = [text for other in (story.sales, story.mint, story.nat) for text in await other.reads()]
        assert read == [BAD_BUTTON] * len(foreign), set(read)
        assert await checksums(world, "calm", without=MOVING) == before


def _others(story: Cast, person: Person) -> list[Person]:
    return [other for other in (story.sales, story.mint, story.nat) if other is not person]


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [table for table in before if before[table] != after[table]]


@fault("F25", "old buttons after AURA_SECRET_KEY has changed")
async def test_old_buttons_live_as_long_as_their_key_is_listed(trial: Trial) -> None:
    new = "the key that came after it; also for tests only"
    async with trial.rig() as world:
        await world.meets("DRG")
        jay = await joins_team(world, "sales", "คุณเจ", "line")
        await jay.says("/payments")
        await jay.reads()
        old = await data_of(jay, "Board")
        for keys, works in ((f"{new},{SECRET_KEY}", True), (new, False)):
            # The accounts' secrets are sealed with the new key first, as an operator does before the old one goes.
            for row in await world.truth("select id, secrets from channel_accounts"):
                sealed = SecretBox((new,)).seal(SecretBox((SECRET_KEY, new)).open(row["secrets"]))
                await world.truth("update channel_accounts set secrets = $1 where id = $2", sealed, row["id"])
            world.served.knows(AURA_SECRET_KEY=keys)
            world.served.die("restart with other keys")
            await world.served.gone()
            await world.settles()
            await at_once(world, [(jay, old)])
            [said] = await jay.reads()
            assert (said == BAD_BUTTON) != works, said


@fault("F26", "every real id of another clinic, in buttons with our own seal")
async def test_real_ids_of_another_clinic_are_as_good_as_invented_ones(trial: Trial) -> None:
    """Ids of all tables in every button by every role: the same words as for an invented one, and nothing moves."""
    async with trial.rig() as world:
        await world.meets("DRG")
        await world.meets("BUA")
        await a_journey(world, "BUA")
        [nat] = await members(world, 1, channels=["telegram"])
        cast_here = {
            "sales": await joins_team(world, "sales", "คุณเจ", "line"),
            "beautician": await joins_team(world, "beautician", "คุณมิ้นท์", "telegram"),
            "manager": await joins_team(world, "manager", "คุณพลอย", "line"),
            "customer": nat,
        }
        theirs = await _ids(world, "BUA")
        before = await checksums(world, "BUA"), await checksums(world, "DRG", without=MOVING)
        asked: list[tuple[str, str, Person, UUID]] = []
        for name, (roles, _) in ROUTES.actions.items():
            may = [person for role, person in cast_here.items() if role in roles and name not in WITHOUT_ID]
            for person in world.luck.sample(may, min(len(may), times(1, len(may)))):
                tables = sorted(theirs) if LONG else world.luck.sample(ACTED_ON, 1)
                asked += [(name, "invented", person, uuid4())]
                asked += [(name, table, person, world.luck.choice(theirs[table])) for table in tables]
        answers = await _answers(
            world, [(p, await token(p, Action(name, row, version=1))) for name, _, p, row in asked]
        )
        told = list(zip(asked, answers, strict=True))
        invented = {(name, p.id): said for (name, table, p, _), said in told if table == "invented"}
        for (name, table, person, _), said in told:
            assert said == invented[name, person.id], (name, table, person.name)
        assert SECRET not in str(answers)
        bare = [str(ids[0]) for ids in theirs.values()]
        raw = [*world.luck.sample(bare, times(5, len(bare))), "-1", str(2**63), "0", *NONSENSE]
        refused = await _answers(world, [(p, data) for data in raw for p in cast_here.values()])
        assert all(BAD_BUTTON in said for said in refused), refused
        assert (await checksums(world, "BUA"), await checksums(world, "DRG", without=MOVING)) == before


async def _ids(world: Rig, slug: str) -> dict[str, Sequence[UUID]]:
    """Every id that a clinic's rows have, by table."""
    found: dict[str, Sequence[UUID]] = {}
    for table in schema().sorted_tables:
        if "clinic_id" in table.c and "id" in table.c:
            query = f"select id from {table.name} where clinic_id = $1"  # noqa: S608 - our own tables
            ids = [row["id"] for row in await world.truth(query, world.clinic_ids[slug])]
            if ids and isinstance(ids[0], UUID):
                found[table.name] = ids
    return found


async def _answers(world: Rig, presses: Sequence[tuple[Person, str]]) -> list[list[str]]:
    """What each press is answered with, in the order of the presses: all words of all cards."""
    asked = [press(world, person, data) for person, data in presses]
    world.injected["forbidden press"] += len(asked)
    for start in range(0, len(asked), PORTION):
        for request in asked[start : start + PORTION]:
            assert (await post(world, request))[0] == 200
        await world.settles()
    rows = await world.truth(
        "select i.event_id, o.content from outbox o join inbox i on i.clinic_id = o.clinic_id and i.id = o.inbox_id"
        " where o.row_kind = 'answer' order by o.seq"
    )
    said: dict[str, list[str]] = {}
    for row in rows:
        card = Card.from_json(json.loads(row["content"])["card"])
        said.setdefault(row["event_id"], []).append(
            "\n".join(filter(None, (card.title, card.text, *map(str, card.rows), card.footnote)))
        )
    return [said[_event_id(request)] for request in asked]


def _event_id(request: Request) -> str:
    body = json.loads(request.body)
    return str(body["update_id"]) if "update_id" in body else str(body["events"][0]["webhookEventId"])
