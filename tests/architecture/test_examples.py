"""Every card has an example, and every example arrives whole, translated and within the limits of both channels."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import iscoroutinefunction, isfunction
from pkgutil import iter_modules
from types import FrameType, FunctionType
from typing import Any

import pytest

import handlers
from bots.preview.phones import CHANNELS, Shown, phones
from domain.catalogue import starting_catalogue
from domain.people.rules import show_phone
from handlers.cards import Action, Button, Card
from handlers.conversation import LANGUAGE_NAMES
from handlers.examples import Example, examples
from handlers.examples.demo import CODE, PEOPLE
from handlers.routes import ROUTES
from handlers.words import LANGUAGES, Words
from tests.architecture.test_translations import PRODUCTS

MAKES_A_CARD = ("Card", "Question")
BILINGUAL = "start.language"
LATIN = re.compile(r"[A-Za-z][A-Za-z-]+")
NOT_WORDS = re.compile(rf"https?://\S+|(?<!\S)/[a-z]+|\b{CODE}\b|\b[A-Z0-9]+(-[A-Z0-9]+)+\b")


def test_every_notice_has_an_example() -> None:
    assert ROUTES.presenters.keys() - {example.kind for example in examples()} == set()


def test_every_function_that_makes_a_card_is_shown() -> None:
    """A card made anywhere else than in a function of what was found cannot be looked at."""
    makers = {function.__code__: f"{function.__module__}.{function.__name__}" for function in card_functions()}
    assert "handlers.payments.receipt" in makers.values()
    ran = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            ran.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for example in examples():
            example.cards(Words("en"))
    finally:
        sys.setprofile(before)
    assert sorted(name for code, name in makers.items() if code not in ran) == []


def card_functions() -> Iterator[FunctionType]:
    """The public functions of `handlers` that make a card or a question without waiting for anything."""
    for found in iter_modules(handlers.__path__):
        module = import_module(f"handlers.{found.name}")
        for name, function in vars(module).items():
            here = isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
            if here and not iscoroutinefunction(function) and function.__annotations__["return"] in MAKES_A_CARD:
                yield function


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", examples(), ids=lambda example: f"{example.kind}, {example.title}")
def test_an_example_is_shown_whole_and_in_one_language(example: Example, language: str) -> None:
    cards = example.cards(Words(language))
    for shown in phones(example, [language]):
        assert [size for sizes in shown.sizes for size in sizes if size[1] > size[2]] == []
        assert list(lost(cards, shown)) == []
    if example.kind != BILINGUAL:
        assert [fault for text in texts(cards) for fault in unfit(text, language)] == []


def lost(cards: list[Card], shown: Shown) -> Iterator[str]:
    """What stands on a card and on no message: it was cut, or has no place. Telegram has no calendar to open."""
    seen = "\n".join(visible([message["raw"] for message in shown.messages]))
    for card in cards:
        buttons = [b for b in card.all_buttons() if shown.channel == "line" or not b.picker]
        words = [button.label if shown.channel == "line" else label_or_number(button, seen) for button in buttons]
        rows = (*card.rows, *((item.title, item.detail) for item in card.items))
        parts = (card.title, card.text, *(part for row in rows for part in row), card.footnote, *words)
        yield from (part for part in parts if part.strip() not in seen)


def label_or_number(button: Button, seen: str) -> str:
    """Telegram has no buttons that call: the number is written out, or the card shows it as people write it."""
    if not button.url or not button.url.startswith("tel:"):
        return button.label
    number = button.url.removeprefix("tel:")
    return number if number in seen else show_phone(number)


def visible(raw: Any) -> Iterator[str]:
    """Every text of the platforms' JSON that people read."""
    match raw:
        case dict():
            for key, value in raw.items():
                if key in ("text", "caption", "label") and isinstance(value, str):
                    yield value
                elif key not in ("altText", "displayText"):
                    yield from visible(value)
        case list():
            for value in raw:
                yield from visible(value)


def texts(cards: list[Card]) -> Iterator[str]:
    """Everything people read on cards and their pictures."""
    for card in cards:
        yield from (card.as_text(), *(button.label for button in card.all_buttons()))
        if card.picture:
            yield card.picture.alt
            yield from words_of([fact for name, fact in card.picture.facts.items() if name != "tier_code"])


def words_of(fact: Any) -> Iterator[str]:
    if isinstance(fact, str):
        yield fact
    elif isinstance(fact, list | tuple):
        for part in fact:
            yield from words_of(part)


def unfit(text: str, language: str) -> Iterator[str]:
    """A field that was not filled, a value that is not there, English in Thai."""
    yield from re.findall(r"[{}]|\bNone\b", text)
    if language == "th":
        yield from {*LATIN.findall(NOT_WORDS.sub("", text))} - LATIN_IN_THAI


def latin(*names: str) -> set[str]:
    return {word for name in names for word in LATIN.findall(name)}


TREATMENT_NAMES = [row["th"] for row in starting_catalogue()["treatments"]]
LATIN_IN_THAI = PRODUCTS | latin(*PEOPLE, "Anna-Katharina", "DRG-0042", *LANGUAGE_NAMES, *TREATMENT_NAMES)


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_cut_is_noticed(channel: str) -> None:
    long = Card(
        text="ก" * 6_000,
        buttons=(Button("a label of more letters than any button of any phone has room for", Action("task.show")),),
    )
    (shown,) = phones(Example("", "", "", lambda words: long), ["th"], [channel])
    assert len(list(lost([long], shown))) == 2


@pytest.mark.parametrize("text", ["สวัสดี Points", "คุณ{name}", "ถึง None", "พิมพ์ start"])
def test_what_is_not_thai_is_noticed(text: str) -> None:
    assert list(unfit(text, "th"))


@pytest.mark.parametrize(
    "text", ["พิมพ์ /start", f"รหัส {CODE}", "ล็อต BTX-24-0815", "ใน LINE", "กำจัดขนรักแร้ IPL", "https://t.me/x?start=1"]
)
def test_what_thai_writes_in_latin_letters_passes(text: str) -> None:
    assert list(unfit(text, "th")) == []
