/* How an area is filled: a plain colour, a hatch (not reported) or a stripe (estimated, supported above, border class).
   The board (Leaflet) and the wall (SVG) draw the same patterns, the wall coarser: it is seen from the last row. */

import { makeSvg } from "./dom.js";

/** @typedef {{ color: string, hatch?: string | null }} ClassStyle */
/** @typedef {{ kind: "plain" | "hatch" | "stripe", ground: string, line: string }} Fill */
/** @typedef {{ size: number, line: number }} PatternSize */

/** An area that the message says nothing of. @type {ClassStyle} */
export const NO_CLASS = { color: "#ffffff" };
const STRIPE = "#5f6b76";
const TURNS = { hatch: "rotate(45)", stripe: "rotate(-45)" };

/** Edge of a pattern and width of its line, in pixels of the screen. */
export const BOARD_SIZES = { hatch: { size: 7, line: 1.4 }, stripe: { size: 9, line: 3 } };
export const WALL_SIZES = { hatch: { size: 8, line: 1.8 }, stripe: { size: 11, line: 3 } };

/**
 * The fill of an area of a class; a hatched class takes no stripe.
 * The server has refused a class without a style; one that comes all the same is an error, not a white area.
 * @param {ClassStyle | undefined} style
 * @param {boolean} isMarked
 * @param {string} [stripe]
 * @returns {Fill}
 */
export const fillOf = (style, isMarked, stripe = STRIPE) => {
  if (!style) throw new Error("a class has no style; expected one for every character of the classes");
  if (style.hatch) return { kind: "hatch", ground: style.color, line: style.hatch };
  if (isMarked) return { kind: "stripe", ground: style.color, line: stripe };
  return { kind: "plain", ground: style.color, line: "" };
};

/** @param {Fill} fill */
export const patternId = ({ kind, ground, line }) => `${kind}-${ground.slice(1)}-${line.slice(1)}`;

/** @param {string | null} turn @param {number} zoom */
const transform = (turn, zoom) => `${turn} scale(${(1 / zoom).toFixed(4)})`;

/**
 * The value of the attribute `fill`; a pattern that `defs` lacks is added to it.
 * @param {Element} defs
 * @param {Fill} fill
 * @param {{ hatch: PatternSize, stripe: PatternSize }} sizes
 * @param {number} [zoom] how much the drawing around the pattern is enlarged
 */
export const paintOf = (defs, fill, sizes, zoom = 1) => {
  if (fill.kind === "plain") return fill.ground;
  const id = patternId(fill);
  if (!defs.querySelector(`#${id}`)) {
    const { size, line } = sizes[fill.kind];
    const turn = TURNS[fill.kind];
    const box = { width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: transform(turn, zoom) };
    const pattern = makeSvg("pattern", { id, ...box, "data-turn": turn }, defs);
    makeSvg("rect", { width: size, height: size, fill: fill.ground }, pattern);
    makeSvg("rect", { width: line, height: size, fill: fill.line }, pattern);
  }
  return `url(#${id})`;
};

/**
 * Keep the patterns as coarse as they are while the drawing is enlarged.
 * @param {Element} defs
 * @param {number} zoom
 */
export const keepSize = (defs, zoom) => {
  for (const pattern of defs.querySelectorAll("pattern"))
    pattern.setAttribute("patternTransform", transform(pattern.getAttribute("data-turn"), zoom));
};
