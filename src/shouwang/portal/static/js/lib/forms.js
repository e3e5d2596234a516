// Forms: sent once, unsaved changes guarded, phrases to tap, rows pasted from Excel, counts of characters, cascades.
import { all, make, on, one, uuid } from "./dom.js";
import { passes } from "./checks.js";

const DOWNLOAD_PAUSE = 3000;

const buttons = (form) => [...form.elements].filter((e) => e.type === "submit");

function operation(form, fresh) {
  let input = form.elements.namedItem("op_id");
  if (!input) {
    input = make("input", "", { type: "hidden", name: "op_id" });
    form.append(input);
  }
  if (fresh || !input.value) input.value = uuid();
}

function release(form) {
  delete form.dataset.sending;
  buttons(form).forEach((b) => { b.removeAttribute("aria-busy"); if (b.dataset.held) { b.disabled = false; delete b.dataset.held; } });
}

function submitted(event) {
  const form = event.target;
  if (form.matches("[data-check]") && !(event.submitter && event.submitter.formNoValidate) && !passes(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.dataset.confirm && !form.dataset.sure && !confirm(form.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  delete form.dataset.dirty;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  operation(form, false);
  form.dataset.sending = "1";
  if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  // The answer of a download leaves the page standing: its buttons come back, under a new operation.
  if (form.dataset.once === "download") setTimeout(() => { release(form); operation(form, true); }, DOWNLOAD_PAUSE);
  // Later, not now: a button disabled while its form is being sent drops its own name and value.
  setTimeout(() => buttons(form).filter((b) => !b.disabled).forEach((b) => { b.disabled = true; b.dataset.held = "1"; }), 0);
}

function guard() {
  on("input", "form[data-guard]", (_event, form) => { form.dataset.dirty = "1"; });
  addEventListener("beforeunload", (event) => {
    if (one("form[data-dirty]")) { event.preventDefault(); event.returnValue = ""; }
  });
}

function phrases() {
  on("click", "[data-phrase]", (_event, chip) => {
    const area = document.getElementById(chip.dataset.phraseFor) || one("textarea", chip.closest("form"));
    area.value = area.value ? `${area.value.replace(/[。；，\s]+$/, "")}；${chip.dataset.phrase}` : chip.dataset.phrase;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
}

function cascades() {
  on("change", "select[data-cascade]", (_event, select) => {
    const levels = all("select[data-cascade]", select.form);
    levels.slice(levels.indexOf(select) + 1).forEach((lower) => { lower.value = ""; });
    select.form.requestSubmit();
  });
  // Empty fields of a filter stay out of the address, so that links are short and can be passed on.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [key, value] of [...event.formData.entries()]) {
      if (value !== "") continue;
      const kept = event.formData.getAll(key).filter((v) => v !== "");
      event.formData.delete(key);
      kept.forEach((v) => event.formData.append(key, v));
    }
  });
}

export function startForms() {
  document.addEventListener("submit", submitted, true);
  // A page brought back by the browser may be sent again, as a new operation.
  addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[data-once]").forEach((form) => { release(form); operation(form, true); });
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest && event.detail.elt.closest("form[data-once]");
    if (!form) return;
    release(form);
    // After a failure the id stays: sending again writes once even if the first try had arrived.
    if (event.detail.successful) operation(form, true);
  });
  on("change", "[data-submit-on-change]", (_event, input) => input.form.requestSubmit());
  guard();
  phrases();
  cascades();
}
