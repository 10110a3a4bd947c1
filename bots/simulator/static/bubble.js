// One message as the app shows it: LINE's text, pictures and Flex; Telegram's text, photo and keyboard.
// Whatever has a shape unknown here is shown from the plain description that the emulator gives of it.
import { picture } from "./api.js";
import { el } from "./dom.js";
import { flex } from "./flex.js";
import { styledText, keyboard } from "./telegram.js";

/** The list item of a message; `phone` says how to tap, follow links and enlarge. */
export function bubble(message, phone) {
  const mine = message.from === "person";
  const item = el("li", { class: `message ${mine ? "mine" : "theirs"}`, "data-message": message.id });
  const buttons = new Buttons(message, phone);
  if (mine) item.append(...own(message, phone));
  else if (phone.channel === "telegram") item.append(...telegram(message, buttons, phone));
  else item.append(...line(message, buttons, phone));
  return item;
}

/** A message's tappable things: each is handed out once, found by its label and address, else by order. */
class Buttons {
  constructor(message, phone) {
    this.left = [...(message.buttons ?? [])];
    this.message = message;
    this.phone = phone;
  }

  take(label, url) {
    const same = this.left.find((button) => button.label === label && (button.url ?? null) === (url ?? null));
    const found = same ?? this.left[0];
    this.left.splice(this.left.indexOf(found), found ? 1 : 0);
    return found;
  }

  tap(element, button) {
    if (button) this.phone.tap(element, { message: this.message.id, button: button.index }, button);
  }
}

function own(message, phone) {
  const shown = { image: phone.say("photo_sent"), sticker: phone.say("sticker_sent") }[message.raw?.type];
  const words = message.picture ? message.raw?.caption : shown ?? message.text;
  const inside = phone.channel === "telegram" && stamp(message, phone);
  const bare = message.picture && !words && !inside;
  return [el("div", { class: bare ? "bubble only-picture" : "bubble" },
    message.picture && photo(message.picture, phone), words && el("p", { text: words }), inside),
    !inside && stamp(message, phone)].filter(Boolean);
}

function line(message, buttons, phone) {
  const { raw } = message;
  if (raw?.type === "flex") return [flex(raw.contents, buttons, phone), stamp(message, phone)];
  if (raw?.type === "image") return [el("div", { class: "bubble only-picture" }, photo(message.picture, phone)), stamp(message, phone)];
  if (raw?.type === "text") return [el("div", { class: "bubble" }, linked(raw.text, phone)), stamp(message, phone)];
  return plain(message, buttons, phone);
}

function telegram(message, buttons, phone) {
  const { raw } = message;
  const words = raw?.text ?? raw?.caption;
  if (words === undefined && !message.picture) return plain(message, buttons, phone);
  const rows = raw?.reply_markup?.inline_keyboard ?? [];
  return [
    el("div", { class: rows.length ? "bubble keyed" : "bubble" },
      message.picture && photo(message.picture, phone),
      words && styledText(words, raw.entities ?? raw.caption_entities ?? [], phone),
      stamp(message, phone)),
    rows.length ? keyboard(rows, buttons) : "",
  ];
}

/** Any message, from the emulator's own description. */
function plain(message, buttons, phone) {
  const rows = (message.rows ?? []).map(([label, value]) => el("div", { class: "pair" },
    el("dt", { text: label }), el("dd", { text: value })));
  const keys = buttons.left.splice(0).map((button) => {
    const key = el("button", { type: "button", class: button.style ?? "", text: button.label,
      onclick: () => buttons.tap(key, button) });
    return key;
  });
  return [el("div", { class: "bubble" },
    message.picture && photo(message.picture, phone), message.title && el("strong", { text: message.title }),
    message.text && linked(message.text, phone), rows.length ? el("dl", {}, ...rows) : "",
    message.footnote && el("small", { text: message.footnote }), keys.length ? el("div", { class: "keys" }, ...keys) : ""),
  stamp(message, phone)];
}

export function photo(url, phone, alt = phone.say("picture")) {
  const source = picture(url);
  const image = el("img", { src: source, alt, onload: () => phone.keepBottom() });
  return el("button", { type: "button", class: "photo", "aria-label": alt, onclick: () => phone.enlarge(source, alt) }, image);
}

/** Text in which addresses can be tapped. */
export function linked(text, phone) {
  const paragraph = el("p");
  for (const part of text.split(/(https?:\/\/[^\s]+)/)) {
    if (!/^https?:\/\//.test(part)) paragraph.append(part);
    else paragraph.append(el("button", { type: "button", class: "link", text: part, onclick: () => phone.page.follow(part) }));
  }
  return paragraph;
}

function stamp(message, phone) {
  const { raw } = message;
  const at = message.at ?? raw?.date; // seconds; Telegram's are whole, and what it sent came later in that second
  const when = new Date(Number.isInteger(at) ? at * 1000 + 999 : at * 1000);
  return el("span", { class: "stamp" }, message.edited ? `${phone.say("edited")} ` : "",
    isNaN(when) ? "" : el("time", { datetime: when.toISOString(), text: phone.time(when) }));
}
