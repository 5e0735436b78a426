/* The class vector of one change: what it says about each subdistrict. No Leaflet here. */

import { NO_CLASS, fillOf } from "../shared/patterns.js";

/** @import { AreaProperties, BoardOptions, Vector, VectorMessage } from "./types.js" */

/** @param {string | undefined} text */
const figuresOf = (text) => (text ?? "").split(",").map((figure) => (figure === "" ? null : Number(figure)));

/** @param {string | undefined} unit @param {number} value */
const inUnit = (unit, value) =>
  (unit ?? "{}").replace("{}", value.toLocaleString("en-US", { maximumFractionDigits: 2 }));

/**
 * The vector of a message; its figures arrive as one short text, empty where there is none: `3,,1.25`.
 * @param {VectorMessage} message
 * @returns {Vector}
 */
export const readVector = (message) => ({
  ...message,
  values: figuresOf(message.values),
  more: (message.more ?? []).map(([figures, unit]) => ({ figures: figuresOf(figures), unit })),
});

/** @param {Vector} vector @param {number} index */
const isMarked = (vector, index) => vector.marks?.[index] === "1";

/**
 * How the subdistrict at this place of the code order is filled.
 * @param {Vector} vector
 * @param {number} index
 * @param {string} [stripe]
 */
export const areaFill = (vector, index, stripe) =>
  fillOf(vector.classes[index] ? vector.styles[vector.classes[index]] : NO_CLASS, isMarked(vector, index), stripe);

/**
 * Whether a place lies in the district that is looked at; without one all do.
 * @param {Vector} vector
 * @param {string} code
 */
export const isInside = (vector, code) => !vector.district || code.slice(0, 4) === vector.district;

/**
 * Whether a place is of a class that is looked at alone (`~`: under the stripe); without any such class all are.
 * @param {Vector} vector
 * @param {number} index
 * @param {string} only
 */
export const isKept = (vector, index, only) =>
  !only || only.includes(vector.classes[index] ?? " ") || (only.includes("~") && isMarked(vector, index));

/**
 * The lines that a subdistrict says under the pointer; the first is its name.
 * @param {Vector} vector
 * @param {number} index
 * @param {AreaProperties} area
 * @param {BoardOptions} options
 * @returns {string[]}
 */
export const tipLines = (vector, index, area, { lang, texts }) => {
  const isEnglish = lang === "en";
  const lines = [isEnglish ? area.e || area.n : texts.subdistrict + area.n];
  if (area.d) lines.push(isEnglish ? area.f || area.d : texts.district + area.d);
  const style = vector.styles[vector.classes[index]];
  if (style) lines.push(style.label);
  for (const { figures, unit } of [{ figures: vector.values, unit: vector.unit }, ...vector.more]) {
    const figure = figures[index];
    const line = typeof figure === "number" ? inUnit(unit, figure) : "";
    if (line && !lines.includes(line)) lines.push(line); // a class of one figure is that figure in words
  }
  if (isMarked(vector, index) && vector.mark_label) lines.push(vector.mark_label);
  return lines;
};
