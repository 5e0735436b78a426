/* Where names stand that would cover each other. No DOM here. */

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
