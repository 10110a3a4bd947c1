// Telegram's own: text with entities, and inline keyboards.
import { el } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "code", blockquote: "q" };

/** Text with its entities (offsets are UTF-16 units, as JavaScript counts); links and commands can be tapped. */
export function styledText(text, entities, phone) {
  const marks = [...entities, ...found(text, entities)];
  const edges = [...new Set([0, text.length, ...marks.flatMap(({ offset, length }) => [offset, offset + length])])]
    .filter((edge) => edge <= text.length).sort((a, b) => a - b);
  const paragraph = el("p");
  edges.slice(0, -1).forEach((start, index) => {
    const end = edges[index + 1];
    const over = marks.filter(({ offset, length }) => offset <= start && offset + length >= end);
    paragraph.append(over.reduce((inner, mark) => wrapped(inner, mark, text, phone), text.slice(start, end)));
  });
  return paragraph;
}

/** Addresses and commands that Telegram's apps find in a text by themselves. */
function found(text, entities) {
  const known = entities.some(({ type }) => type === "url" || type === "bot_command");
  if (known) return [];
  return [...text.matchAll(/https?:\/\/\S+|(?<=^|\s)\/[a-z_]{2,32}\b/g)].map((match) => ({
    type: match[0].startsWith("/") ? "bot_command" : "url", offset: match.index, length: match[0].length,
  }));
}

function wrapped(inner, mark, text, phone) {
  const whole = text.slice(mark.offset, mark.offset + mark.length);
  const link = (act) => el("button", { type: "button", class: "link", onclick: act }, inner);
  if (mark.type === "url") return link(() => phone.page.follow(whole));
  if (mark.type === "text_link") return link(() => phone.page.follow(mark.url));
  if (mark.type === "bot_command") return link(() => phone.act("say", { text: whole }));
  return TAGS[mark.type] ? el(TAGS[mark.type], {}, inner) : inner;
}

export function keyboard(rows, buttons) {
  return el("div", { class: "keyboard" }, ...rows.map((row) =>
    el("div", {}, ...row.map((key) => {
      const button = buttons.take(key.text, key.url);
      const element = el("button", { type: "button", text: key.text, class: `${key.style ?? ""} ${key.url ? "leads-out" : ""}`,
        onclick: () => buttons.tap(element, button) });
      return element;
    }))));
}
