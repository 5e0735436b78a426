/* What stands beside the wall's map: figures, legend, bars, places, decisions. */

import { make } from "../shared/dom.js";
import { dayInWords } from "./day.js";

/** @import { Decision, LegendRow, Step, WallData } from "./types.js" */

/** Decisions that fit beside the map. */
const LATEST = 4;

/** @param {HTMLElement} element */
export const isFull = (element) => element.scrollHeight > element.clientHeight + 1;

/**
 * The largest size at which it fits.
 * @param {HTMLElement} element
 * @param {{ largest: number, smallest: number }} sizes in hundredths of the screen's height
 * @param {() => boolean} fits
 */
export const shrink = (element, { largest, smallest }, fits) => {
  for (let size = largest; size >= smallest - 0.001; size -= 0.1) {
    element.style.fontSize = `${size}vh`;
    if (fits()) return;
  }
};

/**
 * The panel of a step.
 * @param {Step} step
 * @param {WallData["texts"]} texts
 */
export const buildPanel = (step, texts) => {
  const panel = make("div");
  panel.style.display = "contents";
  if (step.figures.length) addFigures(panel, step);
  addLegend(panel, step.legend, texts.legend);
  if (step.bars.length) addBars(panel, step.bars);
  if (step.places.length) addPlaces(panel, step);
  if (step.view === "decision") make("div", panel, null, "decided");
  if (step.foot) make("p", panel, step.foot, "note-line hidden");
  return panel;
};

/** @param {HTMLElement} panel @param {Step} step what a figure counts stands on it for whoever asks */
const addFigures = (panel, { figures, meanings = [] }) => {
  const list = make("div", panel, null, figures.length > 2 ? "figures many" : "figures");
  figures.forEach(([number, words], index) => {
    const figure = make("div", list, null, "figure");
    if (meanings[index]) figure.title = meanings[index];
    make("b", figure, number);
    make("span", figure, words);
  });
};

/** @param {HTMLElement} panel @param {LegendRow[]} rows @param {string} name */
const addLegend = (panel, rows, name) => {
  const legend = make("ul", panel, null, "legend");
  legend.setAttribute("aria-label", name);
  for (const row of rows) {
    const line = make("li", legend);
    const swatch = make("i", line, null, `swatch${row.hatch ? " hatch" : ""}${row.stripe ? " stripe" : ""}`);
    swatch.style.backgroundColor = row.color;
    if (row.hatch) swatch.style.setProperty("--hatch", row.hatch);
    make("span", line, row.label);
    make("b", line, row.count.toLocaleString("en-US"));
  }
};

/** @param {HTMLElement} panel @param {Step["bars"]} rows */
const addBars = (panel, rows) => {
  const bars = make("div", panel, null, "bars");
  const longest = Math.max(...rows.map(([, , value]) => value));
  for (const [name, words, value, share = null] of rows) {
    make("span", bars, name);
    make("b", bars, words);
    const bar = make("i", bars, null, share === null ? "" : "parted");
    bar.style.width = `${Math.max(0, (100 * value) / longest).toFixed(1)}%`;
    if (share !== null) bar.style.setProperty("--part", `${(100 * share).toFixed(1)}%`);
  }
};

/**
 * The legend's numbers: of the whole province, or of the district that the map is enlarged to.
 * @param {Step} step
 * @param {string[]} codes of all subdistricts, in the order of the classes
 * @param {string | null} district
 * @returns {number[]} by row of the legend
 */
export const legendCounts = (step, codes, district) => {
  const inside = codes.map((code) => !district || code.startsWith(district));
  const count = (/** @type {string} */ classes, /** @type {string} */ sign) =>
    inside.filter((isInside, index) => isInside && classes[index] === sign).length;
  return step.legend.map(({ k }) => (k ? count(step.classes, k) : count(step.marks ?? "", "1")));
};

/**
 * Write them for what is in sight; returns the name of the district and how many subdistricts it has, empty for the province.
 * @param {HTMLElement} panel
 * @param {Step} step
 * @param {WallData} data
 * @param {string | null} district
 */
export const fillCounts = (panel, step, { codes, names, texts }, district) => {
  const legend = panel.querySelector("ul.legend");
  const counts = legendCounts(step, codes, district);
  const inside = codes.filter((code) => district && code.startsWith(district)).length;
  const head = district ? `${names[district][0]} · ${texts.zoomed.replace("{}", String(inside))}` : "";
  legend?.querySelectorAll("li b").forEach((cell, index) => {
    cell.textContent = counts[index].toLocaleString("en-US");
  });
  legend?.setAttribute("data-head", head);
  return head;
};

/**
 * The places under discussion: a list with their values; in a line where bars need the room. No name is broken.
 * @param {HTMLElement} panel
 * @param {Step} step
 */
const addPlaces = (panel, step) => {
  const { head } = step;
  const isBrief = step.bars.length > 0;
  const host = make(isBrief ? "p" : "div", panel, null, isBrief ? "names" : "names rows");
  make("span", host, isBrief ? `${head}: ` : head, "head");
  step.places.forEach(([name, district, value], index) => {
    if (isBrief) {
      const comma = index < step.places.length - 1 ? "," : "";
      make("span", host, `${name} (${district || value})${comma}`, "whole");
      host.append(" ");
      return;
    }
    const line = make("div", host);
    make("span", line, name, "whole");
    make("small", line, district);
    make("b", line, value);
  });
};

/**
 * The latest decisions, in the panel of the step that is for them.
 * @param {HTMLElement} panel
 * @param {Decision[]} decisions
 * @param {WallData} data
 */
export const fillDecisions = (panel, decisions, data) => {
  const place = panel.querySelector(".decided");
  if (!place) return;
  place.textContent = "";
  make("b", place, `${data.texts.decisions} ${decisions.filter(({ why }) => !why).length}`);
  for (const { who, what, due, due_text: dueText, why } of decisions.slice(-LATEST)) {
    const day = dueText || (due ? dayInWords(due, data.lang) : "");
    const line = make("p", place, "• ");
    if (why) make("em", line, `${data.texts.decide_refused}: ${why} · `);
    line.append(`${who}: ${what}${day ? ` (${day})` : ""}`);
  }
};

/**
 * Buttons under the map: one per view, and one per key for whoever has none.
 * @param {{ data: WallData, keys: Record<string, () => void>, go: (index: number) => void }} wall
 */
export const buildControls = ({ data: { steps, texts }, keys, go }) => {
  const [list, nav] = ["steps", "nav"].map((id) => /** @type {HTMLElement} */ (document.getElementById(id)));
  list.textContent = "";
  nav.textContent = "";
  steps.forEach((step, index) => {
    const button = make("button", make("li", list), String(index + 1));
    button.setAttribute("aria-label", `${index + 1} ${step.title}`);
    button.addEventListener("click", () => go(index));
  });
  const names = {
    ArrowLeft: texts.back,
    ArrowRight: texts.next,
    KeyQ: texts.questions,
    Slash: texts.find,
    KeyL: texts.layers,
    KeyG: texts.grid,
    KeyM: texts.map,
    KeyZ: texts.zoom,
    KeyC: texts.compare,
    KeyK: texts.code,
    KeyD: texts.decide,
    KeyS: texts.sources,
    KeyF: texts.full,
    KeyH: texts.help,
    Escape: texts.close,
  };
  for (const [code, words] of Object.entries(names)) {
    const button = make("button", nav, words);
    button.setAttribute("data-key", code);
    button.addEventListener("click", () => keys[code]());
  }
};
