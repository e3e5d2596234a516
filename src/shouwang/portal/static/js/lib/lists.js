// Lists: choosing rows for a bulk deed, bars, tabs within a page, links between a duty and its clause, files dropped.
import { all, on, one } from "./dom.js";

function tally(form) {
  const boxes = all('input[name="pick"]', form);
  const chosen = boxes.filter((b) => b.checked);
  const whole = one('input[name="all"]', form);
  const count = whole && whole.checked ? Number(whole.dataset.total) : chosen.length;
  boxes.forEach((b) => { const row = b.closest("tr"); if (b.checked) row.setAttribute("aria-selected", "true"); else row.removeAttribute("aria-selected"); });
  const bulk = one(".bulk", form);
  if (bulk) bulk.hidden = !count;
  all("[data-picked]", form).forEach((e) => { e.textContent = String(count); });
  const head = one("[data-pick-page]", form);
  if (head) { head.checked = boxes.length > 0 && chosen.length === boxes.length; head.indeterminate = chosen.length > 0 && chosen.length < boxes.length; }
}

function picking() {
  on("change", "form[data-bulk]", (event, form) => {
    if (event.target.matches("[data-pick-page]")) all('input[name="pick"]', form).forEach((b) => { b.checked = event.target.checked; });
    if (event.target.name === "pick" && !event.target.checked) { const whole = one('input[name="all"]', form); if (whole) whole.checked = false; }
    tally(form);
  });
  all("form[data-bulk]").forEach(tally);
}

/** Widths that stand in data-w (per cent); a style attribute would break the content policy, the property does not. */
export function bars(root = document) {
  all("[data-w]", root).forEach((e) => { e.style.width = `${e.dataset.w}%`; });
}

function pointers() {
  const light = (id) => {
    all(".on[data-clause], .read .on").forEach((e) => e.classList.remove("on"));
    const clause = document.getElementById(id);
    if (!clause) return;
    clause.classList.add("on");
    clause.scrollIntoView({ block: "nearest" });
  };
  on("focusin", "[data-points-to]", (_event, duty) => light(duty.dataset.pointsTo));
  on("click", "[data-points-to]", (_event, duty) => light(duty.dataset.pointsTo));
}

function dropping() {
  const said = (input) => {
    const out = one("[data-files]", input.closest(".drop"));
    if (out) out.textContent = [...input.files].map((f) => `${f.name}（${(f.size / 1048576).toFixed(2)} MB）`).join("、");
    const limit = Number(input.dataset.limit || 0);
    const heavy = limit ? [...input.files].find((f) => f.size > limit) : null;
    input.setCustomValidity(heavy ? "too large" : "");
    input.dataset.wrong = heavy ? `“${heavy.name}”有 ${(heavy.size / 1048576).toFixed(1)} MB，超过 ${Math.floor(limit / 1048576)} MB 上限。请压缩或分册后重新选择。` : "";
  };
  on("change", ".drop input[type=file]", (_event, input) => said(input));
  on("dragover", ".drop", (event, area) => { event.preventDefault(); area.classList.add("over"); });
  on("dragleave", ".drop", (_event, area) => area.classList.remove("over"));
  on("drop", ".drop", (event, area) => {
    event.preventDefault();
    area.classList.remove("over");
    const input = one("input[type=file]", area);
    input.files = event.dataTransfer.files;
    said(input);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

export function startLists() {
  bars();
  document.body.addEventListener("htmx:afterSwap", (event) => {
    bars(event.detail.target);
    all("form[data-bulk]").forEach(tally);
  });
  on("click", "[data-fold]", (_event, button) => {
    const open = button.closest(".flt").classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });
  on("click", "[data-print]", () => print());
  picking();
  pointers();
  dropping();
}
