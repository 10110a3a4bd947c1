// The gallery: each example on its phones, side by side, drawn by the demo's own scripts.
import { bubble } from "./bubble.js";
import { el } from "./dom.js";
import { clockTime, word } from "./words.js";

const ZONE = "Asia/Bangkok";
const APPS = { line: "LINE", telegram: "Telegram" };

/** As much of a phone as a message needs to be drawn; nothing on it can be done. */
class StillPhone {
  page = { follow() {} };

  constructor({ channel, language }) {
    Object.assign(this, { channel, language });
  }

  say(key, values) {
    return word(this.language, key, values);
  }

  time(when) {
    return clockTime(this.language, ZONE, when);
  }

  tap() {}
  act() {}
  keepBottom() {}
  enlarge() {}
}

function phone(data) {
  const still = new StillPhone(data);
  const messages = data.messages.map((message) => bubble(message, still));
  const quick = data.messages.at(-1)?.quick ?? [];
  return el("figure", { class: "phone shown open", "data-channel": data.channel, lang: data.language },
    el("figcaption", { text: `${APPS[data.channel]} · ${data.language}` }),
    el("div", { class: "screen" },
      el("ol", { class: "messages" }, ...messages),
      el("div", { class: "quick" }, ...quick.map(({ label }) => el("button", { type: "button", text: label })))),
    el("ul", { class: "sizes" }, ...data.sizes.map((sizes) => el("li", { text: sizes.join(" · ") }))));
}

const { examples = [] } = JSON.parse(document.getElementById("gallery").textContent);
document.getElementById("examples").append(...examples.map(({ kind, title, phones }) =>
  el("section", { class: "example", "data-kind": kind },
    el("h2", {}, el("code", { text: kind }), ` ${title}`),
    el("div", { class: "side-by-side" }, ...phones.map(phone)))));
document.body.dataset.drawn = "";
