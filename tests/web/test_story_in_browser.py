"""The story on the page: the real `aura demo`, played in Chromium as a clinic owner would play it.

What people see must come from this machine alone, raise no error in the browser, and be true in the database
strip. Without a Chromium only the demo itself is tried: that its state survives a restart and can be reset.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request, ViewportSize

from bots.simulator.stage import CAST
from domain.people.model import CONSENT_VERSION
from handlers.consents import HEALTH, NEWS
from tests.web.conftest import needs_chromium
from tests.web.demo_process import Demo, running_demo
from tests.web.phone_in_browser import BrowserPhone

DESKTOP, MOBILE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
CLINIC = {"th": "ดาวเรืองคลินิกสาธิต", "en": "Daoruang Demo Clinic"}
FACIAL = {"th": "ทรีตเมนต์เติมน้ำผิว", "en": "Hydrating facial"}
PROTOCOL = {
    "th": {"Before": "ทดสอบการแพ้แล้ว", "During": "จับเวลามาส์ก", "After": "ทากันแดดให้แล้ว"},
    "en": {"Before": "Patch test done", "During": "Mask time kept", "After": "SPF given"},
}
CHECK = {"th": "ผ่านมา 1 วัน ผิวเป็นอย่างไรบ้างคะ", "en": "One day on: how is your skin?"}
ON_THEIR_WAY = "[data-state=pending], [data-state=sending]"
WORRIED = {"th": "กังวล", "en": "Worried"}


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="aura-demo-") as directory:
        yield Path(directory)


@dataclass(slots=True)
class Clinic:
    """The page with its phones, and what the browser complained about or asked others for."""

    page: Page
    people: Mapping[str, tuple[str, str]]
    """The channel and the language of each role."""
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def phone(self, role: str) -> BrowserPhone:
        return BrowserPhone(self.page, role, *self.people[role])

    async def opens(self, base: str) -> None:
        def asked(request: Request) -> None:
            if not request.url.startswith((base, "data:", "blob:")):
                self.outside.append(request.url)

        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", asked)
        await self.page.goto(f"{base}/simulator")
        await self.page.locator("[data-section=outbox]").wait_for()

    async def has_task(self, state: str) -> None:
        """The newest task's state."""
        await self.page.locator(f"[data-section=tasks] h3 + .row[data-state={state}]").wait_for()

    async def stands_at(self, stage: str, *, usable: int, pending: int) -> None:
        """The newest journey's stage and its customer's points; and everything that was to be sent is sent."""
        await self.page.locator(f"[data-section=journeys] h3 + .row[data-stage={stage}]").wait_for()
        for place, points in enumerate((usable, pending)):
            await self.page.locator(".number").nth(place).get_by_text(str(points), exact=True).wait_for()
        await self.page.locator(f".outbox:not(:has({ON_THEIR_WAY})) [data-state=sent]").wait_for()

    async def happened(self, kind: str) -> None:
        """The strip shows this fact among the newest."""
        await self.page.locator(f"[data-fact={kind}]").first.wait_for()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport=DESKTOP, locale="en-GB", reduced_motion="reduce")
    yield await context.new_page()
    await context.close()


@needs_chromium
@pytest.mark.parametrize(("channel", "language"), [("line", "th"), ("telegram", "en")])
async def test_the_story_on_the_page(data_dir: Path, page: Page, channel: str, language: str) -> None:
    async with running_demo(data_dir) as demo:
        clinic = Clinic(page, dict.fromkeys(("sales", "beautician", "customer"), (channel, language)))
        await clinic.opens(demo.base)
        await the_team_joins(clinic)
        await a_lead_becomes_a_customer(clinic)
        await the_payment_is_confirmed(clinic)
        await the_treatment_is_done(clinic)
        await the_menu_answers(clinic)
        await the_day_after(clinic)
        await a_stranger_comes_by_the_other_app(clinic)
        await it_fits_a_phone(clinic)
        assert (clinic.errors, clinic.outside) == ([], [])


async def the_team_joins(clinic: Clinic) -> None:
    for role in clinic.people:
        person = clinic.phone(role)
        await person.takes_out(person.channel)
    for role in ("sales", "beautician"):
        staff = clinic.phone(role)
        await staff.opens_the_invitation()
        await staff.chooses_the_language()
        await staff.sees("Welcome to the team of {clinic}", clinic=CLINIC[staff.language])
    await clinic.happened("staff_joined")


