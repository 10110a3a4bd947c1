"""Pictures keep the chats' limits, show what they are given and never let words run out of their box."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
import zxingcpp
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from bots.pictures import board, coupon, draw, fonts, qr, receipt, tier
from bots.pictures.canvas import WIDTH, Canvas
from bots.pictures.layout import fit

Facts = dict[str, object]

# LINE allows 1 MB for a preview picture; a third of it opens at once on a phone network.
MOST_BYTES = 300 * 1024

THAI_NAME = "คุณกรุงเทพมหานครอมรรัตนโกสินทร์มหินทรายุธยามหาดิลกภพนพรัตนราชธานีบูรีรมย์อุดมราชนิเวศน์มหาสถาน"

CARD: Facts = {
    "tier_code": "gold",
    "tier_name": "โกลด์",
    "name": "คุณญี่ปุ่น ป้าน้ำปั๊ม",
    "points": "12,345",
    "points_label": "แต้มที่ใช้ได้",
    "pending": "รอยืนยัน 320 แต้ม",
    "fraction": 0.4,
    "progress_text": "อีก 66,500 บาท ถึงระดับแพลทินัม",
    "footer": "ระดับโกลด์ถึง 31 ก.ค. 2570",
}
CODE: Facts = {
    "url": "https://line.me/R/oaMessage/%40bnaura/?start%20AB12CD34",
    "caption": "สแกนเพื่อผูกบัญชีกับคลินิก",
}
SLIP: Facts = {
    "title": "ใบรับเงิน เลขที่ R-2569-00123",
    "clinic": "บีเอ็น ออร่า คลินิก",
    "rows": [["ลูกค้า", "คุณญี่ปุ่น"], ["รายการ", "โบท็อกซ์ริ้วรอยหน้าผาก 50 ยูนิต"], ["วันที่", "3 ก.ค. 2569"]],
    "total_label": "ยอดชำระ",
    "total": "8,400.00 บาท",
    "footer": "ใบอนุญาตเลขที่ 10102001234",
}
BOARD: Facts = {
    "title": "กระดาน",
    "subtitle": "ลูกค้าของฉัน · 18 รายการ",
    "columns": [["ชำระแล้ว รอกำหนดเวลา", "12", "14 วัน", tone] for tone in range(5)],
    "footer": "แดง: เกิน 48 ชม.",
}
TICKET: Facts = {
    "clinic": "ดาวเรืองคลินิกสาธิต",
    "name": "คูปองส่วนลด 1,000 บาท",
    "url": "https://line.me/R/oaMessage/%40daoruang/?%2Fstart%20K7Q2M0XR4TA8JQ2M4KX",
    "code": "K7Q2-M0XR-4TA",
    "until": "ใช้ได้ถึง 17 ก.ย. 2569 เหลือ 60 วัน",
}
NOUNS: Mapping[str, tuple[Callable[[Mapping[str, object]], Canvas], Facts]] = {
    "board": (board.compose, BOARD),
    "tier": (tier.compose, CARD),
    "qr": (qr.compose, CODE),
    "receipt": (receipt.compose, SLIP),
    "coupon": (coupon.compose, TICKET),
}


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


def boxes(canvas: Canvas) -> list[Bbox]:
    """Where each written line lies; matplotlib's own empty axis texts are left out."""
    texts = [text for text in canvas.figure.findobj(Text) if isinstance(text, Text) and text.get_text()]
    return [text.get_window_extent() for text in texts if text.get_visible() and text.get_text().strip()]


def contents(canvas: Canvas) -> str:
    return " ".join(t.get_text() for t in canvas.figure.findobj(Text) if isinstance(t, Text))


def ink_top(word: str) -> int:
    """How many pixels below the sheet's top edge the drawn word begins."""
    canvas = Canvas(200, "white")
    canvas.write(fit(word, width=WIDTH, size=80, smallest=80), 100, 150, colour="black")
    dark = np.asarray(opened(canvas.png()).convert("L")) < 128
    return int(np.flatnonzero(dark.any(axis=1))[0])


@pytest.mark.parametrize("noun", NOUNS)
def test_every_picture_is_a_png_within_the_chats_limits(noun: str) -> None:
    png = draw(noun, NOUNS[noun][1])
    picture = opened(png)
    assert picture.format == "PNG"
    assert picture.width == WIDTH
    assert len(png) <= MOST_BYTES
    # Telegram refuses photos whose sides add up to more than 10000 or differ more than twentyfold.
    assert picture.width + picture.height <= 10_000


@pytest.mark.parametrize("code", ["bronze", "silver", "gold", "platinum", "diamond", "the-clinic's-own"])
def test_each_tier_has_a_card_of_the_hero_ratio(code: str) -> None:
    png = draw("tier", CARD | {"tier_code": code})
    assert opened(png).size == (1040, 676)
    assert len(png) <= MOST_BYTES
    assert code == "gold" or png != draw("tier", CARD)


def test_the_bar_grows_with_the_fraction() -> None:
    def filled(fraction: float) -> int:
        row = np.asarray(opened(draw("tier", CARD | {"fraction": fraction})).convert("RGB"))[474].astype(int)
        return int((np.abs(row - (0x7A, 0x55, 0x10)).sum(axis=1) < 12).sum())

    lengths = [filled(fraction) for fraction in (0.0, 0.001, 0.5, 1.0, 7.5)]
    assert lengths[0] == 0 < lengths[1] < lengths[2] < lengths[3] == lengths[4]
    assert lengths[2] == pytest.approx(lengths[3] / 2, abs=4)


