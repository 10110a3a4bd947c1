"""The emulated LINE: a person and the program talk through it."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

import aiohttp

from bots.channel import Profile, Sent
from handlers.cards import Action, Button, Card, Picker, Picture
from handlers.incoming import Arrived, Left, Other, Said, Tapped
from tests.channels.line_world import World


async def test_a_person_and_the_program_talk(line: World) -> None:
    assert (await line.act("follow"))["deliveries"][0]["status"] == 200
    arrival = line.program.arrivals[-1]
    assert line.channel.understand(arrival.payload) == Arrived()
    assert arrival.lane == line.person

    card = Card(title="สวัสดีค่ะ", text="เลือกได้เลย", buttons=(Button("แต้มของฉัน", Action("points")),))
    sent = await line.channel.send(line.account, [card], line.letter(reply_token=line.token))
    assert isinstance(sent, Sent)
    chat = await line.chat()
    assert [m["id"] for m in chat["messages"]] == list(sent.message_ids)

    await line.act("tap", message=sent.message_ids[0], button=0)
    assert line.channel.understand(line.program.arrivals[-1].payload) == Tapped("signed-points-0")
    await line.act("say", text="ขอบคุณค่ะ")
    thanks = (await line.chat())["messages"][-1]["id"]
    assert line.channel.understand(line.program.arrivals[-1].payload) == Said("ขอบคุณค่ะ", thanks)
    await line.act("sticker")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Other("sticker")
    shown = [(m["from"], m["text"]) for m in (await line.chat())["messages"]]
    assert shown == [
        ("bot", "เลือกได้เลย"),
        ("person", "แต้มของฉัน"),
        ("person", "ขอบคุณค่ะ"),
        ("person", "[sticker]"),
    ]
    assert len({arrival.event_id for arrival in line.program.arrivals}) == 4


async def test_a_person_sees_the_whole_card(line: World) -> None:
    await line.act("follow")
    card = Card(
        title="นัดหมาย",
        text="คุณนก",
        rows=(("วัน", "12 ส.ค. 2569"), ("ห้อง", "3")),
        footnote="มาก่อน 10 นาที",
        buttons=(
            Button("ยืนยัน", Action("confirm"), style="primary"),
            Button("แผนที่", url="https://maps.example/"),
        ),
        quick=(Button("ยกเลิก", Action("cancel")),),
        picture=Picture("tier", {}, "ระดับทอง"),
    )
    await line.channel.send(line.account, [card], line.letter())
    shown = (await line.chat())["messages"][-1]
    assert shown["title"] == "นัดหมาย"
    assert shown["text"] == "คุณนก"
    assert shown["rows"] == [["วัน", "12 ส.ค. 2569"], ["ห้อง", "3"]]
    assert shown["footnote"] == "มาก่อน 10 นาที"
    assert shown["picture"] == "https://clinic.example/0.png"
    assert [(b["label"], b["url"], b["style"]) for b in shown["buttons"]] == [
        ("ยืนยัน", None, "primary"),
        ("แผนที่", "https://maps.example/", "secondary"),
    ]
    assert shown["quick"] == [{"label": "ยกเลิก", "index": 0, "picker": None}]
    assert (await line.act("tap", message=shown["id"], button=1))["url"] == "https://maps.example/"
    await line.act("tap", message=shown["id"], quick=0)
    assert line.channel.understand(line.program.arrivals[-1].payload) == Tapped("signed-cancel-0")


async def test_quick_replies_vanish_and_buttons_stay(line: World) -> None:
    await line.act("follow")
    card = Card(text="เลือก", title="t", buttons=(Button("ก", Action("a")),), quick=(Button("ข", Action("b")),))
    sent = await line.channel.send(line.account, [card], line.letter())
    assert isinstance(sent, Sent)
    await line.act("say", text="เดี๋ยวก่อน")
    assert (await line.chat())["messages"][0]["quick"] == []
    await line.act("tap", status=404, message=sent.message_ids[0], quick=0)
    await line.act("tap", message=sent.message_ids[0], button=0)
    await line.act("tap", status=404, message=sent.message_ids[0], button=1)
    await line.act("tap", status=404, message="12345", button=0)


async def test_a_picker_gives_what_was_picked(line: World) -> None:
    await line.act("follow")
    pickers: tuple[Picker, ...] = ("datetime", "date", "time")
    card = Card(text="เมื่อไร", buttons=tuple(Button(mode, Action(mode), picker=mode) for mode in pickers))
    await line.channel.send(line.account, [card], line.letter())
    shown = (await line.chat())["messages"][-1]
    assert [button["picker"] for button in shown["buttons"]] == list(pickers)
    for button, picked in enumerate(["2026-07-17T14:00", "2026-07-17", "14:00"]):
        await line.act("tap", message=shown["id"], button=button, picked=picked)
        pressed = line.channel.understand(line.program.arrivals[-1].payload)
        assert pressed == Tapped(f"signed-{pickers[button]}-0", picked)
        await line.act("tap", status=400, message=shown["id"], button=button, picked="17/7")
    await line.act("tap", status=400, message=shown["id"], button=0)


async def test_quick_replies_of_one_call_all_ride_on_its_last_message(line: World) -> None:
    await line.act("follow")
    cards = [Card(text=str(n), quick=(Button(f"คำตอบ {n}", Action("a", choice=n)),)) for n in range(3)]
    await line.channel.send(line.account, cards, line.letter())
    messages = (await line.chat())["messages"]
    assert [len(m["quick"]) for m in messages] == [0, 0, 3]


async def test_a_forged_press_reaches_the_program_as_it_is(line: World) -> None:
    await line.act("follow")
    sent = await line.channel.send(line.account, [Card(text="x")], line.letter())
    assert isinstance(sent, Sent)
    await line.act("press", message=sent.message_ids[0], data="forged\u0000\ud83e\u202e")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Tapped("forged\u0000\ud83e\u202e")
    await line.act("press", status=404, message="1", data="x")


async def test_a_deep_link_adds_the_account_and_carries_its_code(line: World) -> None:
    link = line.channel.link(line.account, "AB-12/ก")
    assert re.fullmatch(r"https://line\.me/R/oaMessage/%40[^/]+/\?[!-~]+", link)
    assert unquote(link).endswith("/start AB-12/ก")
    assert len((await line.act("open", url=link))["deliveries"]) == 2
    events = [line.channel.understand(arrival.payload) for arrival in line.program.arrivals]
    assert events == [Arrived(), Arrived("AB-12/ก")]
    assert len((await line.act("open", url=link))["deliveries"]) == 1
    await line.act("open", status=400, url="https://line.me/R/oaMessage/%40other/?x")


async def test_to_someone_who_blocked_line_says_sent_and_shows_nothing(line: World) -> None:
    await line.act("follow")
    await line.act("block")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Left()
    assert line.channel.reply_token(line.program.arrivals[-1].payload) is None
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], line.letter()), Sent)
    assert (await line.chat()) == {"messages": [], "blocked": True, "menu": None}
    await line.act("say", status=409, text="x")
    assert await line.channel.profile(line.account, line.program.arrivals[-1].payload) == Profile()
    await line.act("unblock")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Arrived()
    await line.channel.send(line.account, [Card(text="กลับมาแล้ว")], line.letter())
    assert [m["text"] for m in (await line.chat())["messages"]] == ["กลับมาแล้ว"]


async def test_a_photo_can_be_fetched_and_seen(line: World) -> None:
    png = b"\x89PNG\r\n\x1a\n and the rest"
    await line.act("follow")
    await line.act("photo", base64=base64.b64encode(png).decode())
    payload = line.program.arrivals[-1].payload
    assert line.channel.understand(payload) == Other("image")
    assert await line.channel.photo(line.account, payload) == png
    assert await line.channel.photo(line.account, line.program.arrivals[0].payload) is None
    shown = (await line.chat())["messages"][-1]
    async with line.http.get(line.url.removesuffix("/line") + shown["picture"]) as response:
        assert response.content_type == "image/png"
        assert await response.read() == png
    form = aiohttp.FormData()
    form.add_field("file", png, filename="slip.png", content_type="image/png")
    url = f"{line.url}/control/accounts/{line.account.external_id}/chats/{line.person}/photo"
    async with line.http.post(url, data=form) as response:
        assert response.status == 200
    assert await line.channel.photo(line.account, line.program.arrivals[-1].payload) == png
    await line.act("photo", status=400, base64="")
