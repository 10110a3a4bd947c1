"""Texts that want to be more than text: markup, reversed and invisible letters, placeholders, links, formulas, length.

They are names, messages and catalogue entries of real people; the emulated platforms are as strict as the real ones.
What arrives is the text itself, after the cleaning that names and the inbox document, and nothing of it is markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from domain.database.storable import storable
from domain.people.rules import clean_name
from tests.faults.erring import copies
from tests.faults.members import members
from tests.faults.registry import Trial, fault
from tests.faults.rig import Rig
from tests.stories.scenes import joins_team
from tests.stories.treasure import MOVING, checksums

MARKUP = (
    "<b>Nat</b> <a href='https://evil.example'>free</a>",
    "</span>&amp;<script>alert(1)</script>",
    "_Nat_ *bold* [link](https://evil.example) `x` ~~ > # + - = | { } . !",
    "{0} {name} {} %s %(name)s ${HOME} $(id) {{7*7}}",
    "=cmd()|' /C calc'!A0",
    "https://evil.example/?a=1&b=2",
    "'; drop table users; --",
)
LETTERS = (
    "Nat \u202eetihw\u202c \u2066x\u2069",
    "N\u200ba\u200ct\ufeff",
    "👩‍👩‍👧‍👦 Nat 🇹🇭 👍🏽",
    "ญี่ปุ่น น้ำ ก็ที่นี่",
    "Zalgo N\u0335\u0336a\u0337t",
    "a\r\nb\tc",
)
NAMES = (*MARKUP, *LETTERS)
# The channels take turns: LINE lets people write 5,000 characters, which staff on Telegram read in 4,096.
LONG = ("x" * 5_000, "ก" * 4_096, "👩‍👩‍👧‍👦" * 450, "<&>" * 1_365)
TEXTS = ("please help: a\x00b", *(f"please help: {text}" for text in NAMES), *LONG)
REORDERING = set("\u202e\u202c\u2066\u2069\u200b\ufeff\r\n\t")
SHOWN_AT_LEAST = 900
"""So much of a text is shown, however long it is."""


@fault("F29", "markup, invisible letters, placeholders, links and length in names and messages")
async def test_a_nasty_text_arrives_as_the_text_that_it_is(trial: Trial) -> None:
    """Customers of these names write these texts; staff on both channels read them."""
    async with trial.rig() as world:
        await world.meets("DRG")
        staff = [await joins_team(world, "sales", "คุณเจ", "line"), await joins_team(world, "sales", "คุณฝน", "telegram")]
        names = [NAMES[n % len(NAMES)] for n in range(len(TEXTS))]
        people = await members(world, len(TEXTS), names=names)
        for person, text in zip(people, TEXTS, strict=True):
            account = world.accounts["DRG", person.channel]
            await world.control(person.channel, f"accounts/{account}/chats/{person.id}/say", text=text)
        world.injected["nasty text"] += len(TEXTS)
        await world.settles()
        assert await world.truth("select state, error from outbox where state <> 'sent'") == []
        for reader in staff:
            read = await copies(reader)
            for person, text in zip(people, TEXTS, strict=True):
                title, shown = f"{clean_name(person.name)} wrote", _shown(text, person.channel)
                same = [said for said in read if title in said]
                assert any(shown in _plain(said) for said in same), (reader.channel, shown, same)
        kept = "".join(row["name"] for row in await world.truth("select name from customers"))
        assert not REORDERING & set(kept), "a name could reorder the line it stands in, or look like another"
        await _nothing_is_markup(world)


@fault("F29", "the same in a clinic's catalogue, and in the file of `aura clinic export`")
async def test_a_nasty_catalogue_is_shown_and_exported_as_it_is(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        staff = [await joins_team(world, "sales", "คุณเจ", "line"), await joins_team(world, "sales", "คุณฝน", "telegram")]
        codes = [row["code"] for row in await world.truth("select code from treatments order by code")]
        for code, text in zip(codes, NAMES, strict=False):
            await world.truth("update treatments set name_th = $1, name_en = $1 where code = $2", text, code)
        world.injected["nasty text"] += min(len(codes), len(NAMES))
        for reader in staff:
            for said in ("/lead", "Nat", "081-555-0199"):
                await reader.says(said)
        assert await world.truth("select state, error from outbox where state <> 'sent'") == []
        await _nothing_is_markup(world)
        before = await checksums(world, "DRG", without=MOVING)
        file = world.served.log.parent / "clinic.yaml"
        await world.served.runs("clinic", "export", "DRG", str(file))
        exported = yaml.safe_load(file.read_text(encoding="utf-8"))
        names = {entry["code"]: entry["en"] for entry in exported["treatments"]}
        assert [names[code] for code, _ in zip(codes, NAMES, strict=False)] == list(NAMES[: len(codes)])
        await world.served.runs("clinic", "import", "DRG", str(file))
        assert await checksums(world, "DRG", without=MOVING) == before, "the file says what there is"


def _shown(text: str, channel: str) -> str:
    """The beginning of what somebody wrote, as the clinic keeps it and phones show it."""
    kept = str(storable(_plain(text) if channel == "telegram" else text))
    return _plain(kept).strip()[:SHOWN_AT_LEAST]


def _plain(text: str) -> str:
    """A text as Telegram takes it, from people and from us: control characters are blanks."""
    return "".join(" " if letter < " " and letter != "\n" else letter for letter in text.replace("\r", ""))


async def _nothing_is_markup(world: Rig) -> None:
    """No message carries a link that somebody typed, nor asks the platform to read markup in a text."""
    for entry in await world.look("telegram", "journal"):
        if entry["kind"] == "call" and entry["method"] in ("sendMessage", "sendPhoto"):
            body = entry["body"]
            assert "parse_mode" not in body
            entities = body.get("entities") or []
            kinds = {part["type"] for part in (json.loads(entities) if isinstance(entities, str) else entities)}
            assert kinds <= {"bold"}, kinds
    for entry in await world.look("line", "journal"):
        if entry["kind"] == "request" and entry["path"].startswith("/v2/bot/message/"):
            assert not [uri for uri in _values(entry["body"], "uri") if "evil" in uri]


def _values(part: Any, key: str) -> Iterator[str]:
    """What stands under this key, anywhere in it."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and key in part:
        yield str(part[key])
    for one in inner:
        yield from _values(one, key)
