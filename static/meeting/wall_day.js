/* Days as people in Thailand write them: day/month/year with a Buddhist or Western year, Thai digits too. Inside, ISO. */
(function () {
  "use strict";

  function iso(year, month, day) {
    var made = new Date(Date.UTC(year, month - 1, day));
    if (made.getUTCMonth() !== month - 1 || made.getUTCDate() !== day) return null;
    return made.toISOString().slice(0, 10);
  }

  /* The ISO day of a text; null when it is no day. Two digits are a Buddhist year of this century (69 = 2569). */
  function parse(text) {
    var plain = text.trim().replace(/[๐-๙]/g, function (digit) { return String.fromCharCode(digit.charCodeAt(0) - 0x0e50 + 48); });
    var found = /^(\d{1,2})[\/.\- ](\d{1,2})[\/.\- ](\d{2}|\d{4})$/.exec(plain);
    if (!found) return null;
    var year = +found[3] + (found[3].length === 2 ? 2500 : 0);
    if (year > 2400) year -= 543;
    return year >= 1900 && year <= 2200 ? iso(year, +found[2], +found[1]) : null;
  }

  function after(days) {
    var now = new Date();
    return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() + days)).toISOString().slice(0, 10);
  }

  /* As it is typed: day/month/Buddhist year. */
  function typed(day) { var parts = day.split("-"); return +parts[2] + "/" + +parts[1] + "/" + (+parts[0] + 543); }

  function words(day) {
    var language = document.documentElement.lang === "th" ? "th-TH-u-ca-buddhist" : "en-GB";
    return new Date(day + "T00:00:00").toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" }).replace(/\s*(พ\.ศ\.)\s*/, " ");
  }

  window.wallDay = { parse: parse, after: after, typed: typed, words: words };
})();
