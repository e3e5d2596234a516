// Drawer, side menu on small screens, pop-up menus: open, close, keep the focus inside, give it back.
import { all, on, one } from "./dom.js";

const CAN_FOCUS = 'a[href],button:not([disabled]),input:not([type="hidden"]):not([disabled]),select:not([disabled]),textarea:not([disabled]),summary,[tabindex="0"]';
let opener = null;

const body = document.body;
const drawer = () => one("#drawer");
const side = () => one("#side");
const openPanel = () => (body.classList.contains("dr-open") ? drawer() : body.classList.contains("menu-open") ? side() : null);

export function openDrawer() {
  body.classList.add("dr-open");
  drawer().focus();
}

function openMenu(button) {
  opener = button;
  body.classList.add("menu-open");
  button.setAttribute("aria-expanded", "true");
  side().focus();
}

/** Close the open panel; says whether there was one. */
export function closePanels() {
  const pops = all("details[data-pop][open]");
  pops.forEach((pop) => { pop.open = false; });
  const panel = openPanel();
  body.classList.remove("dr-open", "menu-open");
  all("[data-menu]").forEach((b) => b.setAttribute("aria-expanded", "false"));
  if (panel && opener && opener.isConnected) opener.focus();
  else if (pops.length) one("summary", pops[0]).focus();
  return Boolean(panel) || pops.length > 0;
}

function keepInside(event) {
  const panel = openPanel();
  if (event.key !== "Tab" || !panel) return;
  const stops = all(CAN_FOCUS, panel).filter((e) => e.getClientRects().length);
  if (!stops.length) return event.preventDefault();
  const [first, last] = [stops[0], stops[stops.length - 1]];
  const here = document.activeElement;
  if (event.shiftKey ? here === first || here === panel : here === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

function markRow(link) {
  all("tr[aria-selected]").forEach((row) => row.removeAttribute("aria-selected"));
  const row = link.closest("tr");
  if (row) row.setAttribute("aria-selected", "true");
}

export function startPanels() {
  on("click", "[data-menu]", (event, button) => {
    event.preventDefault();
    if (body.classList.contains("menu-open")) closePanels();
    else openMenu(button);
  });
  on("click", "[data-drawer]", (event, link) => { opener = link; markRow(link); });
  on("click", "[data-close]", () => closePanels());
  document.addEventListener("click", (event) => {
    all("details[data-pop][open]").filter((pop) => !pop.contains(event.target)).forEach((pop) => { pop.open = false; });
  });
  document.addEventListener("keydown", keepInside);
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "drawer") openDrawer();
  });
  body.addEventListener("drawer:close", () => closePanels());
  all("[data-menu]").forEach((b) => { b.setAttribute("role", "button"); b.setAttribute("aria-expanded", "false"); });
  // A panel only a wide screen shows beside the page must not lock the page when the window grows.
  matchMedia("(min-width: 1180px)").addEventListener("change", () => body.classList.remove("menu-open"));
}
