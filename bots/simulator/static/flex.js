// LINE's Flex Messages, drawn from their JSON: https://developers.line.biz/en/reference/messaging-api/#flex-message
// Numbers are LINE's sizes drawn a little smaller, because these phones are narrower than real ones.
import { picture } from "./api.js";
import { el } from "./dom.js";

const TEXT = { xxs: 10, xs: 11.5, sm: 12.5, md: 14, lg: 16.5, xl: 19, xxl: 24, "3xl": 29, "4xl": 38, "5xl": 56 };
const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 11, xl: 14, xxl: 18 };
const WIDTH = { nano: 120, micro: 160, deca: 200, hecto: 225, kilo: 245, mega: 262, giga: 290 };
const CROSS = { "flex-start": "flex-start", center: "center", "flex-end": "flex-end" };
const ALIGN = { start: "start", center: "center", end: "end" };
const IMAGE = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220, full: null };

const pixels = (value, table) => {
  if (value in table) return `${table[value]}px`;
  return /^\d+(\.\d+)?(px|%)$/.test(value ?? "") ? value : "";
};

/** Room inside a box, drawn narrower than on a real phone. */
const padding = (value) => (value in SPACE || !/px$/.test(value) ? pixels(value, SPACE) : `${parseFloat(value) * 0.8}px`);

/** A bubble or a carousel of bubbles. */
export function flex(container, buttons, phone) {
  if (container?.type === "carousel") {
    return el("div", { class: "flex-carousel" }, ...(container.contents ?? []).map((one) => flex(one, buttons, phone)));
  }
  const bubble = el("div", { class: "flex-bubble" });
  bubble.style.width = `${WIDTH[container?.size ?? "mega"] ?? WIDTH.mega}px`;
  const draw = { buttons, phone };
  for (const part of ["header", "hero", "body", "footer"]) {
    const block = container?.[part];
    if (!block) continue;
    const look = container.styles?.[part] ?? {};
    if (look.separator) bubble.append(separator({}));
    const element = component(block, "vertical", draw);
    element.classList.add(`flex-${part}`);
    if (look.backgroundColor) element.style.backgroundColor = look.backgroundColor;
    bubble.append(element);
  }
  return bubble;
}

const KINDS = { box, text, button, image, icon: image, separator, filler: () => el("div"), spacer: () => el("div") };

function component(data, direction, draw) {
  const { action } = data; // taken before what is inside, in the order in which the platform counts
  const known = action && draw.buttons.take(action.label ?? data.text ?? "", action.uri);
  const element = (KINDS[data.type] ?? (() => el("div")))(data, draw, known);
  const along = direction === "vertical" ? 0 : 1;
  const share = data.flex ?? (data.type === "filler" ? 1 : ["icon", "separator"].includes(data.type) || data.width ? 0 : along);
  element.style.flex = share ? `${share} 1 0` : "0 0 auto";
  if (direction === "vertical") element.style.flexBasis = "auto";
  if (data.gravity) element.style.alignSelf = { top: "flex-start", center: "center", bottom: "flex-end" }[data.gravity] ?? "";
  if (action && data.type !== "button") tappable(element, known, draw);
  return element;
}

function box(data, draw) {
  const direction = data.layout === "vertical" ? "vertical" : "horizontal";
  const element = el("div", { class: `flex-box ${data.layout ?? "vertical"}` });
  (data.contents ?? []).forEach((child, index) => {
    const inner = component(child, direction, draw);
    const gap = pixels(child.margin ?? (index ? data.spacing : undefined), SPACE);
    if (gap) inner.style[direction === "vertical" ? "marginTop" : "marginLeft"] = gap;
    element.append(inner);
  });
  const { style } = element;
  style.backgroundColor = data.backgroundColor ?? "";
  style.borderRadius = pixels(data.cornerRadius, SPACE);
  if (data.borderWidth) style.border = `${pixels(data.borderWidth, { light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 })} solid ${data.borderColor ?? "transparent"}`;
  if (data.cornerRadius) style.overflow = "hidden";
  if (data.paddingAll) style.padding = padding(data.paddingAll);
  for (const side of ["Top", "Bottom", "Start", "End"]) {
    const name = { Start: "paddingLeft", End: "paddingRight" }[side] ?? `padding${side}`;
    if (data[`padding${side}`]) style[name] = padding(data[`padding${side}`]);
  }
  style.width = pixels(data.width, {});
  style.height = pixels(data.height, {});
  style.justifyContent = data.justifyContent ?? "";
  style.alignItems = CROSS[data.alignItems] ?? "";
  return element;
}

