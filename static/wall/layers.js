/* What lies over a view when somebody asks for it: a register in discs, with its legend above the map; and the code by
   which whoever sits in the room says what is wrong on what is in sight. */

import { make, makeSvg } from "../shared/dom.js";

/** @import { Layer, WallData, WallLinks } from "./types.js" */

/** The mark of a register on the map and in its legend. @param {string} letter of a place's status */
export const markOfStatus = (letter) => (letter === "c" ? "listed" : letter === "n" ? "none" : "unknown");
const GROUP = 5; // signs of a short mark between two hyphens

/**
 * What a register says of what is in sight: entries, places with one, with none, of which nothing is known; entries of no place.
 * @param {Layer} layer
 * @param {string[]} codes in the order of its numbers
 * @param {string | null} district
 */
export const layerCounts = ({ numbers, status, unplaced }, codes, district) => {
  const inside = codes
    .map((code, index) => (!district || code.startsWith(district) ? index : -1))
    .filter((at) => at >= 0);
  const of = (/** @type {string} */ mark) => inside.filter((at) => markOfStatus(status[at]) === mark).length;
  const placed = inside.reduce((sum, at) => sum + numbers[at], 0);
  return [district ? placed : placed + unplaced, of("listed"), of("none"), of("unknown"), district ? 0 : unplaced];
};

/**
 * A small mark on the map, where no number stands.
 * @param {SVGElement} parent
 * @param {string} mark
 * @param {number[]} at
 * @param {number} size of the letters, in pixels
 */
export const drawMark = (parent, mark, [x, y], size) => {
  const [half, radius] = [size * 0.2, size * 0.22];
  if (mark === "unknown") makeSvg("line", { class: "mark-unknown", x1: x - half, x2: x + half, y1: y, y2: y }, parent);
  else makeSvg("circle", { class: `mark-${mark}`, cx: x, cy: y, r: radius }, parent);
};

/**
 * The legend of the register on the map; hidden without one.
 * @param {HTMLElement} host
 * @param {Layer | null} layer
 * @param {WallData} data
 * @param {string | null} district
 */
export const fillLayer = (host, layer, { codes }, district) => {
  host.textContent = "";
  host.hidden = !layer;
  if (!layer) return;
  const counts = layerCounts(layer, codes, district);
  make("b", host, layer.label);
  layer.heads.forEach((words, index) => {
    if (index === 4 && !counts[index]) return;
    const part = make("span", host);
    const mark = ["", "listed", "none", "unknown", ""][index];
    if (mark) make("i", part, null, `mark ${mark}`);
    part.append(`${words} `);
    make("b", part, counts[index].toLocaleString("en-US"));
  });
};

/**
 * The short mark of what is in sight; none where no telephone can open the board.
 * @param {WallLinks | undefined} links
 * @param {string} sight code of a place, or the name of a view
 */
export const markOf = (links, sight) =>
  links?.begin ? (links.shorts[sight] ?? links.shorts[`view:${sight}`] ?? null) : null;

/** As it is read and typed. @param {string} short */
export const spelled = (short) => (short.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join("-");

/**
 * The code of a short mark as a picture; it goes when the board that it leads to does not answer.
 * @param {HTMLElement} parent
 * @param {string} short
 */
export const addCode = (parent, short) => {
  const picture = make("img", parent, null, "code");
  picture.alt = "";
  picture.addEventListener("error", () => parent.classList.add("gone"));
  picture.src = `../../k/${short}.png`;
  return picture;
};

/**
 * The small code beside the title.
 * @param {HTMLElement} host
 * @param {string | null} short
 * @param {string} words
 */
export const fillCode = (host, short, words) => {
  if (host.dataset.short === (short ?? "")) return;
  host.dataset.short = short ?? "";
  host.textContent = "";
  host.classList.remove("gone");
  host.hidden = !short;
  if (!short) return;
  addCode(host, short);
  make("span", host, words);
};
