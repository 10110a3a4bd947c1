// The clinic's clock at the top: it runs, and it can be moved forward.
import { moveClock } from "./api.js";
import { el, toast } from "./dom.js";
import { clockTime, instant } from "./words.js";

export class Clock {
  constructor(place, page) {
    this.place = place;
    this.page = page;
    this.moving = false;
    setInterval(() => this.tick(), 1000);
  }

  set({ now, moves }) {
    this.moves = moves;
    this.base = Date.parse(now);
    this.since = performance.now();
    this.tick();
  }

  now() {
    return new Date(this.base + performance.now() - this.since);
  }

  /** The clinic's time at a moment of real time: messages bear the platforms' time, and the clock may have moved since. */
  at(real) {
    const last = this.moves?.findLast(({ at }) => Date.parse(at) <= real);
    return new Date(real.getTime() + (last?.ahead ?? 0) * 1000);
  }

  draw() {
    const { say } = this.page;
    const button = (key, to) =>
      el("button", { type: "button", class: "soft", text: say(key), "data-move": key, onclick: () => this.move(to) });
    this.time = el("strong", { class: "clock-time" });
    this.date = el("span", { class: "clock-date" });
    this.picked = el("input", { type: "datetime-local", "aria-label": say("other_time") });
    this.free = el("details", { class: "clock-free" },
      el("summary", { class: "soft", text: say("other_time") }),
      el("form", { class: "popover", onsubmit: (event) => { event.preventDefault(); this.move({ to: this.picked.value }); } },
        this.picked, el("button", { class: "strong", text: say("go") })));
    this.free.addEventListener("toggle", () => { if (this.free.open && this.base) this.picked.value = this.local(); });
    this.place.replaceChildren(
      el("div", { class: "clock-face", role: "timer", "aria-label": say("clock") }, this.time, this.date),
      el("div", { class: "clock-moves" }, button("hour", { minutes: 60 }), button("tomorrow", { tomorrow_10: true }), this.free));
    this.show();
  }

  /** The clinic's local time as the browser's date-and-time field wants it, an hour from now. */
  local() {
    const later = new Date(this.now().getTime() + 3_600_000);
    return new Intl.DateTimeFormat("sv-SE", { timeZone: this.page.zone, dateStyle: "short", timeStyle: "short" })
      .format(later).replace(" ", "T");
  }

  tick() {
    if (!this.base || !this.time || this.moving) return;
    const { language, zone } = this.page;
    this.time.textContent = clockTime(language, zone, this.now());
    this.date.textContent = instant(language, zone, this.now(),
      { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  }

  async move(to) {
    this.moving = true;
    this.free.open = false;
    this.show();
    try {
      this.page.learn(await moveClock(to));
    } catch (error) {
      const known = ["past", "too_far", "not_a_time"].includes(error.message);
      toast(known ? this.page.say(error.message) : this.page.say("failed", { why: error.message }));
    } finally {
      this.moving = false;
      this.show();
    }
  }

  show() {
    this.place.classList.toggle("moving", this.moving);
    for (const button of this.place.querySelectorAll("button")) button.disabled = this.moving;
    if (this.moving) this.date.textContent = this.page.say("moving");
    else this.tick();
  }
}