@pytest.mark.parametrize("url", [CODE["url"], "https://t.me/bn_bot?start=" + "x" * 500, "ที่ปั๊มน้ำ ป้าญี่ปุ่น", "7"])
def test_a_code_is_read_back_as_its_url(url: str) -> None:
    picture = opened(draw("qr", CODE | {"url": url})).convert("L")
    for side in (WIDTH, 520):
        found = zxingcpp.read_barcodes(picture.resize((side, side * picture.height // WIDTH)))
        assert [code.text for code in found] == [url]


def test_a_coupon_is_read_by_a_camera() -> None:
    picture = opened(draw("coupon", TICKET)).convert("L")
    for side in (WIDTH, 520):
        found = zxingcpp.read_barcodes(picture.resize((side, side * picture.height // WIDTH)))
        assert [code.text for code in found] == [TICKET["url"]]


def test_a_code_keeps_its_quiet_zone() -> None:
    dark = np.asarray(opened(draw("qr", CODE | {"caption": ""})).convert("L")) < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    finder = int(np.argmin(dark[rows[0], columns[0] :]))  # the corner mark is seven modules wide
    quiet = 4 * finder / 7
    clear = (rows[0], dark.shape[0] - 1 - rows[-1], columns[0], dark.shape[1] - 1 - columns[-1])
    assert min(clear) >= quiet


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("long", [THAI_NAME, THAI_NAME * 6, "Papadopoulou " * 40, "W" * 300, "ที่ ปั๊ม น้ำ ป้า " * 30])
def test_long_words_stay_inside_and_apart(noun: str, long: str) -> None:
    compose, facts = NOUNS[noun]
    fixed = {"url", "tier_code"}
    stretched: Facts = {
        key: long if isinstance(value, str) and key not in fixed else value for key, value in facts.items()
    }
    if noun == "receipt":
        stretched["rows"] = [[long, long], ["สั้น", long], [long, "1"]]
    canvas = compose(stretched)
    assert len(canvas.png()) <= MOST_BYTES * 2  # drawn at all; nobody's real card is as full
    found = boxes(canvas)
    assert found
    for box in found:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= WIDTH
        assert box.y1 <= canvas.height
    for one, other in combinations(found, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        # Thai marks may reach a little into the leading of the next line, words never into each other.
        assert across <= 0 or down <= 0.3 * min(one.height, other.height)


def test_a_receipt_shows_every_row_and_whole_sums() -> None:
    rows = [[f"รายการที่ {n}", f"{n:,}00.00 บาท"] for n in range(1, 26)]
    canvas = receipt.compose(SLIP | {"rows": rows})
    shown = contents(canvas)
    assert all(label in shown and value in shown for label, value in rows)
    assert "8,400.00 บาท" in shown
    assert "…" not in shown
    assert len(canvas.png()) <= MOST_BYTES


def test_a_line_breaks_between_thai_clusters_only() -> None:
    block = fit("เปี๊ยะน้ำแข็งใสปุ้ย" * 8, width=200, size=40, smallest=40, lines=20)
    assert "".join(block.lines) == "เปี๊ยะน้ำแข็งใสปุ้ย" * 8
    for line in block.lines:
        assert fonts.width(line, 40) <= 200
        assert line[-1] not in "เแโใไ"
        assert line[0] not in "ะาำๆ"
        assert not "\u0e31" <= line[0] <= "\u0e3a"
        assert not "\u0e47" <= line[0] <= "\u0e4e"


def test_thai_marks_are_placed_by_what_is_below_them() -> None:
    assert ink_top("กี้") < ink_top("ก้") - 5  # a tone alone sits low, above a vowel it moves up
    assert ink_top("ปั๊ม") < ink_top("ปัม") - 5
    assert fonts.width("ที่", 80) == pytest.approx(fonts.width("ท", 80), abs=6)  # marks take no room of their own


def test_bold_is_a_face_of_its_own() -> None:
    assert fonts.width("ระดับโกลด์ Gold 123", 60, bold=True) > fonts.width("ระดับโกลด์ Gold 123", 60) * 1.02


def test_names_lose_what_no_font_can_show_and_keep_the_rest() -> None:
    assert fonts.drawable("Mint 🌸💖 มิ้นท์\n$5 小美 &\u200d\ufe0f Ελένη") == "Mint มิ้นท์ $5 & Ελένη"
    assert "มิ้นท์ $5 $6" in contents(tier.compose(CARD | {"name": "🌸 มิ้นท์ $5 $6"}))
    assert opened(draw("tier", CARD | {"name": "小美🌸", "pending": "", "footer": ""})).width == WIDTH


def test_unknown_noun_and_unusable_facts_are_told_apart() -> None:
    with pytest.raises(KeyError, match="horoscope"):
        draw("horoscope", {})
    with pytest.raises(ValueError, match="caption"):
        draw("qr", {"url": "https://example.com"})
    with pytest.raises(ValueError, match="url"):
        draw("qr", CODE | {"url": ""})
    with pytest.raises(ValueError, match="fraction"):
        draw("tier", CARD | {"fraction": "0.4"})
    with pytest.raises(ValueError, match="rows"):
        draw("receipt", SLIP | {"rows": [["label"]]})


async def test_threads_draw_the_same_bytes_as_one() -> None:
    cards = [CARD | {"points": f"{n:,}"} for n in range(4)]
    together = await asyncio.gather(*(asyncio.to_thread(draw, "tier", card) for card in cards * 2))
    assert together[:4] == together[4:] == [tier.compose(card).png() for card in cards]
    assert len(set(together)) == 4
