// What opens above the page: a picture enlarged, whose phone opens a link, a link to paste.
import { el, icon } from "./dom.js";

/** A modal dialog; resolves with its value when closed ('' when dismissed), and is then gone. */
function dialog(kind, page, ...content) {
  const box = el("dialog", { class: `dialog ${kind}` },
    el("form", { method: "dialog", class: "dialog-close" },
      el("button", { value: "", "aria-label": page.say("close") }, icon("close"))),
    ...content);
  box.addEventListener("click", (event) => event.target === box && box.close(""));
  document.body.append(box);
  box.showModal();
  return new Promise((resolve) => box.addEventListener("close", () => { box.remove(); resolve(box.returnValue); }));
}

export function enlarge(page, source, alt) {
  return dialog("picture", page, el("img", { src: source, alt }));
}

/** The phone that opens a deep link, or null. */
export async function choosePhone(page, url, channel) {
  const key = await dialog("chooser", page,
    el("h2", { text: page.say("which_phone") }),
    el("p", { class: "address", text: url }),
    el("form", { method: "dialog", class: "chooser-phones" }, ...page.phones
      .filter((phone) => phone.accounts[channel])
      .map((phone) => el("button", { value: phone.key, "data-open-on": phone.key },
        icon(phone.role), el("span", { text: page.say(`tab_${phone.role}`) }), el("small", { text: phone.label[page.language] })))));
  return page.phones.find((phone) => phone.key === key) ?? null;
}

/** What LINE's picker of this mode gives, or '' when it was put away. */
export async function askMoment(page, mode, title) {
  const type = mode === "datetime" ? "datetime-local" : mode;
  const input = el("input", { type, required: true, "aria-label": title });
  const value = await dialog("chooser", page,
    el("h2", { text: title }),
    el("form", { method: "dialog", class: "chooser-link" }, input,
      el("button", { class: "strong", value: "picked", text: page.say("pick") })));
  return value === "picked" ? input.value : "";
}

/** A link typed or pasted, or ''. */
export async function askLink(page) {
  const input = el("input", { type: "url", required: true, placeholder: "https://", "aria-label": page.say("link") });
  const value = await dialog("chooser", page,
    el("h2", { text: page.say("link") }),
    el("form", { method: "dialog", class: "chooser-link" }, input,
      el("button", { class: "strong", value: "open", text: page.say("open") })));
  return value === "open" ? input.value.trim() : "";
}