async def a_lead_becomes_a_customer(clinic: Clinic) -> None:
    sales, customer = clinic.phone("sales"), clinic.phone("customer")
    await sales.says("/lead")
    await sales.sees("What is the customer's name?")
    await sales.says("แนท")
    await sales.sees("What is {name}'s phone number?", name="แนท")
    await sales.says("081-555 0199")
    await sales.sees("Which treatment?")
    await sales.taps(FACIAL[sales.language])
    await sales.sees("How did {name} find us? You can also type it.", name="แนท")
    await sales.taps("A friend")
    await sales.sees("Save this customer?")
    await sales.taps("Confirm")
    await sales.sees_a_picture("Let {name} scan this with their phone.", name="แนท")
    await clinic.stands_at("lead", usable=0, pending=0)
    await sales.taps("Open in {channel}", channel=customer.app)
    await clinic.page.locator("[data-open-on=customer]").click()
    await customer.chooses_the_language()
    for consent in (HEALTH, NEWS):
        await customer.sees(consent, clinic=CLINIC[customer.language], channel=customer.app, version=CONSENT_VERSION)
        await customer.taps("I agree")
    await customer.sees("Welcome to {clinic}", clinic=CLINIC[customer.language])
    await sales.sees("{name} has joined", name="แนท")
    await clinic.happened("customer_joined")


async def the_payment_is_confirmed(clinic: Clinic) -> None:
    sales = clinic.phone("sales")
    price = sales.words.money(129_000)
    await sales.says("/payments")
    await sales.sees("Whose payment came in?")
    await sales.taps("แนท")
    await sales.sees("How much did {name} pay? Press the full amount, or type another one.", name="แนท")
    await sales.taps(price)
    await sales.sees("How was {amount} paid?", amount=price)
    await sales.taps("Cash")
    await sales.sees("Did you receive this payment?")
    await sales.taps("Confirm payment")
    await sales.sees("Payment of {amount} confirmed ✅ Receipt no. {no}.", amount=price, no=1)
    await clinic.phone("customer").sees_a_picture("Receipt no. {no}", no=1)
    await clinic.stands_at("payment_confirmed", usable=100, pending=51)


async def the_treatment_is_done(clinic: Clinic) -> None:
    sales, beautician = clinic.phone("sales"), clinic.phone("beautician")
    await sales.taps("Start now: set the time to now")
    await beautician.sees("New task")
    await clinic.has_task("requested")
    await beautician.taps("Accept")
    await beautician.sees("Task accepted")
    await beautician.taps("Start")
    await beautician.sees("Press Complete when you are done.")
    for part, line in PROTOCOL[beautician.language].items():
        await beautician.taps("All done")
        await beautician.sees("Is all of this done? ({part})", part=beautician.words.t(part))
        await beautician.taps("Yes, all done")
        await beautician.sees(f"☑ {line}")
    await beautician.taps("Complete")
    await beautician.sees("How did it go with {name}? Choose a note or write your own.", name="แนท")
    await beautician.says("ผิวปกติดี แนะนำการดูแลแล้ว")
    await beautician.sees("Complete this treatment?")
    await beautician.taps("Complete")
    await beautician.sees("Treatment completed")
    await clinic.phone("customer").sees_a_picture("Your treatment is complete")
    await clinic.stands_at("treatment_completed", usable=251, pending=0)
    await clinic.has_task("completed")
    await clinic.happened("achievement_awarded")


async def the_menu_answers(clinic: Clinic) -> None:
    customer = clinic.phone("customer")
    await customer.uses_the_menu("points")
    await customer.sees("Your points, {name}", name="แนท")


async def the_day_after(clinic: Clinic) -> None:
    customer = clinic.phone("customer")
    await clinic.page.locator("[data-move=tomorrow]").click()
    asked = await customer.sees(CHECK[customer.language])
    await clinic.page.reload()
    for time in (clinic.page.locator(".clock-time"), asked.locator(".stamp")):
        await time.filter(has_text="10:0").wait_for()
    await customer.taps(WORRIED[customer.language])
    await customer.sees("Thank you for telling us, {name}", name="แนท")
    for role in ("sales", "beautician"):
        await clinic.phone(role).sees("🟠 {name} is worried", name="แนท")
    await clinic.happened("reaction_reported")


