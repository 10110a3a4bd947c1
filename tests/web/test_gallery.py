"""The gallery in a browser as wide as a phone: everything is drawn, and nothing runs out of its place."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page

from bots.preview.gallery import write
from bots.preview.phones import CHANNELS
from handlers.actions import CODES
from handlers.cards import Action, Button, Card
from handlers.examples import Example, examples
from handlers.words import LANGUAGES
from tests.web.conftest import needs_chromium

# What is cut (a Telegram button's label), too small to read (LINE shrinks a long one), or not there (a picture).
FAULTS = """() => [...document.querySelectorAll(".example .phone")].flatMap((phone) => {
  const parts = [...phone.querySelectorAll(".messages *, .quick button")];
  const faults = parts.flatMap((part) => {
    const style = getComputedStyle(part);
    if (part.tagName === "IMG") return part.complete && part.naturalWidth ? [] : ["no picture"];
    if (style.display !== "inline" && part.scrollWidth > part.clientWidth + 1) return [`cut: ${part.textContent}`];
    if (part.matches(".flex-button") && parseFloat(style.fontSize) < 10.5) return [`too small: ${part.textContent}`];
    return [];
  });
  const { kind } = phone.closest(".example").dataset;
  return faults.map((fault) => [kind, phone.dataset.channel, phone.lang, fault].join(" · "));
})"""
LOADED = "() => Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode())])"
PHONES = len(LANGUAGES) * len(CHANNELS)


async def faults(page: Page, file: Path) -> list[str]:
    """What is wrong on a page of the gallery."""
    await page.goto(file.as_uri())
    await page.locator("body[data-drawn]").wait_for()
    await page.evaluate(LOADED)
    await page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    found: list[str] = await page.evaluate(FAULTS)
    return found


@needs_chromium
async def test_every_card_fits_a_phone(chromium: Browser, tmp_path: Path) -> None:
    index, *pages = write(tmp_path, examples(), LANGUAGES, [*CHANNELS])
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    assert await faults(page, index) == []
    assert await page.locator("a").count() == len(pages)
    drawn = 0
    for file in pages:
        assert await faults(page, file) == []
        drawn += await page.locator(".example .phone .messages > li:first-child").count()
    assert drawn == len(examples()) * PHONES
    await page.set_viewport_size({"width": 1440, "height": 900})
    assert await page.locator(".example .phone").first.is_visible()  # on a desk, too
    assert complaints == []
    await context.close()


@needs_chromium
async def test_a_label_that_does_not_fit_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    long = Button("WIDE LABELS ARE SHOWN WHOLE BY NO PHONE", Action(next(iter(CODES))))
    card = Card(text="A card", buttons=(long,))
    _, file = write(tmp_path, [Example("long", "long", "", lambda words: card)], ["en"], [*CHANNELS])
    page = await chromium.new_page(viewport={"width": 390, "height": 844})
    assert [fault.split(" · ")[1] for fault in await faults(page, file)] == ["line", "telegram"]
    await page.close()
