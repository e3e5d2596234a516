// Maps of areas: <div data-map-geo="outlines.geojson" data-values="id of the json script">; a click opens the area's page.
import { FONT, INK, NO_DATA, SCALES, TEXT, TIP, cutsOf, draw, follow, isDark, phone, words } from "./lib/chart-theme.js";

const maps = new Map();

function classesOf(metric, areas) {
  if (metric.names) {
    const shades = SCALES[metric.scale] || SCALES.blue;
    const step = (shades.length - 1) / Math.max(1, metric.names.length - 1);
    return metric.names.map(([value, label], i) => ({ gte: value, lt: value + 1, label, color: shades[Math.round(i * step)] }));
  }
  const values = areas.map((a) => a.values[metric.key]);
  const cuts = metric.cuts && metric.cuts.length ? metric.cuts : cutsOf(values);
  const colours = SCALES[metric.scale] || SCALES.blue;
  const step = cuts.length < 4 ? Math.floor(colours.length / (cuts.length + 1)) || 1 : 1;
  const label = (i) => {
    if (!cuts.length) return words(values.find((v) => v !== null && v !== undefined));
    if (i === 0) return `< ${words(cuts[0])}`;
    return i === cuts.length ? `≥ ${words(cuts[i - 1])}` : `${words(cuts[i - 1])} – ${words(cuts[i])}`;
  };
  return [...cuts, Infinity].map((_, i) => ({
    gte: i ? cuts[i - 1] : -Infinity, lt: i < cuts.length ? cuts[i] : Infinity, label: label(i),
    color: colours[Math.min(colours.length - 1, cuts.length ? i * step + (cuts.length < 4 ? 1 : 0) : 2)],
  }));
}

function areaItem(area, metric, classes) {
  const value = area.values[metric.key];
  const known = value !== null && value !== undefined;
  const found = known && classes.find((c) => value >= c.gte && value < c.lt);
  const fill = found ? found.color : NO_DATA;
  const ink = isDark(fill) ? "#fff" : INK;
  return {
    name: area.name, value: known ? value : NaN, itemStyle: { areaColor: fill },
    label: { rich: { n: { color: ink }, v: { color: ink } } },
  };
}

function option(name, metric, areas) {
  const classes = classesOf(metric, areas);
  const named = new Map(metric.names || []);
  const text = new Map(areas.map((a) => [a.name, named.get(a.values[metric.key]) || words(a.values[metric.key])]));
  const rich = { n: { fontSize: phone() ? 10 : 12, lineHeight: phone() ? 13 : 16, fontFamily: FONT }, v: { fontSize: phone() ? 11 : 13, fontWeight: 600, lineHeight: phone() ? 14 : 17, fontFamily: FONT } };
  return {
    tooltip: { ...TIP, trigger: "item", formatter: (p) => `${p.name}\n${metric.label}  ${text.get(p.name) || "--"} ${metric.unit || ""}` },
    visualMap: {
      type: "piecewise", right: 0, bottom: 0, itemWidth: 14, itemHeight: 10, itemGap: 5, textGap: 6, selectedMode: false, textStyle: TEXT,
      pieces: classes.map(({ color, label, gte, lt }) => ({ color, label, ...(gte > -Infinity ? { gte } : {}), ...(lt < Infinity ? { lt } : { lte: Number.MAX_VALUE }) })).reverse(),
    },
    series: [{
      type: "map", map: name, name: metric.label, aspectScale: 0.92, left: 4, right: 4, top: 6, bottom: 6, preserveAspect: "contain",
      selectedMode: false, itemStyle: { borderColor: "#fff", borderWidth: 1.4, areaColor: NO_DATA },
      label: { show: true, color: INK, fontFamily: FONT, formatter: (p) => `{n|${p.name}}\n{v|${text.get(p.name) || "--"}}`, rich },
      labelLayout: { hideOverlap: false, moveOverlap: "shiftY" },
      emphasis: { itemStyle: { areaColor: "#ffd591" }, label: { rich: { n: { color: INK }, v: { color: INK } } } },
      data: areas.map((a) => areaItem(a, metric, classes)),
    }],
  };
}

function show(box, key) {
  const { data } = maps.get(box);
  const metric = data.metrics.find((m) => m.key === key) || data.metrics[0];
  return draw(box, option(box.id, metric, data.areas));
}

async function start(box) {
  const data = JSON.parse(document.getElementById(box.dataset.values).textContent);
  const answer = await fetch(box.dataset.mapGeo, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  window.echarts.registerMap(box.id, await answer.json());
  maps.set(box, { data });
  const chart = show(box, "");
  follow(box, chart);
  chart.on("click", (p) => {
    const area = data.areas.find((a) => a.name === p.name);
    if (area && area.href) location.assign(area.href);
  });
  box.dataset.drawn = "1";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-metric]");
  if (!button) return;
  const box = document.getElementById(button.dataset.map);
  button.parentNode.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
  if (maps.has(box)) show(box, button.dataset.metric);
});

document.querySelectorAll("[data-map-geo]").forEach((box) => start(box).catch(() => {
  box.textContent = "地图没有加载成功，请刷新页面重试；数据可在下方“查看数据表”中查看。";
  box.className = "empty";
}));
