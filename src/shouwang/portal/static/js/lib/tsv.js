// Cells copied in Excel and pasted into a text area, shown as the table they will become.
import { all, make, on } from "./dom.js";

/** Rows of cells; Excel quotes a cell that holds a tab, a line break or a quote. */
export function parseTsv(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n");
  for (let i = 0; i < source.length; i += 1) {
    const c = source[i];
    if (quoted) {
      if (c === '"' && source[i + 1] === '"') { cell += '"'; i += 1; } else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === "\t" || c === "\n") {
      row.push(cell.trim());
      cell = "";
      if (c === "\n") { rows.push(row); row = []; }
    } else cell += c;
  }
  if (cell || row.length) rows.push([...row, cell.trim()]);
  return rows.filter((r) => r.some(Boolean));
}

const LIMIT = 200;

function draw(area) {
  const target = document.getElementById(area.dataset.tsv);
  if (!target) return;
  const rows = parseTsv(area.value);
  target.replaceChildren();
  if (!rows.length) return;
  const heads = (area.dataset.tsvColumns || "").split(",").filter(Boolean);
  const width = heads.length || Math.max(...rows.map((r) => r.length));
  const bad = rows.filter((r) => r.length !== width).length;
  const said = `识别出 ${rows.length} 行、${width} 列。` + (bad ? `其中 ${bad} 行的列数不是 ${width} 列，已标红，请检查是否漏选列或单元格合并。` : "");
  target.append(make("p", said, { class: bad ? "err" : "help", role: "status" }));
  const table = make("table", "", { class: "tbl" });
  table.append(make("caption", "粘贴内容预览", { class: "vh" }));
  if (heads.length) {
    const line = make("tr");
    heads.forEach((h) => line.append(make("th", h, { scope: "col" })));
    const head = make("thead");
    head.append(line);
    table.append(head);
  }
  const bodyRows = make("tbody");
  rows.slice(0, LIMIT).forEach((cells) => {
    const line = make("tr", "", cells.length === width ? {} : { class: "bad" });
    for (let i = 0; i < Math.max(width, cells.length); i += 1) line.append(make("td", cells[i] || "--", { class: "wrap" }));
    bodyRows.append(line);
  });
  table.append(bodyRows);
  const frame = make("div", "", { class: "tw tsv", tabindex: "0", role: "region", "aria-label": "粘贴内容预览" });
  frame.append(table);
  target.append(frame);
  if (rows.length > LIMIT) target.append(make("p", `预览前 ${LIMIT} 行，提交时全部处理。`, { class: "help" }));
}

export function startTsv() {
  on("input", "textarea[data-tsv]", (_event, area) => draw(area));
  all("textarea[data-tsv]").forEach(draw);
}
