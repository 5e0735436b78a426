/* Where names stand that would cover each other, and numbers that would cover names. No DOM here. */

/** @typedef {{ x: number, y: number, halfWidth: number, halfHeight: number }} LabelBox middle and half extent, in pixels */

const STEPS = [0, -1, 1, -2, 2];

/**
 * By how many of its half heights each name steps aside, up (-) or down; null for one that finds no room.
 * @param {LabelBox[]} labels
 * @returns {(number | null)[]}
 */
export const stepAside = (labels) => {
  /** @type {LabelBox[]} */
  const taken = [];
  return labels.map((label) => {
    const isFree = (/** @type {number} */ y) =>
      taken.every(
        (other) =>
          Math.abs(other.x - label.x) >= other.halfWidth + label.halfWidth ||
          Math.abs(other.y - y) >= other.halfHeight + label.halfHeight,
      );
    const step = STEPS.find((candidate) => isFree(label.y + candidate * label.halfHeight));
    if (step === undefined) return null;
    taken.push({ ...label, y: label.y + step * label.halfHeight });
    return step;
  });
};

/**
 * How far a number steps aside so that it covers no name and no other number, the nearest way first; it stays where there is none.
 * @param {LabelBox} number
 * @param {LabelBox[]} taken
 * @returns {[number, number]} right and down, in pixels
 */
export const besideNames = (number, taken) => {
  const hits = (/** @type {number} */ x, /** @type {number} */ y) =>
    taken.filter(
      (other) =>
        Math.abs(other.x - x) < other.halfWidth + number.halfWidth &&
        Math.abs(other.y - y) < other.halfHeight + number.halfHeight,
    );
  /** @type {[number, number][]} */
  const steps = [[0, 0]];
  for (const other of hits(number.x, number.y)) {
    const right = other.halfWidth + number.halfWidth;
    const down = other.halfHeight + number.halfHeight;
    for (const side of [-1, 1]) {
      steps.push([0, other.y + side * down - number.y], [other.x + side * right - number.x, 0]);
    }
  }
  steps.sort(([a, b], [c, d]) => Math.hypot(a, b) - Math.hypot(c, d));
  return steps.find(([right, down]) => !hits(number.x + right, number.y + down).length) ?? [0, 0];
};
