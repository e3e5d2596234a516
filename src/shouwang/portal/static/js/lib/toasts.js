// Messages: a success goes after three seconds, a failure stays until it is closed.
import { all, csrfToken, icon, make, on, one, uuid } from "./dom.js";

const ICONS = { success: "circle-check", error: "circle-x", warning: "alert-triangle", info: "info-circle" };
const SHORT = 3000;
const WITH_UNDO = 10000;

function leave(element) {
  const life = element.querySelector(".undo") ? WITH_UNDO : SHORT;
  const timer = () => setTimeout(() => element.remove(), life);
  let running = timer();
  const hold = () => clearTimeout(running);
  const go = () => { clearTimeout(running); running = timer(); };
  element.addEventListener("mouseenter", hold);
  element.addEventListener("focusin", hold);
  element.addEventListener("mouseleave", go);
  element.addEventListener("focusout", go);
}

const settles = (level) => level === "success" || level === "info";

function undoForm(url) {
  const form = make("form", "", { class: "undo", method: "post", action: url });
  form.append(make("input", "", { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() }));
  form.append(make("input", "", { type: "hidden", name: "op_id", value: uuid() }));
  form.append(make("button", "撤销", { type: "submit", class: "lk" }));
  return form;
}

/** Show `text`; `level` is success, info, warning or error; `undo` the address that takes the deed back. */
export function toast({ text, level = "success", undo = "" }) {
  const box = make("div", "", { class: `toast toast-${level}`, "data-toast": level });
  if (level === "error") box.setAttribute("role", "alert");
  const words = make("div", text);
  if (undo) words.append(" ", undoForm(undo));
  const close = make("button", "", { type: "button", class: "ib", "data-dismiss": "", "aria-label": "关闭提示" });
  close.append(icon("x"));
  box.append(icon(ICONS[level] || ICONS.info), words, close);
  one("#toasts").append(box);
  if (settles(level)) leave(box);
}

export function startToasts() {
  all("[data-toast]").filter((t) => settles(t.dataset.toast)).forEach(leave);
  on("click", "[data-dismiss]", (_event, button) => button.closest("[data-toast]").remove());
  // HX-Trigger: {"toast": {"level": "success", "text": "…", "undo": "/…"}}
  document.addEventListener("toast", (event) => toast(event.detail));
}
