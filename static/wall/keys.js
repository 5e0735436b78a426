/* Keys by their position, so that a Thai keyboard works. */

/** @typedef {{ code?: string, key: string }} Key */

/** @type {Record<string, string>} */
const BY_SIGN = { "/": "Slash", "?": "KeyH", " ": "Space" };

/**
 * The name of the position of a key; a remote control may send the sign alone.
 * @param {Key} event
 */
export const keyCode = ({ code, key }) => {
  if (code) return code;
  if (BY_SIGN[key]) return BY_SIGN[key];
  if (/^[a-z]$/i.test(key)) return `Key${key.toUpperCase()}`;
  return /^[0-9]$/.test(key) ? `Digit${key}` : key;
};

/**
 * The digit on a key, on the main block or the number block.
 * @param {string} code
 * @returns {number | null}
 */
export const digitOf = (code) => {
  const match = /^(?:Digit|Numpad)([0-9])$/.exec(code);
  return match ? Number(match[1]) : null;
};

/**
 * The step that a digit goes to, counted from 0: 1 is the first, 0 the tenth; null when there is none.
 * @param {number} digit
 * @param {number} count
 */
export const stepOf = (digit, count) => {
  const step = questionOf(digit);
  return step < count ? step : null;
};

/**
 * The question behind a digit: 1 is the first, 0 the tenth.
 * @param {number} digit
 */
export const questionOf = (digit) => (digit + 9) % 10;
