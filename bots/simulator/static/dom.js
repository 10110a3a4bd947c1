// Building the page. Everything people wrote reaches the page through here as text, never as markup.

/** An element: `set` holds properties (`class`, `text`, data-*, aria-* …) and `on…` listeners. */
export function el(tag, set = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** One of the drawings in index.html. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  drawing.append(use);
  return drawing;
}

/** A row of choices of which one is on; `choose(key)` is called for a press on another one. */
export function choices(group, options, chosen, choose) {
  group.classList.add("switch");
  group.replaceChildren(
    ...options.map(([key, label, title]) =>
      el("button", {
        type: "button", text: label, title, "data-choice": key, "aria-pressed": String(key === chosen),
        onclick: () => key !== chosen && choose(key),
      })),
  );
  return group;
}

/** Something small to say, at the foot of the page, gone after a while. */
export function toast(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => place.classList.remove("shown"), 5000);
}

/** What this browser remembers between visits; everything else lives in the program and the emulators. */
export const memory = {
  get: (key, otherwise) => {
    try { return localStorage.getItem(`aura.${key}`) ?? otherwise; } catch { return otherwise; }
  },
  set: (key, value) => {
    try { localStorage.setItem(`aura.${key}`, value); } catch { /* a private window: nothing is kept */ }
  },
};
