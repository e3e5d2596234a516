// Colours and type of maps and charts; tooltips draw on the canvas because HTML ones need inline style.
const styles = getComputedStyle(document.documentElement);
const token = (name, usual) => styles.getPropertyValue(name).trim() || usual;

export const FONT = getComputedStyle(document.body).fontFamily;
export const INK = token("--ink", "#1d2433");
export const TEXT = { fontFamily: FONT, color: token("--ink-2", "#4a5568"), fontSize: 12 };
export const TONES = { b: "#0b5bd3", o: "#e8923a", g: "#2aa06a", r: "#c9353f", c: "#0b8da3", n: "#8a94a8" };
export const NO_DATA = "#dfe4ec";
export const SCALES = {
  blue: ["#dbe9fd", "#a9cbf8", "#6ea6ef", "#3a80e0", "#0b5bd3"],
  good: ["#f6c9a6", "#f3dfb0", "#cfe8c9", "#8fcfa5", "#3f9f6c"],
  bad: ["#e3f1e7", "#f6e6c4", "#f5c79a", "#e7936f", "#c9535a"],
  teal: ["#d6f0f2", "#a8dde2", "#6fc3cb", "#3a9fab", "#0b7285"],
};
export const TIP = {
  renderMode: "richText", backgroundColor: "#fff", borderColor: "#d5dbe7", borderWidth: 1, padding: [8, 12], confine: true,
  textStyle: { color: INK, fontFamily: FONT, fontSize: 12, lineHeight: 18 },
};
export const AXIS = {
  axisLine: { lineStyle: { color: "#d5dbe7" } }, axisTick: { show: false }, axisLabel: { ...TEXT, color: "#5a667f", hideOverlap: true },
  splitLine: { lineStyle: { color: "#eef1f6" } },
};

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const phone = () => matchMedia("(max-width: 640px)").matches;

/** A number as a person reads it; no data is --. */
export function words(value, unit = "") {
  if (value === null || value === undefined || Number.isNaN(value)) return "--";
  return value.toLocaleString("zh-CN", { maximumFractionDigits: 2 }) + (unit ? ` ${unit}` : "");
}

/** Whether white or dark text stands out on a colour. */
export function isDark(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return r * 0.299 + g * 0.587 + b * 0.114 < 150;
}

/** Four whole or round cuts that put the values into five classes; fewer when the values do not differ. */
export function cutsOf(values) {
  const known = values.filter((v) => v !== null && v !== undefined).sort((a, b) => a - b);
  if (!known.length) return [];
  const spread = known[known.length - 1] - known[0];
  if (!spread) return [];
  const grain = 10 ** (Math.floor(Math.log10(spread / 5)) || 0);
  const cuts = [1, 2, 3, 4].map((i) => Number((Math.ceil(known[Math.floor((known.length * i) / 5)] / grain) * grain).toPrecision(8)));
  return [...new Set(cuts)].filter((c) => c > known[0] && c <= known[known.length - 1]);
}

/** Make a chart that follows the size of its box. */
export function draw(box, option) {
  const chart = window.echarts.getInstanceByDom(box) || window.echarts.init(box, null, { renderer: "canvas" });
  chart.setOption({ textStyle: TEXT, animation: !still(), aria: { enabled: false }, ...option }, true);
  return chart;
}

export function follow(box, chart) {
  if ("ResizeObserver" in window) new ResizeObserver(() => chart.resize()).observe(box);
  else addEventListener("resize", () => chart.resize());
}
