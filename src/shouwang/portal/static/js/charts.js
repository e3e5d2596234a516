// Bars and lines over time: <div data-chart="id of the json script">.
import { AXIS, TEXT, TIP, TONES, draw, follow, words } from "./lib/chart-theme.js";

const ORDER = ["b", "o", "g", "c", "r", "n"];

function seriesOf(series, i) {
  const colour = TONES[series.tone] || TONES[ORDER[i % ORDER.length]];
  const bars = { type: "bar", barMaxWidth: 14, barGap: "25%", itemStyle: { color: colour, borderRadius: [2, 2, 0, 0] } };
  // Lines are straight and break at gaps: a curve would show values that nobody counted.
  const line = { type: "line", symbolSize: 5, connectNulls: false, lineStyle: { width: 2, color: colour }, itemStyle: { color: colour } };
  return { name: series.name, data: series.values, ...(series.kind === "line" ? line : bars) };
}

const ROOM = 34; // pixels a label of the time axis needs

function option(data, width) {
  const each = width / data.x.length >= ROOM;
  const tip = (points) => [points[0].name, ...points.map((p) => `${p.seriesName}  ${words(p.value, data.unit)}`)].join("\n");
  return {
    tooltip: { ...TIP, trigger: "axis", axisPointer: { type: data.series.some((s) => s.kind !== "line") ? "shadow" : "line" }, formatter: tip },
    legend: { right: 0, top: 0, itemWidth: 12, itemHeight: 8, textStyle: TEXT, show: data.series.length > 1 },
    grid: { left: 4, right: 8, top: data.series.length > 1 ? 30 : 14, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: data.x, ...AXIS, axisLabel: { ...AXIS.axisLabel, interval: each ? 0 : "auto" }, splitLine: { show: false } },
    yAxis: { type: "value", ...AXIS, axisLine: { show: false }, splitNumber: 4 },
    series: data.series.map(seriesOf),
  };
}

function start(box) {
  const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  follow(box, draw(box, option(data, box.clientWidth)));
  box.dataset.drawn = "1";
}

const startAll = (root) => root.querySelectorAll("[data-chart]:not([data-drawn])").forEach(start);
startAll(document);
document.body.addEventListener("htmx:afterSettle", (event) => startAll(event.detail.elt));
