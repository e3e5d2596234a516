// Small helpers shared by the modules. No storage is used anywhere: pages hold personal data.
export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Listen on the document for events inside elements that match, now or later. */
export function on(type, selector, act) {
  document.addEventListener(type, (event) => {
    const found = event.target.closest && event.target.closest(selector);
    if (found) act(event, found);
  });
}

/** An element with text and attributes; text is never parsed as HTML. */
export function make(name, text = "", attributes = {}) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  const meta = one('meta[name="csrf-token"]');
  return cookie ? cookie.slice(10) : meta ? meta.content : "";
}

/** A random UUID, version 4; crypto.randomUUID is missing before Chrome 92 and outside HTTPS. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const spriteUrl = () => {
  const use = one("svg.i use");
  return use ? use.getAttribute("href").split("#")[0] : "/static/img/icons.svg";
};

/** An icon of the sprite the page already uses. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${spriteUrl()}#${name}`);
  svg.append(use);
  return svg;
}
