"""Make `docs/demo.png`, the README's picture: a demo of its own, played until the treatment is complete.

Run it from the checkout: `.venv/bin/python -m docs.screenshot`. Needs a Chromium on PATH, and a font with emoji.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests.web import test_story_in_browser as story
from tests.web.conftest import CHROMIUM
from tests.web.demo_process import running_demo

PICTURE = Path(__file__).with_name("demo.png")
ARRIVED = """Promise.all([...document.querySelectorAll(".arriving")]
  .flatMap((message) => message.getAnimations()).map((animation) => animation.finished))"""
PEOPLE = {"sales": ("telegram", "en"), "beautician": ("line", "en"), "customer": ("line", "th")}


async def main() -> None:
    """Play the first seven steps in office hours, then take the picture."""
    with tempfile.TemporaryDirectory(prefix="aura-demo-") as directory:
        async with running_demo(Path(directory)) as demo, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM)
            page = await browser.new_page(viewport=story.DESKTOP, locale="en-GB")
            clinic = story.Clinic(page, PEOPLE)
            await clinic.opens(demo.base)
            await page.locator("[data-move=tomorrow]").click()
            await page.locator(".clock-time").filter(has_text="10:0").wait_for()
            await story.the_team_joins(clinic)
            await story.a_lead_becomes_a_customer(clinic)
            await story.the_payment_is_confirmed(clinic)
            await story.the_treatment_is_done(clinic)
            await page.evaluate(ARRIVED)
            await page.screenshot(path=PICTURE)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
