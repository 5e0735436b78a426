/* Which subdistricts fit what is typed. No DOM here. */

/** @typedef {{ code: string, rank: number, text: string }} Candidate */

const SHOWN = 8;
const NO_FIT = 9;

/** @param {string} text */
const squeeze = (text) => text.toLowerCase().replace(/\s/g, "");

/**
 * 0 begins with what is typed, 1 holds it, {@link NO_FIT} neither; with nothing typed the places under discussion come first.
 * @param {string} typed
 * @param {string} code
 * @param {string[]} names
 * @param {string[]} spoken
 */
const rankOf = (typed, code, names, spoken) => {
  if (!typed) return spoken.includes(code) ? 2 : 3;
  if (names.some((name) => name.startsWith(typed))) return 0;
  return names.some((name) => name.includes(typed)) || code.startsWith(typed) ? 1 : NO_FIT;
};

/**
 * The first subdistricts that fit, best first.
 * @param {string} typed
 * @param {string[]} codes
 * @param {Record<string, string[]>} names of every code: name, district, English name
 * @param {string[]} spoken codes under discussion
 * @returns {Candidate[]}
 */
export const findPlaces = (typed, codes, names, spoken) => {
  const wanted = squeeze(typed).replace(/^(ตำบล|ต\.)/, "");
  const candidates = codes.map((code) => {
    const [own, district, english = ""] = names[code];
    const rank = rankOf(wanted, code, [squeeze(own), squeeze(english)], spoken);
    return { code, rank, text: `${own} · ${district}` };
  });
  return candidates
    .filter(({ rank }) => rank < NO_FIT)
    .sort((a, b) => a.rank - b.rank || a.text.localeCompare(b.text, "th"))
    .slice(0, SHOWN);
};
