"""LINE: every card becomes one message within LINE's limits, cut between graphemes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest

from bots.line import limits
from bots.line.client import messages
from bots.line.dumping import Push, Reply, as_json
from bots.line.emulator_checks import refusal
from bots.line.render import render
from handlers.cards import Action, Button, Card, Item, Picture
from handlers.examples import examples
from handlers.words import Words
from tests.channels.line_samples import letter


def message(card: Card, **changes: Any) -> dict[str, Any]:
    rendered: dict[str, Any] = render(card, letter(**changes)).to_dict()
    return rendered


TREATMENT = Card(
    title="งานใหม่ 14:00 น.",
    text="คุณนก · โบท็อกซ์",
    rows=(("ห้อง", "3"), ("แพทย์", "พญ. ปานฝัน")),
    footnote="รับงานภายใน 5 นาที",
    buttons=(
        Button("รับงาน", Action("task.accept"), style="primary"),
        Button("ปฏิเสธ", Action("task.decline"), style="danger"),
        Button("แผนที่", url="https://maps.example/คลินิก?q=1"),
    ),
    quick=(Button("งานของฉัน", Action("task.mine")),),
    picture=Picture("tier", {}, alt="ระดับทอง"),
)


def test_one_walk_gives_what_the_sdk_gives() -> None:
    for example in examples():
        sent = messages(example.cards(Words("th")), letter())
        assert as_json(sent) == [message.to_dict() for message in sent], example
        five = sent[: limits.MESSAGES_PER_CALL]
        push, reply = {"to": "U1", "messages": five}, {"reply_token": "token", "messages": five}
        assert Push(**push).to_dict() == PushMessageRequest(**push).to_dict()
        assert Reply(**reply).to_dict() == ReplyMessageRequest(**reply).to_dict()


def test_words_alone_are_a_text_message() -> None:
    assert message(Card(text="รับทราบค่ะ")) == {"type": "text", "text": "รับทราบค่ะ"}


def test_a_full_card_is_one_bubble_with_everything_in_it() -> None:
    sent = message(TREATMENT)
    assert refusal([sent]) is None
    assert sent["altText"] == "งานใหม่ 14:00 น.\nคุณนก · โบท็อกซ์\nห้อง: 3\nแพทย์: พญ. ปานฝัน\nรับงานภายใน 5 นาที"
    bubble = sent["contents"]
    assert bubble["size"] == "mega"
    assert bubble["hero"]["url"] == "https://clinic.example/pictures/0"
    accept, decline, map_ = (part["action"] for part in _components(bubble["footer"]) if "action" in part)
    assert accept == {
        "type": "postback",
        "label": "รับงาน",
        "data": "token-task.accept-0",
        "displayText": "รับงาน",
    }
    assert decline["data"] == "token-task.decline-0"
    assert map_["uri"] == "https://maps.example/%E0%B8%84%E0%B8%A5%E0%B8%B4%E0%B8%99%E0%B8%B4%E0%B8%81?q=1"
    assert [item["action"]["label"] for item in sent["quickReply"]["items"]] == ["งานของฉัน"]
    texts = [part for part in _components(bubble) if part["type"] == "text"]
    assert texts
    assert all(part["wrap"] for part in texts)


def test_short_buttons_stand_in_pairs_and_the_main_one_alone() -> None:
    labels = ("รับงาน", "ปฏิเสธ", "ของรางวัล", "ทรีตเมนต์มากับเพื่อน", "คูปอง")
    buttons = [Button(label, Action("a"), style="primary" if n == 0 else "secondary") for n, label in enumerate(labels)]
    footer = message(Card(text="x", buttons=tuple(buttons)))["contents"]["footer"]["contents"]
    lines = [[b["action"]["label"] for b in part.get("contents", [part])] for part in footer]
    assert lines == [["รับงาน"], ["ปฏิเสธ", "ของรางวัล"], ["ทรีตเมนต์มากับเพื่อน"], ["คูปอง"]]


def test_an_item_opens_by_a_tap_on_its_words() -> None:
    items = (Item("นก", "1,290 บาท", Button("นก", Action("journey.pay"))), Item("", "อ่านอย่างเดียว"))
    sent = message(Card(title="รอชำระ", items=items))
    assert refusal([sent]) is None
    assert sent["altText"] == "รอชำระ\nนก: 1,290 บาท\nอ่านอย่างเดียว"
    [tapped] = [part for part in _components(sent["contents"]) if "action" in part]
    assert tapped["action"]["data"] == "token-journey.pay-0"
    assert [part["text"] for part in _components(tapped) if part["type"] == "text"] == ["นก", "1,290 บาท", "›"]
    assert "footer" not in sent["contents"]


def test_a_picker_is_the_apps_own() -> None:
    sent = message(Card(text="x", buttons=(Button("เลือกวัน", Action("form.pick"), picker="date"),)))
    assert refusal([sent]) is None
    [button] = sent["contents"]["footer"]["contents"]
    picker = {"type": "datetimepicker", "label": "เลือกวัน", "data": "token-form.pick-0", "mode": "date"}
    assert button["action"] == picker


def _components(part: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = [part[name] for name in ("hero", "body", "footer") if name in part]
    return [part, *(found for child in (*blocks, *part.get("contents", ())) for found in _components(child))]


def test_the_repeat_mark_stands_before_the_title_or_the_text() -> None:
    assert message(Card(text="ยืนยันแล้ว"), repeat_mark="(ส่งซ้ำ)")["text"] == "(ส่งซ้ำ) ยืนยันแล้ว"
    sent = message(TREATMENT, repeat_mark="(ส่งซ้ำ)")
    assert sent["contents"]["body"]["contents"][0]["text"] == "(ส่งซ้ำ) งานใหม่ 14:00 น."
    assert sent["altText"].startswith("(ส่งซ้ำ) งานใหม่")


@pytest.mark.parametrize("size", [limits.TEXT - 1, limits.TEXT, limits.TEXT + 1, 3 * limits.TEXT])
@pytest.mark.parametrize("letter_", ["ก", "a", "😀", "👨‍👩‍👧‍👦", "กำ้", "🇹🇭"])
def test_text_is_cut_at_the_limit_between_graphemes(size: int, letter_: str) -> None:
    text = letter_ * (size // limits.utf16(letter_))
    sent = message(Card(text=text))
    assert refusal([sent]) is None
    kept = sent["text"].removesuffix("…")
    assert (kept == text) == (limits.utf16(text) <= limits.TEXT)
    assert kept == letter_ * (len(kept) // len(letter_))


@given(text=st.text(st.characters() | st.sampled_from("👩🏽‍⚕️กำ้ป๊\u200d")), limit=st.integers(1, 30))
def test_a_cut_text_is_within_its_limit_and_made_of_whole_graphemes(text: str, limit: int) -> None:
    result = limits.cut(text, limit)
    assert limits.utf16(result) <= limit
    whole = limits.cut(text, 10**6)
    graphemes = regex.findall(r"\X", whole)
    starts = ["".join(graphemes[:n]).rstrip() for n in range(len(graphemes) + 1)]
    assert result == whole or result.removesuffix("…") in starts


def test_what_a_button_carries_is_never_cut() -> None:
    card = Card(text="x", buttons=(Button("กด", Action("a")),))
    exact = message(card, sign=lambda _: "d" * limits.POSTBACK_DATA)
    assert exact["contents"]["footer"]["contents"][0]["action"]["data"] == "d" * limits.POSTBACK_DATA
    with pytest.raises(ValueError, match="300"):
        message(card, sign=lambda _: "d" * (limits.POSTBACK_DATA + 1))


@pytest.mark.parametrize("url", ["https://x.example/" + "a" * 983, "mailto:a@b.example", "javascript:alert(1)", ""])
def test_an_address_that_no_button_holds_is_written_into_the_text(url: str) -> None:
    sent = message(Card(title="ที่อยู่", text="ดูที่นี่", buttons=(Button("เปิด", url=url),)))
    assert refusal([sent]) is None
    assert "footer" not in sent["contents"]
    if url:
        assert f"เปิด: {url}" in json.dumps(sent, ensure_ascii=False)


def test_an_address_of_exactly_the_limit_is_a_button() -> None:
    url = "https://x.example/" + "a" * (limits.URI - 18)
    sent = message(Card(text="x", buttons=(Button("เปิด", url=url),)))
    assert sent["contents"]["footer"]["contents"][0]["action"]["uri"] == url


def test_quick_replies_beyond_the_limit_become_buttons() -> None:
    answers = tuple(Button(f"คำตอบที่ยาวมาก ๆ หมายเลข {n}", Action("a", choice=n)) for n in range(15))
    sent = message(Card(text="เลือกค่ะ", quick=answers))
    assert refusal([sent]) is None
    actions = [item["action"] for item in sent["quickReply"]["items"]]
    assert [action["data"] for action in actions] == [f"token-a-{n}" for n in range(13)]
    assert actions[0]["displayText"] == answers[0].label
    assert [b["action"]["data"] for b in sent["contents"]["footer"]["contents"]] == ["token-a-13", "token-a-14"]


def test_a_bubble_over_30_kb_loses_words_but_no_button() -> None:
    buttons = tuple(Button(f"ปุ่ม {n}", Action("a", choice=n)) for n in range(20))
    rows = tuple((f"แถว {n}", "ค่า" * 40) for n in range(60))
    sent = message(Card(title="ยาว", text="ข้อความ" * 700, rows=rows, buttons=buttons, footnote="ท้าย"))
    assert refusal([sent]) is None
    assert len([part for part in _components(sent["contents"]["footer"]) if "action" in part]) == 20
    assert "แถว 5" in json.dumps(sent, ensure_ascii=False)


words = st.text(st.characters(), max_size=60) | st.sampled_from(["", " ", "น้ำ", "👩🏽‍⚕️" * 30, "x" * 6000, "ก" * 900])
addresses = st.sampled_from(["https://a.example/ก ข", "tel:021234567", "line://x", "ftp://x", "", "//[", "http://[x"])
buttons = st.builds(
    Button,
    label=words,
    action=st.none() | st.builds(Action, st.just("a")),
    url=st.none() | addresses,
    style=st.sampled_from(["primary", "secondary", "danger"]),
)
cards = st.builds(
    Card,
    text=words,
    title=words,
    rows=st.lists(st.tuples(words, words), max_size=40).map(tuple),
    items=st.lists(st.builds(Item, words, words, st.none() | buttons), max_size=20).map(tuple),
    footnote=words,
    buttons=st.lists(buttons, max_size=25).map(tuple),
    quick=st.lists(buttons, max_size=20).map(tuple),
    picture=st.none() | st.builds(Picture, st.just("tier"), st.just({}), words),
)


@settings(max_examples=150)
@given(card=cards, mark=st.sampled_from(["", "(ส่งซ้ำ)"]))
def test_no_card_is_refused(card: Card, mark: str) -> None:
    assert refusal([message(card, repeat_mark=mark)]) is None
