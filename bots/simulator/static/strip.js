// The strip: what is true in the database now, with what has just changed lit up.
import { el } from "./dom.js";
import { clockTime, code } from "./words.js";

const WAY = ["lead", "payment_confirmed", "treatment_scheduled", "treatment_started", "treatment_completed", "follow_up", "closed"];
const LIT = 5000; // milliseconds, as long as the animation `lit`
const REACHED = { scanned: 0, proposal_sent: 0 };

export class Strip {
  constructor(place, page) {
    this.place = place;
    this.page = page;
    this.data = null;
    this.before = new Map();
    this.lit = new Map(); // when each thing last changed: a new drawing goes on with its light
    this.unread = false;
  }

  set(data) {
    const first = this.data === null;
    this.data = data;
    this.changes = 0;
    this.draw(!first);
    if (this.changes && !this.page.isInSight("strip")) { this.unread = true; this.page.tabs(); }
  }

  draw(light = false) {
    const { say } = this.page;
    const now = new Map();
    const lit = (key, value, element) => {
      while (now.has(key)) key += "'"; // two of the same name are told apart by their order
      const text = JSON.stringify(value);
      if (light && this.before.get(key) !== text) { this.lit.set(key, performance.now()); this.changes += 1; }
      now.set(key, text);
      const since = performance.now() - (this.lit.get(key) ?? -Infinity);
      if (since < LIT) { element.classList.add("changed"); element.style.animationDelay = `-${since}ms`; }
      return element;
    };
    const sections = this.data ? [
      this.section("points", [this.points(lit)], this.data.points && this.data.journeys[0].customer),
      this.section("journeys", this.data.journeys.map((journey) => this.journey(journey, lit))),
      this.section("tasks", this.data.tasks.map((task) => this.task(task, lit))),
      this.section("facts", this.data.facts.slice(0, 6).map((fact) => this.fact(fact, lit))),
      this.section("outbox", [this.outbox(lit)]),
    ] : [];
    this.place.replaceChildren(el("h2", { text: say("strip") }), ...sections);
    if (this.data) this.before = now;
  }

  section(key, rows, whose) {
    const shown = rows.filter(Boolean);
    return el("section", { "data-section": key }, el("h3", { text: [this.page.say(key), whose].filter(Boolean).join(" · ") }),
      ...(shown.length ? shown : [el("p", { class: "none", text: this.page.say(`no_${key}`) })]));
  }

  points(lit) {
    const { points } = this.data;
    if (!points) return null;
    const { language, say } = this.page;
    const number = (key) => lit(`points.${key}`, points[key], el("div", { class: "number" },
      el("strong", { text: points[key].toLocaleString("en-US") }), el("span", { text: say(key) })));
    return el("div", { class: "points" }, number("usable"), number("pending"),
      lit("points.tier", points.tier, el("span", { class: `tier ${points.tier}`, text: code(language, points.tier) })));
  }

  journey(journey, lit) {
    const { language, say } = this.page;
    const reached = REACHED[journey.stage] ?? WAY.indexOf(journey.stage);
    const card = el("div", { class: "row journey", "data-stage": journey.stage },
      el("div", { class: "row-head" }, el("strong", { text: journey.customer }),
        el("small", { text: say("version", { n: journey.version }) })),
      el("span", { class: "muted", text: journey.treatment[language] }),
      el("div", { class: "way", "aria-hidden": "true" },
        ...WAY.map((_, step) => el("i", { class: step < reached ? "done" : step === reached ? "here" : "" }))),
      el("span", { class: "stage-name", text: code(language, journey.stage) }));
    return lit(`journey.${journey.customer}.${journey.treatment.en}`, journey, card);
  }

  task(task, lit) {
    const { language, say } = this.page;
    const row = el("div", { class: "row task", "data-state": task.state },
      el("div", { class: "row-head" }, el("strong", { text: task.title[language] }),
        el("span", { class: `state ${task.state}`, text: code(language, task.state) })),
      el("span", { class: "muted", text: task.assignee || say("nobody") }));
    return lit(`task.${task.title.en}`, task, row);
  }

  fact(fact, lit) {
    const { language, zone } = this.page;
    const row = el("div", { class: "fact", "data-fact": fact.kind },
      el("time", { datetime: fact.at, text: clockTime(language, zone, new Date(fact.at)) }),
      el("span", { text: code(language, fact.kind) }), el("small", { text: fact.about }));
    return lit(`fact.${fact.at}.${fact.kind}.${fact.about}`, fact, row);
  }

  outbox(lit) {
    const counts = Object.entries(this.data.outbox).filter(([, count]) => count > 0);
    if (!counts.length) return null;
    return el("div", { class: "outbox" }, ...counts.map(([state, count]) =>
      lit(`outbox.${state}`, count, el("span", { class: `count ${state}`, "data-state": state },
        el("strong", { text: String(count) }), ` ${code(this.page.language, state)}`))));
  }
}
