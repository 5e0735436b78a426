/* Days as people in Thailand write them: day/month/year with a Buddhist or Western year, Thai digits too. Inside, ISO. */

const BUDDHIST = 543;

/** @param {number} year @param {number} month @param {number} day */
const isoDay = (year, month, day) => {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.toISOString().slice(0, 10);
};

/**
 * The ISO day of a text; null when it is no day. Two digits are a Buddhist year of this century (69 = 2569).
 * @param {string} text
 */
export const parseDay = (text) => {
  const plain = text.trim().replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - "๐".charCodeAt(0)));
  const match = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2}|\d{4})$/.exec(plain);
  if (!match) return null;
  const written = Number(match[3]) + (match[3].length === 2 ? 2500 : 0);
  const year = written > 2400 ? written - BUDDHIST : written;
  return year >= 1900 && year <= 2200 ? isoDay(year, Number(match[2]), Number(match[1])) : null;
};

/** @param {number} days */
export const dayAfter = (days) => {
  const now = new Date();
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() + days)).toISOString().slice(0, 10);
};

/**
 * As it is typed: day/month/Buddhist year.
 * @param {string} isoDate
 */
export const typedDay = (isoDate) => {
  const [year, month, day] = isoDate.split("-").map(Number);
  return `${day}/${month}/${year + BUDDHIST}`;
};

/**
 * As it is read.
 * @param {string} isoDate
 * @param {string} language
 */
export const dayInWords = (isoDate, language) => {
  const locale = language === "th" ? "th-TH-u-ca-buddhist" : "en-GB";
  const words = new Date(`${isoDate}T00:00:00`).toLocaleDateString(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  return words.replace(/\s*(พ\.ศ\.)\s*/, " ");
};
