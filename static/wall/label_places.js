/* Where a name stands on the wall's map: near its place, hiding least of what is under discussion. No DOM here. */

/** @import { Box, Point } from "./shapes.js" */
/** @typedef {{ x: number, y: number, box: Box, isAway: boolean }} LabelPlace */
/** @typedef {{ width: number, height: number, bottomMargin: number }} Screen */

const DISTANCES = 12;
const DIRECTIONS = 16;
const COST = { hiddenPlace: 9, hiddenNumber: 3 };

/** @param {number} x @param {number} y @param {number} width @param {number} height @returns {Box} */
const boxAt = (x, y, width, height) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2];

/** @param {Box} a @param {Box} b */
export const meets = (a, b) => !(a[2] < b[0] || a[0] > b[2] || a[3] < b[1] || a[1] > b[3]);

/** @param {Box} box @param {Point} point */
const holds = (box, [x, y]) => x > box[0] && x < box[2] && y > box[1] && y < box[3];

/**
 * The nearest free spot for a name that hides least of the places under discussion and of their numbers.
 * @param {Point} point
 * @param {number} width of the name
 * @param {number} height of the name
 * @param {object} around
 * @param {Screen} around.screen
 * @param {Box[]} around.taken names that stand
 * @param {Box[]} around.numbers
 * @param {Point[][]} around.places points along the border of each place under discussion
 * @returns {LabelPlace}
 */
export const freePlace = ([x, y], width, height, { screen, taken, numbers, places }) => {
  /** @type {(LabelPlace & { cost: number }) | null} */
  let best = null;
  for (let distance = 0; distance < DISTANCES; distance++) {
    for (let turn = 0; turn < (distance ? DIRECTIONS : 1); turn++) {
      const angle = (turn * 2 * Math.PI) / DIRECTIONS;
      const right = x + Math.cos(angle) * (distance && width / 2 + distance * height * 0.5);
      const down = y + Math.sin(angle) * distance * height * 0.8;
      const box = boxAt(right, down, width, height);
      const isOnScreen =
        box[0] >= 2 && box[1] >= 2 && box[2] <= screen.width - 2 && box[3] <= screen.height - 2 - screen.bottomMargin;
      if (!isOnScreen || taken.some((other) => meets(box, other))) continue;
      const hidden = places.reduce(
        (sum, points) => sum + points.filter((corner) => holds(box, corner)).length / points.length,
        0,
      );
      const hiddenNumbers = numbers.filter((number) => meets(box, number)).length;
      const cost = distance + COST.hiddenPlace * hidden + COST.hiddenNumber * hiddenNumbers;
      if (!best || cost < best.cost) best = { x: right, y: down, box, isAway: distance > 0, cost };
    }
    if (best && best.cost <= distance) break;
  }
  return best ?? { x, y, box: boxAt(x, y, width, height), isAway: false };
};
