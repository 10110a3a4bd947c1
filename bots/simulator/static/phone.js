// One phone: a person with two apps. It shows what the platform shows, and acts only as a person can.
import * as api from "./api.js";
import { bubble } from "./bubble.js";
import { composer } from "./composer.js";
import { askLink, askMoment, enlarge } from "./dialogs.js";
import { choices, el, icon, memory, toast } from "./dom.js";
import { RichMenu } from "./richmenu.js";
import { LANGUAGES, instant, word } from "./words.js";

const APPS = [["line", "LINE"], ["telegram", "Telegram"]];

export class Phone {
  constructor(data, page) {
    Object.assign(this, data); // key, role, label, people, accounts, language, clinic, invitations
    this.page = page;
    this.channel = memory.get(`${this.key}.channel`, Object.keys(this.accounts)[0]);
    this.language = memory.get(`${this.key}.language`, this.language);
    this.chat = null;
    this.unread = false;
    this.known = null; // the language this person chose in the chat, as the program last told
    this.waiting = new Set(); // apps with news while the other one is in front
    this.list = el("ol", { class: "messages", "aria-live": "polite" });
    this.scrollTop = 0;
    this.follows = true; // the newest message stays in sight until the person scrolls up
    this.list.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.keepBottom()).observe(this.list);
    this.quick = el("div", { class: "quick" });
    this.richMenu = new RichMenu(this);
    this.element = el("section", { class: "phone", "data-phone": this.key, onpointerdown: () => page.using(this.key) });
    this.draw();
  }

  get address() {
    return { channel: this.channel, account: this.accounts[this.channel], person: this.people[this.channel] };
  }

  say(key, values) {
    return word(this.language, key, values);
  }

  /** Everything but the messages, which follow from the last known chat. */
  draw() {
    const { page } = this;
    const draft = this.composer?.draft() ?? "";
    const apps = choices(el("div", { class: "apps", role: "group", "aria-label": page.say("app_of") }),
      APPS.filter(([key]) => this.accounts[key]), this.channel, (channel) => this.use(channel));
    for (const key of this.waiting) apps.querySelector(`[data-choice=${key}]`)?.classList.add("unread");
    const languages = choices(el("div", { role: "group", "aria-label": page.say("language_of") }),
      LANGUAGES, this.language, (language) => this.speak(language));
    this.composer = composer(this, draft);
    this.element.dataset.channel = this.channel;
    this.element.lang = this.language;
    this.element.replaceChildren(
      el("header", { class: "holder" }, el("span", { class: "avatar" }, icon(this.role)),
        el("div", {}, el("strong", { text: page.say(`tab_${this.role}`) }), el("small", { text: this.label[page.language] })),
        languages),
      apps,
      el("div", { class: "screen" },
        el("header", { class: "bar" }, el("span", { class: "clinic-mark", text: [...this.clinic.en][0] }),
          el("strong", { text: this.clinic[this.language] }), this.more = this.menu()),
        this.list, this.quick, this.composer.element, this.richMenu.element));
    this.richMenu.update(null);
    this.nodes = new Map(); // what is on the screen, by the message as it was described
    this.list.replaceChildren();
    this.show();
  }

  menu() {
    const item = (key, act) => el("button", { type: "button", text: this.say(key), "data-act": key,
      onclick: () => { box.open = false; act(); } });
    const blocked = this.chat?.blocked;
    const box = el("details", { class: "more" },
      el("summary", { "aria-label": this.say("more") }, icon("more")),
      el("div", { class: "popover" },
        item("paste_link", async () => { const url = await askLink(this.page); if (url) this.openLink(url); }),
        item("sticker", () => this.act("sticker")),
        item(blocked ? "unblock" : "block", () => this.act(blocked ? "unblock" : "block"))));
    box.dataset.blocked = Boolean(blocked);
    return box;
  }

  use(channel) {
    this.channel = channel;
    this.waiting.delete(channel);
    memory.set(`${this.key}.channel`, channel);
    this.chat = null;
    this.known = null;
    this.draw();
    this.learn(this.page.chats);
    return this.refresh();
  }

  /** The person asks the program for the other language, as anyone would: by saying so. */
  speak(language) {
    this.language = language;
    memory.set(`${this.key}.language`, language);
    this.draw();
    if (this.chat?.messages.length && !this.chat.blocked) this.act("say", { text: `/language ${language}` });
  }

  /** What the program knows of this person's chats: a language chosen there becomes the phone's. */
  learn(chats) {
    const { channel, person } = this.address;
    const chosen = chats.find((chat) => chat.channel === channel && chat.person === person)?.language ?? null;
    if (chosen === this.known) return;
    this.known = chosen;
    if (!chosen || chosen === this.language) return;
    this.language = chosen;
    memory.set(`${this.key}.language`, chosen);
    this.draw();
  }

  /** The clock has moved or become known: every message shows the clinic's time at which it was sent. */
  retime() {
    for (const stamp of this.list.querySelectorAll(".stamp time")) stamp.textContent = this.time(new Date(stamp.dateTime));
  }

  seen() {
    this.unread = false;
  }

  changed({ channel, account, person }) {
    if (this.accounts[channel] !== account || this.people[channel] !== person) return;
    if (channel === this.channel) this.refresh();
    else {
      this.waiting.add(channel);
      this.element.querySelector(`.apps [data-choice=${channel}]`)?.classList.add("unread");
    }
    if (!this.page.isInSight(this.key)) { this.unread = true; this.page.tabs(); }
  }

  /** Look at the chat again; a look asked for during a look is one more look afterwards. */
  async refresh() {
    if (this.looking) { this.lookAgain = true; return this.looking; }
    const { channel } = this;
    this.looking = api.chat(this.address).then(
      (chat) => { if (channel === this.channel) { this.chat = chat; this.show(); } },
      () => toast(this.page.say("offline")));
    await this.looking;
    this.looking = null;
    if (this.lookAgain || channel !== this.channel) { this.lookAgain = false; await this.refresh(); }
  }

  show() {
    if (!this.chat) return;
    const { messages, blocked } = this.chat;
    const nodes = new Map(messages.map((message) => {
      const key = JSON.stringify(message);
      return [key, this.nodes.get(key) ?? bubble(message, this)];
    }));
    const grown = messages.length !== this.nodes.size;
    for (const [key, node] of nodes) if (this.nodes.size && !this.nodes.has(key)) arriving(node);
    this.nodes = nodes;
    arrange(this.list, messages.length ? [...nodes.values()] : [this.welcome()]);
    this.offer(messages.at(-1));
    this.element.classList.toggle("blocked", Boolean(blocked));
    this.composer.update(this.chat);
    this.richMenu.update(blocked ? null : this.chat.menu);
    if (this.more.dataset.blocked !== String(Boolean(blocked))) {
      const menu = this.menu();
      this.more.replaceWith(menu);
      this.more = menu;
    }
    if (grown) this.follows = true;
    this.keepBottom();
  }

  /** The newest message's quick replies, made again only when they changed: a press must find what it began on. */
  offer(newest) {
    const offered = JSON.stringify([newest?.id, newest?.quick]);
    if (offered === this.offered) return;
    this.offered = offered;
    this.quick.replaceChildren(...(newest?.quick ?? []).map((choice) =>
      el("button", { type: "button", text: choice.label, onclick: (event) =>
        this.tap(event.currentTarget, { message: newest.id, quick: choice.index }, choice) })));
  }

  /** Only a person scrolls up; content that grew below (a picture has loaded) must not look like it. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    const bottom = scrollHeight - scrollTop - clientHeight < 80;
    if (clientHeight && (bottom || scrollTop < this.scrollTop)) this.follows = bottom;
    this.scrollTop = scrollTop;
  }

  /** After anything that makes the list or its screen taller: a message, a picture that has loaded, another size. */
  keepBottom() {
    requestAnimationFrame(() => { if (this.follows) this.list.scrollTop = this.list.scrollHeight; });
  }

  /** An empty chat: the app's own way in, and the invitation this person was given. */
  welcome() {
    const invitation = this.invitations[this.channel];
    return el("li", { class: "welcome" }, el("span", { class: "clinic-mark", text: [...this.clinic.en][0] }),
      el("strong", { text: this.clinic[this.language] }), el("p", { text: this.say(`empty_${this.channel}`) }),
      invitation && el("button", { type: "button", class: "strong", text: this.say("invited"), "data-act": "invited",
        onclick: () => this.act("open", { url: invitation }) }),
      el("button", { type: "button", class: invitation ? "soft" : "strong", text: this.say(`start_${this.channel}`),
        "data-act": "follow", onclick: () => this.act("follow") }));
  }

  async tap(button, what, { picker, label } = {}) {
    if (picker && !(what.picked = await askMoment(this.page, picker, label))) return;
    await this.press(button, "tap", what);
  }

  /** A place on the rich menu. */
  async tapTile(place, index) {
    await this.press(place, "tile", { index });
  }

  async press(element, act, what) {
    element.classList.add("busy");
    const answer = await this.act(act, what);
    element.classList.remove("busy");
    if (answer?.url) this.page.follow(answer.url);
  }

  /** A link opened on this phone: in the app it belongs to. */
  async openLink(url) {
    const channel = api.deepLinkChannel(url);
    if (channel && this.accounts[channel]) await this.open(channel, url);
    else this.page.follow(url);
  }

  async open(channel, url) {
    if (channel !== this.channel) await this.use(channel);
    await this.act("open", { url });
  }

  async act(what, body) {
    try {
      const answer = await api.act(this.address, what, body);
      if (answer.deliveries?.some(({ status }) => status < 200 || status > 299)) toast(this.page.say("no_answer"));
      await this.refresh();
      return answer;
    } catch (error) {
      toast(this.page.say("failed", { why: error.message }));
      return null;
    }
  }

  /** The time of day of a message, on the clinic's wall. */
  time(when) {
    return instant(this.language, this.page.zone, this.page.clock.at(when), { hour: "2-digit", minute: "2-digit" });
  }

  enlarge(source, alt) {
    enlarge(this.page, source, alt);
  }
}

/** Let a new message come in; once only, not again whenever its phone is taken out. */
function arriving(node) {
  node.classList.add("arriving");
  node.addEventListener("animationend", () => node.classList.remove("arriving"), { once: true });
}

/** Put `nodes` in order into `list`, touching only what has changed, so that nothing flickers. */
function arrange(list, nodes) {
  for (const child of [...list.children]) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, place) => {
    if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null);
  });
}