function text(data) {
  const element = el("div", { class: data.wrap ? "flex-text wrap" : "flex-text" });
  if (data.contents?.length) element.append(...data.contents.map((span) => styled(el("span", { text: span.text ?? "" }), span)));
  else element.textContent = data.text ?? "";
  if (data.maxLines) { element.classList.add("clamp"); element.style.webkitLineClamp = data.maxLines; }
  element.style.fontSize = `${TEXT.md}px`;
  element.style.textAlign = ALIGN[data.align] ?? "start";
  if (data.lineSpacing) element.style.lineHeight = `calc(1.35em + ${pixels(data.lineSpacing, {}) || "0px"})`;
  return styled(element, data);
}

function styled(element, data) {
  const { style } = element;
  if (data.size) style.fontSize = pixels(data.size, TEXT);
  if (data.weight === "bold") style.fontWeight = "650";
  if (data.color) style.color = data.color;
  if (data.style === "italic") style.fontStyle = "italic";
  if (data.decoration) style.textDecoration = data.decoration;
  return element;
}

function button(data, { buttons }, known) {
  const label = data.action?.label ?? "";
  const kind = data.style ?? "link";
  const element = el("button", { type: "button", text: label, class: `flex-button ${kind === "link" ? "bare" : kind} ${data.height === "sm" ? "small" : ""}`,
    onclick: () => buttons.tap(element, known) });
  if (data.color) element.style[kind === "link" ? "color" : "backgroundColor"] = data.color;
  if (data.adjustMode === "shrink-to-fit") { element.classList.add("shrinks"); fits.observe(element); }
  return element;
}

/** LINE keeps such a label on one line, in letters as small as that takes (#button, `adjustMode`). */
const fits = new ResizeObserver((changes) => changes.forEach(({ target, contentRect }) => {
  target.style.fontSize = "";
  const words = document.createRange();
  words.selectNodeContents(target);
  const share = contentRect.width / words.getBoundingClientRect().width;
  if (share < 1) target.style.fontSize = `${parseFloat(getComputedStyle(target).fontSize) * share * 0.99}px`;
}));

function image(data, { phone }) {
  const source = picture(data.url ?? "");
  const inner = el("img", { src: source, alt: "", onload: () => phone.keepBottom() });
  const frame = el("div", { class: "flex-image" }, inner);
  const [wide, high] = (data.aspectRatio ?? "1:1").split(":").map(Number);
  const width = data.type === "icon" ? pixels(data.size ?? "md", TEXT) : pixels(data.size ?? "md", IMAGE);
  if (data.size !== "full") frame.style.width = width;
  if (wide > 0 && high > 0) frame.style.aspectRatio = `${wide} / ${high}`;
  if (data.backgroundColor) frame.style.backgroundColor = data.backgroundColor;
  inner.style.objectFit = data.aspectMode === "cover" ? "cover" : "contain";
  if (!data.action && data.type !== "icon") {
    frame.classList.add("enlarges");
    frame.addEventListener("click", () => phone.enlarge(source, phone.say("picture")));
  }
  return frame;
}

function separator(data) {
  const line = el("div", { class: "flex-separator" });
  if (data.color) line.style.backgroundColor = data.color;
  return line;
}

function tappable(element, known, { buttons }) {
  element.classList.add("tappable");
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.addEventListener("click", () => buttons.tap(element, known));
  element.addEventListener("keydown", (event) => event.key === "Enter" && buttons.tap(element, known));
}
