// The foot of a phone: commands, photo, text and send; or, while the account is blocked, the way back.
import { el, icon, toast } from "./dom.js";

const LARGEST_PHOTO = 10 * 1024 * 1024; // what the program keeps at most

export function composer(phone, draft) {
  const say = (key) => phone.say(key);
  const text = el("textarea", { rows: "1", placeholder: say("write"), "aria-label": say("write") });
  text.value = draft;
  const file = el("input", { type: "file", accept: "image/*", hidden: true });
  const commands = el("details", { class: "commands", hidden: true });
  const grow = () => { text.style.height = "auto"; text.style.height = `${Math.min(text.scrollHeight, 96)}px`; };

  async function send() {
    const words = text.value.trim();
    if (!words) return;
    text.value = "";
    grow();
    if (!(await phone.act("say", { text: words }))) { text.value = words; grow(); }
  }

  async function photo() {
    const [chosen] = file.files;
    file.value = "";
    if (!chosen) return;
    if (chosen.size > LARGEST_PHOTO) { toast("10 MB max"); return; }
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    let binary = "";
    for (let start = 0; start < bytes.length; start += 0x8000) {
      binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
    }
    await phone.act("photo", { base64: btoa(binary) });
  }

  text.addEventListener("input", grow);
  text.addEventListener("focus", () => matchMedia("(max-width: 860px)").matches && phone.richMenu.unfold(false));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  });
  file.addEventListener("change", photo);

  const form = el("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); send(); } },
    commands,
    el("button", { type: "button", class: "tool", "aria-label": say("photo"), onclick: () => file.click() }, icon("photo")),
    file, text,
    el("button", { class: "tool send", "aria-label": say("send") }, icon("send")));
  const wall = el("div", { class: "wall", hidden: true }, el("span", { text: say("blocked") }),
    el("button", { type: "button", class: "soft", text: say("unblock"), onclick: () => phone.act("unblock") }));

  /** Telegram's menu of commands, as the program registered it. */
  function offer(menu) {
    const known = menu?.commands ?? [];
    if (commands.dataset.offered === JSON.stringify(known)) return;
    commands.dataset.offered = JSON.stringify(known);
    commands.hidden = !known.length;
    commands.replaceChildren(
      el("summary", { class: "tool", "aria-label": say("commands") }, icon("menu")),
      el("div", { class: "popover" }, ...known.map((entry) =>
        el("button", { type: "button", onclick: () => { commands.open = false; phone.act("say", { text: `/${entry.command}` }); } },
          el("b", { text: `/${entry.command}` }), el("span", { text: entry.description })))));
  }

  return {
    element: el("footer", {}, form, wall),
    draft: () => text.value,
    update({ blocked, menu, messages }) {
      wall.hidden = !blocked;
      form.hidden = Boolean(blocked) || !messages.length;
      offer(menu);
    },
  };
}
