/* Which subdistricts and districts fit what is typed, spelling marks and letters of one sound aside. No DOM here. */

/** @import { AreaProperties } from "./types.js" */
/** @typedef {{ code: string, name: string, where: string }} Hit */

const SHOWN = 6;
const NO_FIT = 9;
const LEVELS = /^(ตำบล|อำเภอ|ต\.|อ\.|tambon|amphoe|subdistrict|district)/;
const OF_SUBDISTRICT = /^(ตำบล|ต\.|tambon|subdistrict)/;
const MARKS = /[็-๎\s.,'-]/g;
const ONE_SOUND = new Map([..."ใณญศษฎฏฐฑธภฌฬฆ"].map((letter, index) => [letter, "ไนยสสดตถททพชลค"[index]]));
/** @type {[RegExp, string][]} */
const ROMAN = [
  [/([ptkcs])h/g, "$1"],
  [/ee|ii|y/g, "i"],
  [/oo|ou|ue|eu/g, "u"],
  [/ae|ea/g, "e"],
  [/g/g, "k"],
  [/v/g, "w"],
];

/**
 * The written name as it sounds: two hands' spellings of it are equal.
 * @param {string} text
 */
export const soundKey = (text) => {
  let key = text.normalize("NFC").toLowerCase().trim().replace(LEVELS, "").replace(MARKS, "");
  for (const [written, sound] of ROMAN) key = key.replace(written, sound);
  return [...key]
    .map((letter) => ONE_SOUND.get(letter) ?? letter)
    .filter((letter, index, all) => letter !== all[index - 1])
    .join("");
};

/** @param {string} typed @param {string[]} names */
const rankOf = (typed, names) => {
  const keys = names.map(soundKey).filter(Boolean);
  if (keys.some((key) => key === typed)) return 0;
  if (keys.some((key) => key.startsWith(typed))) return 1;
  return keys.some((key) => key.includes(typed)) ? 2 : NO_FIT;
};

/**
 * Name of a subdistrict and of its district as the map says them.
 * @param {AreaProperties} area
 * @param {{ lang: string, texts: Record<string, string> }} options
 */
const wordsOf = ({ n, e, d, f }, { lang, texts }) => {
  if (lang === "en") return { name: e || n, where: f || d || "" };
  return { name: texts.subdistrict + n, where: d ? texts.district + d : "" };
};

/**
 * The first places that fit, best first; a district is told by its four digits.
 * @param {string} typed
 * @param {AreaProperties[]} areas
 * @param {{ lang: string, texts: Record<string, string> }} options
 * @returns {Hit[]}
 */
export const findAreas = (typed, areas, options) => {
  const wanted = soundKey(typed);
  if (!wanted) return [];
  const first = OF_SUBDISTRICT.test(typed.trim().toLowerCase()) ? -0.5 : 0.5; // a level that is written comes first
  /** @type {Map<string, Hit & { rank: number }>} */
  const found = new Map();
  const add = (/** @type {Hit} */ hit, /** @type {number} */ rank, later = 0) => {
    if (rank < NO_FIT && hit.name) found.set(hit.code, { ...hit, rank: rank + later });
  };
  for (const area of areas) {
    const { c: code, n, e = "", d = "", f = "" } = area;
    const { name, where } = wordsOf(area, options);
    add({ code, name, where }, code === typed.trim() ? 0 : rankOf(wanted, [n, e]), first);
    if (where) add({ code: code.slice(0, 4), name: where, where: "" }, rankOf(wanted, [d, f]));
  }
  return [...found.values()]
    .sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name, "th"))
    .slice(0, SHOWN)
    .map(({ code, name, where }) => ({ code, name, where }));
};
