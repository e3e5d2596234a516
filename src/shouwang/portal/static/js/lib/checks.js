// Checks of a form in Chinese words, on leaving a field and on submit; the server checks everything again.
import { all, make, one } from "./dom.js";

const labelOf = (input) => {
  const label = input.labels && input.labels[0];
  const legend = input.closest("fieldset") && one("legend", input.closest("fieldset"));
  return ((label || legend || {}).textContent || input.getAttribute("aria-label") || "本项").trim();
};

/** What is wrong with the input and how to put it right; "" when nothing is. */
export function wrong(input) {
  const v = input.validity;
  const name = labelOf(input);
  if (v.valid) return "";
  if (v.valueMissing) return input.tagName === "SELECT" || input.type === "radio" ? `请选择${name}。` : input.type === "file" ? `请选择${name}文件。` : `请填写${name}。`;
  if (v.badInput) return `${name}须填写数字或日期，请检查后重填。`;
  if (v.rangeUnderflow) return `${name}不能小于 ${input.min}。`;
  if (v.rangeOverflow) return `${name}不能大于 ${input.max}。`;
  if (v.stepMismatch) return `${name}的小数位过多，请按 ${input.step} 的整数倍填写。`;
  if (v.tooLong) return `${name}最多 ${input.maxLength} 字，请删减。`;
  if (v.tooShort) return `${name}至少 ${input.minLength} 字，请补充。`;
  return input.dataset.wrong || input.title || `${name}格式不正确，请检查后重填。`;
}

function show(input) {
  const words = wrong(input);
  const field = input.closest(".f");
  if (!field) return words;
  let line = one(".err", field);
  if (!words) {
    input.removeAttribute("aria-invalid");
    if (line) line.remove();
    return "";
  }
  if (!line) {
    line = make("p", "", { class: "err", id: `${input.id}_error` });
    field.append(line);
    const told = (input.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
    if (!told.includes(line.id)) input.setAttribute("aria-describedby", [...told, line.id].join(" "));
  }
  line.textContent = words;
  input.setAttribute("aria-invalid", "true");
  return words;
}

const fields = (form) => all("input,select,textarea", form).filter((i) => i.willValidate);

function summary(form, faults) {
  all(".js-sum", form).forEach((e) => e.remove());
  const box = make("div", "", { class: "alert alert-r js-sum", role: "alert", tabindex: "-1" });
  const inner = make("div");
  inner.append(make("h2", `有 ${faults.length} 处需要修改`));
  const list = make("ul");
  for (const [input, words] of faults) {
    const link = make("a", words, { href: `#${input.id}` });
    link.addEventListener("click", (event) => { event.preventDefault(); input.focus(); });
    const item = make("li");
    item.append(link);
    list.append(item);
  }
  inner.append(list);
  box.append(inner);
  form.prepend(box);
  box.focus();
}

/** Check the whole form; shows the summary and says whether it may be sent. */
export function passes(form) {
  const seen = new Set();
  const faults = fields(form).map((input) => [input, show(input)]).filter(([input, words]) => {
    const again = input.type === "radio" && seen.has(input.name);
    seen.add(input.name);
    return words && !again;
  });
  all(".js-sum", form).forEach((e) => e.remove());
  if (faults.length) summary(form, faults);
  return !faults.length;
}

// A message that comes or goes moves what stands below it: not between the press and the release of a click.
let pressed = false;
let waiting = [];

function whenReleased(act) {
  if (pressed) waiting.push(act);
  else act();
}

function released() {
  pressed = false;
  // After the click that follows the release.
  setTimeout(() => { waiting.forEach((act) => act()); waiting = []; }, 0);
}

const checked = (input) => input.form && input.form.matches("[data-check]") && input.willValidate;
const group = (input) => (input.type === "radio" ? all(`input[type=radio][name="${CSS.escape(input.name)}"]`, input.form) : [input]);

function left(event) {
  const input = event.target;
  if (!checked(input)) return;
  // What the server found wrong stays until the value is changed.
  const told = input.dataset.touched && input.hasAttribute("aria-invalid");
  if (told || (input.value !== "" && !input.validity.valid)) whenReleased(() => show(input));
}

function changed(event) {
  const input = event.target;
  if (!checked(input)) return;
  input.dataset.touched = "1";
  const known = input.hasAttribute("aria-invalid") || input.type === "file";
  if (known && input.matches("select,[type=radio],[type=checkbox],[type=file]")) whenReleased(() => group(input).forEach(show));
}

export function startChecks() {
  addEventListener("pointerdown", () => { pressed = true; }, true);
  addEventListener("pointerup", released, true);
  addEventListener("pointercancel", released, true);
  document.addEventListener("focusout", left);
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  const prepare = (root) => all("form[data-check]", root).forEach((form) => { form.noValidate = true; });
  prepare(document);
  document.body.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt));
  const handed = one("[data-focus]");
  if (handed) handed.focus();
}
