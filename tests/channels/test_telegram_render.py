"""Telegram: every card becomes one message within Telegram's limits."""

from __future__ import annotations

import regex
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram import limits
from bots.telegram.render import render
from handlers.cards import Action, Button, Card, Item, Picture
from tests.channels.telegram_samples import buttons, rows, sign


def test_a_card_is_plain_text_with_a_bold_title() -> None:
    card = Card(title="💎 แต้ม", text="สวัสดี *นก* <b>", rows=(("แต้ม", "1,250"), ("ระดับ", "Gold")), footnote="ถึงสิ้นปี")
    shown = render(card, sign, caption=False)
    assert shown.text == "💎 แต้ม\nสวัสดี *นก* <b>\n\nแต้ม: 1,250\nระดับ: Gold\n\nถึงสิ้นปี"
    (bold,) = shown.entities
    assert (bold.type, bold.offset, bold.length) == ("bold", 0, limits.units("💎 แต้ม"))
    assert shown.keyboard is None


def test_a_repeated_message_says_so_before_its_title_or_text() -> None:
    titled = render(Card(title="Hi", text="there"), sign, "🔁 ", caption=False)
    assert titled.text == "🔁 Hi\nthere"
    assert (titled.entities[0].offset, titled.entities[0].length) == (3, 2)
    assert render(Card(text="there"), sign, "🔁", caption=False).text == "🔁 there"


def test_labels_decide_how_many_buttons_share_a_row() -> None:
    card = Card(
        buttons=buttons("Accept", "Decline", "A label that takes the whole row", "Yes"), quick=buttons(*"12345", "6")
    )
    assert rows(render(card, sign, caption=False)) == [
        ["Accept", "Decline"],
        ["A label that takes the whole row"],
        ["Yes"],
        ["1", "2", "3", "4", "5"],
        ["6"],
    ]
    # 14 consonants with marks above them are as wide as 14 letters
    assert len(rows(render(Card(buttons=buttons("ที่" * 14, "ที่" * 14)), sign, caption=False))) == 1


def test_buttons_carry_their_token_or_address_and_style() -> None:
    keys = (
        Button("Pay", Action("pay"), style="primary"),
        Button("Drop", Action("drop"), style="danger"),
        Button("Map", url="https://maps.example.com/a?b=c"),
        Button("Call", url="tel:+6620000000"),
        Button("LINE", url="line://nv/chat"),
        Button("Here", url="http://localhost:8000/x"),
        Button("Nothing"),
    )
    shown = render(Card(text="x", buttons=keys), sign, caption=False)
    assert shown.keyboard is not None
    flat = [key for row in shown.keyboard.inline_keyboard for key in row]
    assert [(k.text, k.callback_data, k.url, k.style) for k in flat] == [
        ("Pay", "pay.0", None, "primary"),
        ("Drop", "drop.0", None, "danger"),
        ("Map", None, "https://maps.example.com/a?b=c", None),
    ]
    assert shown.text == "x\n\nCall: +6620000000\nLINE: line://nv/chat\nHere: http://localhost:8000/x"


def test_a_number_that_the_card_shows_is_not_written_twice() -> None:
    """Whichever way it is written: people read 081-…, the button dials +66…."""
    call = Button("Call", url="tel:+66815550199")
    assert render(Card(rows=(("Phone", "081-555-0199"),), buttons=(call,)), sign, caption=False).text == (
        "Phone: 081-555-0199"
    )


def test_the_titles_of_a_list_are_bold_and_its_buttons_come_first() -> None:
    items = (Item("นก 🌸", "1,290", buttons("นก 🌸")[0]), Item("Ben", "900"), Item("Cho"))
    shown = render(Card(title="To pay", text="Who?", items=items, buttons=buttons("More")), sign, caption=False)
    assert shown.text == "To pay\nWho?\n\nนก 🌸\n1,290\nBen\n900\nCho"
    encoded = shown.text.encode("utf-16-le")
    bold = [encoded[e.offset * 2 : (e.offset + e.length) * 2].decode("utf-16-le") for e in shown.entities]
    assert bold == ["To pay", "นก 🌸", "Ben", "Cho"]
    assert rows(shown) == [["นก 🌸"], ["More"]]


def test_a_picker_is_left_out() -> None:
    card = Card(text="x", buttons=(Button("Pick a day", Action("form.pick"), picker="date"), *buttons("Tomorrow")))
    assert rows(render(card, sign, caption=False)) == [["Tomorrow"]]


def test_a_card_without_words_still_says_something() -> None:
    assert render(Card(buttons=buttons("Go")), sign, caption=False).text
    assert render(Card(text=" \n"), sign, caption=True).text == ""
    pictured = Card(picture=Picture("tier", {}, "Gold, 1,250 points"))
    assert render(pictured, sign, caption=False).text == "Gold, 1,250 points"


TEXTS = st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("ที่ป๊ำ👩‍👩‍👧🇹🇭\n")), max_size=40)
LONG = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([0, 1, 30, 300]))
KEYS = st.builds(Button, LONG, st.just(Action("a")))
CARDS = st.builds(
    Card,
    text=LONG,
    title=LONG,
    rows=st.lists(st.tuples(TEXTS, LONG), max_size=3).map(tuple),
    items=st.lists(st.builds(Item, TEXTS, TEXTS, st.none() | KEYS), max_size=3).map(tuple),
    buttons=st.lists(KEYS, max_size=120).map(tuple),
)


@given(CARDS, st.booleans())
def test_any_card_fits(card: Card, caption: bool) -> None:
    shown = render(card, sign, "ส่งซ้ำ", caption=caption)
    length = limits.units(shown.text)
    assert length <= (limits.CAPTION_UNITS if caption else limits.TEXT_UNITS)
    assert all(e.length > 0 and e.offset + e.length <= length for e in shown.entities)
    keyboard = shown.keyboard.inline_keyboard if shown.keyboard else ()
    assert sum(map(len, keyboard)) == min(len(card.all_buttons()), limits.KEYBOARD_BUTTONS)
    assert all(len(row) <= limits.ROW_BUTTONS for row in keyboard)
    assert all(key.callback_data == "a.0" for row in keyboard for key in row)


@given(LONG, st.integers(min_value=1, max_value=50))
def test_a_cut_falls_between_characters(text: str, limit: int) -> None:
    short = limits.cut(text, limit)
    assert limits.units(short) <= limit
    if short != text:
        kept = regex.findall(r"\X", short.removesuffix("…"))
        assert kept == regex.findall(r"\X", text)[: len(kept)]
