// The page: three phones, the clinic's clock, the strip, and the language of everything around the chats.
import * as api from "./api.js";
import { Clock } from "./clock.js";
import { choices, el, icon, memory, toast } from "./dom.js";
import { Phone } from "./phone.js";
import { Strip } from "./strip.js";
import { LANGUAGES, word } from "./words.js";
import { guide } from "./guide.js";
import { choosePhone } from "./dialogs.js";

const at = (id) => document.getElementById(id);

class Page {
  say = (key, values) => word(this.language, key, values);

  constructor(phones) {
    this.language = memory.get("language", navigator.language.startsWith("th") ? "th" : "en");
    this.zone = "Asia/Bangkok";
    this.chats = [];
    this.phones = phones.map((phone) => new Phone(phone, this));
    this.clock = new Clock(at("clock"), this);
    this.strip = new Strip(at("strip"), this);
    this.shown = memory.get("shown", this.phones[0].role);
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

  /** On a narrow screen one phone (or the strip) at a time; made once, so that news never takes a tab from under a finger. */
  makeTabs() {
    this.tabButtons = new Map([...this.phones.map(({ role }) => role), "strip"].map((key) => [key, el("button", {
      type: "button", "data-tab": key, onclick: () => this.show(key) }, icon(key), el("span"))]));
    at("tabs").replaceChildren(...this.tabButtons.values());
  }

  tabs() {
    const unread = new Map([...this.phones.map((phone) => [phone.role, phone.unread]), ["strip", this.strip.unread]]);
    for (const [key, button] of this.tabButtons) {
      button.lastChild.textContent = this.say(`tab_${key}`);
      button.setAttribute("aria-pressed", String(key === this.shown));
      button.classList.toggle("unread", unread.get(key) && key !== this.shown);
    }
    document.body.dataset.shown = this.shown;
    for (const phone of this.phones) phone.element.classList.toggle("shown", phone.role === this.shown);
  }

  show(key) {
    this.shown = key;
    memory.set("shown", key);
    this.phones.forEach((phone) => phone.role === key && phone.seen());
    if (key === "strip") this.strip.unread = false;
    this.tabs();
  }

  /** What a link does when somebody taps it: opens a chat on a phone, or leaves the page as links do. */
  async follow(url) {
    const channel = api.deepLinkChannel(url);
    if (channel) {
      const phone = await choosePhone(this, url, channel);
      if (phone) { this.show(phone.role); await phone.open(channel, url); }
    } else if (/^https?:/i.test(url)) window.open(url, "_blank", "noopener");
    else toast(url.replace(/^tel:/i, ""));
  }
}

api.phones().then((phones) => new Page(phones).start(), () => toast(word("en", "offline")));
