// LINE's rich menu at the foot of a chat: a picture with places to tap, folded away by the bar below it.
import { picture } from "./api.js";
import { el } from "./dom.js";

const ROOM = "(min-width: 861px) and (min-height: 800px)"; // enough for a menu that is open from the start

export class RichMenu {
  constructor(phone) {
    this.phone = phone;
    this.shown = "";
    this.element = el("div", { class: "rich-menu", hidden: true });
  }

  /** The menu that the emulator describes, drawn again only when it is another one: a tap must find what it began on. */
  update(menu) {
    const described = menu?.areas ? menu : null;
    const shown = JSON.stringify(described);
    if (shown === this.shown) return;
    this.shown = shown;
    this.element.hidden = !described;
    if (!described) { this.element.replaceChildren(); return; }
    const { bar, width, height, areas } = described;
    const open = this.open ?? (described.open && matchMedia(ROOM).matches);
    const places = areas.map((area, index) => {
      const place = el("button", { type: "button", "aria-label": area.label, "data-tile": index,
        onclick: () => this.phone.tapTile(place, index) });
      const [x, y] = [width, height].map((side) => (length) => `${100 * length / side}%`);
      Object.assign(place.style, { left: x(area.x), top: y(area.y), width: x(area.width), height: y(area.height) });
      return place;
    });
    this.sheet = el("div", { class: "rich-menu-sheet", hidden: !open },
      el("img", { src: picture(described.picture), alt: "", width, height }), ...places);
    this.bar = el("button", { type: "button", class: "rich-menu-bar", "aria-expanded": String(Boolean(open)), text: bar,
      onclick: () => this.unfold(this.sheet.hidden) });
    this.element.replaceChildren(this.sheet, this.bar);
  }

  unfold(open) {
    this.open = open;
    if (!this.sheet) return;
    this.sheet.hidden = !open;
    this.bar.setAttribute("aria-expanded", String(open));
    this.phone.keepBottom();
  }
}
