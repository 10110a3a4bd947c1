// The page: the people and their phones (three of them in sight), the clinic's clock, the strip, and the language of everything around the chats.
import * as api from "./api.js";
import { Clock } from "./clock.js";
import { choices, el, icon, memory, toast } from "./dom.js";
import { Phone } from "./phone.js";
import { Strip } from "./strip.js";
import { LANGUAGES, word } from "./words.js";
import { guide } from "./guide.js";
import { choosePhone } from "./dialogs.js";

const at = (id) => document.getElementById(id);

const SIDE_BY_SIDE = 3;
const NARROW = matchMedia("(max-width: 860px)");

class Page {
  say = (key, values) => word(this.language, key, values);

  constructor(phones) {
    this.language = memory.get("language", navigator.language.startsWith("th") ? "th" : "en");
    this.zone = "Asia/Bangkok";
    this.chats = [];
    this.phones = phones.map((phone) => new Phone(phone, this));
    this.clock = new Clock(at("clock"), this);
    this.strip = new Strip(at("strip"), this);
    const keys = this.phones.map(({ key }) => key);
    this.shown = memory.get("shown", keys[0]);
    // The phones side by side on a wide screen, from left to right, and all of them by when they were last in hand.
    this.open = memory.get("open", "").split(" ").filter((key) => keys.includes(key));
    if (new Set(this.open).size !== SIDE_BY_SIDE) this.open = keys.slice(0, SIDE_BY_SIDE);
    this.lately = [...this.open].reverse();
    NARROW.addEventListener("change", () => this.tabs());
    at("phones").replaceChildren(...this.phones.map((phone) => phone.element));
    this.makeTabs();
  }

  start() {
    this.draw();
    for (const phone of this.phones) phone.refresh();
    api.live({
      chat: (change) => this.phones.forEach((phone) => phone.changed(change)),
      again: ({ channel }) => this.phones.forEach((phone) => phone.channel === channel && phone.refresh()),
      strip: (strip) => this.learn(strip),
      connection: (up) => document.body.classList.toggle("offline", !up),
    });
  }

  /** What is true now, from the live events or the answer to a moved clock. */
  learn(strip) {
    this.zone = strip.zone;
    this.chats = strip.chats;
    this.clock.set(strip);
    this.strip.set(strip);
    for (const phone of this.phones) { phone.learn(strip.chats); phone.retime(); }
  }

  /** Everything around the chats, in the page's language. */
  draw() {
    document.documentElement.lang = this.language;
    for (const place of document.querySelectorAll("[data-word]")) place.textContent = this.say(place.dataset.word);
    choices(at("page-language"), LANGUAGES, this.language, (language) => {
      this.language = language;
      memory.set("language", language);
      this.draw();
      this.phones.forEach((phone) => phone.draw());
    });
    guide(at("guide"), this.language);
    this.clock.draw();
    this.strip.draw();
    this.tabs();
  }

  /** The people (and, on a narrow screen, the strip); made once, so that news never takes a tab from under a finger. */
  makeTabs() {
    const tab = (key, drawing) => [key, el("button", { type: "button", "data-tab": key, onclick: () => this.show(key) },
      icon(drawing), el("span", {}, el("strong"), el("small")))];
    this.tabButtons = new Map([...this.phones.map(({ key, role }) => tab(key, role)), tab("strip", "strip")]);
    at("tabs").replaceChildren(...this.tabButtons.values());
  }

  tabs() {
    const about = new Map(this.phones.map((phone) => [phone.key, phone]));
    for (const [key, button] of this.tabButtons) {
      const phone = about.get(key);
      const [name, job] = button.lastChild.children;
      name.textContent = phone ? phone.label[this.language] : this.say("tab_strip");
      job.textContent = phone ? this.say(`tab_${phone.role}`) : "";
      const inSight = this.isInSight(key);
      button.setAttribute("aria-pressed", String(inSight));
      button.classList.toggle("unread", Boolean((phone ?? this.strip).unread) && !inSight);
    }
    document.body.dataset.shown = this.shown;
    for (const phone of this.phones) {
      phone.element.classList.toggle("shown", phone.key === this.shown);
      phone.element.classList.toggle("open", this.open.includes(phone.key));
      phone.element.style.order = String(this.open.indexOf(phone.key));
      if (this.isInSight(phone.key)) phone.seen();
    }
  }

  /** Whether news there is seen at once: one at a time on a narrow screen, three phones and the strip on a wide one. */
  isInSight(key) {
    return NARROW.matches ? key === this.shown : key === "strip" || this.open.includes(key);
  }

  /** A phone that is wanted takes the place of the one that was longest out of hand. */
  show(key) {
    this.shown = key;
    memory.set("shown", key);
    if (key === "strip") this.strip.unread = false;
    else if (!this.open.includes(key)) {
      const idle = this.lately.findLast((known) => this.open.includes(known));
      this.open = this.open.map((known) => (known === idle ? key : known));
      memory.set("open", this.open.join(" "));
    }
    this.using(key);
    this.tabs();
  }

  using(key) {
    this.lately = [key, ...this.lately.filter((known) => known !== key)];
  }

  /** What a link does when somebody taps it: opens a chat on a phone, or leaves the page as links do. */
  async follow(url) {
    const channel = api.deepLinkChannel(url);
    if (channel) {
      const phone = await choosePhone(this, url, channel);
      if (phone) { this.show(phone.key); await phone.open(channel, url); }
    } else if (/^https?:/i.test(url)) window.open(url, "_blank", "noopener");
    else toast(url.replace(/^tel:/i, ""));
  }
}

api.phones().then((phones) => new Page(phones).start(), () => toast(word("en", "offline")));
