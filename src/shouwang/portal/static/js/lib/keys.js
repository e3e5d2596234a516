// Keyboard: / search, j k rows, Enter opens the row in focus (it is a link), Ctrl+Enter submits, Esc closes.
import { all, one } from "./dom.js";
import { closePanels } from "./panels.js";

const writes = (element) => element.matches("input:not([type=checkbox]):not([type=radio]),select,textarea,[contenteditable=true]");
const rows = () => all("tbody tr, [data-row]").map((row) => one("a[href]", row)).filter((link) => link && link.getClientRects().length);

function step(by) {
  const links = rows();
  if (!links.length) return;
  const here = links.findIndex((link) => (link.closest("tr, [data-row]") || link).contains(document.activeElement));
  const next = links[Math.min(links.length - 1, Math.max(0, here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function submitFrom(element) {
  const form = element.closest("form") || one("form[data-main]");
  if (!form || form.method !== "post") return;
  const button = one("button.btn-p:not([disabled])", form);
  form.requestSubmit(button || undefined);
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    const here = event.target;
    if (event.isComposing) return; // Enter and Esc belong to the input method
    if (event.key === "Escape") { closePanels(); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); submitFrom(here); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || writes(here)) return;
    if (event.key === "/") {
      const box = one("main [data-search]") || one("[data-search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  });
}