async def a_stranger_comes_by_the_other_app(clinic: Clinic) -> None:
    stranger, sales = clinic.phone("customer"), clinic.phone("sales")
    tab = await clinic.page.query_selector("[data-tab=beautician]")
    assert tab is not None
    for out_of_sight, wanted in (("sales", "doctor"), ("beautician", "manager")):
        await clinic.page.locator(f"[data-tab={wanted}]").click()
        await clinic.page.locator(f"[data-tab={out_of_sight}][aria-pressed=false]").wait_for()
    await stranger.takes_out("telegram" if stranger.channel == "line" else "line")
    await stranger.adds_the_account()
    await stranger.chooses_the_language()
    await stranger.sees("What is your name?")
    await stranger.says("ใหม่")
    await stranger.sees("And your phone number, {name}?", name="ใหม่")
    await stranger.says("081-555-0177")
    await stranger.sees("Is this right?")
    await stranger.taps("Confirm")
    await clinic.page.locator("[data-tab=sales].unread").click()
    await sales.sees("New customer from the chat")
    await clinic.page.locator(".journey").get_by_text("ใหม่", exact=True).wait_for()
    assert await tab.evaluate("tab => tab.isConnected"), "news must not take a tab from under the finger on it"


async def it_fits_a_phone(clinic: Clinic) -> None:
    """At 390 px one phone (or the strip) at a time, with nothing wider than the screen."""
    await clinic.page.set_viewport_size(MOBILE)
    for tab in (*(key for key, *_ in CAST), "strip"):
        await clinic.page.locator(f"[data-tab={tab}]").click()
        shown = clinic.page.locator(".strip" if tab == "strip" else f".phone[data-phone={tab}]")
        await shown.wait_for()
        assert await clinic.page.locator(".phone:visible, .strip:visible").count() == 1
        assert await clinic.page.evaluate(WIDER_THAN_THE_SCREEN) == []


# Boxes that scroll sideways by themselves (carousels, quick replies) may hold more than fits.
WIDER_THAN_THE_SCREEN = """() => {
  const scrolls = (e) => e && (["auto", "scroll"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter((e) =>
    e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5 && !scrolls(e.parentElement));
  const inner = [...document.querySelectorAll(".messages, .strip")].filter((e) => e.scrollWidth > e.clientWidth);
  return [...wide, ...inner].map((e) => e.outerHTML.slice(0, 120))
    .concat(document.documentElement.scrollWidth > innerWidth ? ["the page"] : []);
}"""


async def test_the_demos_state_survives_a_restart_and_reset_starts_afresh(data_dir: Path) -> None:
    async with running_demo(data_dir) as demo:
        sales = (await demo.look("phones"))[0]
        account, person = sales["accounts"]["line"], sales["people"]["line"]
        await demo.act("line", account, person, "open", url=sales["invitations"]["line"])
        await demo.becomes(lambda strip: len(strip["facts"]) > 1 and set(strip["outbox"]) == {"sent"})
        before = await chat_of(demo, account, person)
    async with running_demo(data_dir) as demo:
        assert (await demo.look("phones"))[0] == sales
        assert [fact["kind"] for fact in (await demo.look("strip"))["facts"]] == ["staff_joined", "loyalty_paused"]
        assert await chat_of(demo, account, person) == before
        assert len(before) == 3  # asked for the language when following, the code, greeted by name
    async with running_demo(data_dir, "--reset") as demo:
        fresh = (await demo.look("phones"))[0]
        assert fresh["invitations"] != sales["invitations"]
        assert [fact["kind"] for fact in (await demo.look("strip"))["facts"]] == ["loyalty_paused"]
        assert await chat_of(demo, fresh["accounts"]["line"], person) == []


async def chat_of(demo: Demo, account: str, person: str) -> list[str]:
    chat = await demo.look(f"api/line/accounts/{account}/chats/{person}")
    return [message["id"] for message in chat["messages"]]
