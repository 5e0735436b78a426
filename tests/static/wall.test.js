import assert from "node:assert/strict";
import { test } from "node:test";
import { dayInWords, parseDay, typedDay } from "../../static/wall/day.js";
import { DecisionQueue } from "../../static/wall/decisions.js";
import { findPlaces } from "../../static/wall/find.js";
import { digitOf, keyCode, questionOf, stepOf } from "../../static/wall/keys.js";
import { layerCounts, markOf, spelled } from "../../static/wall/layers.js";
import { legendCounts } from "../../static/wall/panel.js";

test("keys go by their position, so that a Thai keyboard works", () => {
  assert.equal(keyCode({ code: "KeyG", key: "เ" }), "KeyG");
  assert.equal(keyCode({ code: "", key: "g" }), "KeyG");
  assert.equal(keyCode({ key: "7" }), "Digit7");
  assert.equal(keyCode({ key: "PageDown" }), "PageDown");
  assert.deepEqual(
    ["/", "?", " "].map((key) => keyCode({ key })),
    ["Slash", "KeyH", "Space"],
  );
});

test("digits go to a step that exists, and 0 to the tenth step or question", () => {
  assert.deepEqual(["Digit3", "Numpad0", "KeyG", "Digit33"].map(digitOf), [3, 0, null, null]);
  assert.deepEqual(
    [1, 8, 9, 0].map((digit) => stepOf(digit, 8)),
    [0, 7, null, null],
  );
  assert.deepEqual([stepOf(9, 11), stepOf(0, 11), stepOf(0, 10), stepOf(0, 9)], [8, 9, 9, null]);
  assert.deepEqual([1, 9, 0].map(questionOf), [0, 8, 9]);
});

test("a day as people in Thailand write it", () => {
  for (const text of ["29/02/2567", "29-2-67", "29.02.2024", " ๒๙/๒/๒๕๖๗ "]) assert.equal(parseDay(text), "2024-02-29");
  for (const text of ["29/02/2566", "31/4/2567", "2567-02-29", "soon", "", "1/1/1800"])
    assert.equal(parseDay(text), null);
  assert.equal(typedDay("2024-02-09"), "9/2/2567");
  assert.equal(parseDay(typedDay("2026-11-30")), "2026-11-30");
  assert.equal(dayInWords("2024-02-09", "en"), "9 Feb 2024");
  assert.match(dayInWords("2024-02-09", "th"), /^9 ก\.พ\. 2567$/);
});

const NAMES = {
  800101: ["ในเมือง", "เมือง", "Nai Mueang"],
  800303: ["ลานสกา", "ลานสกา", "Lan Saka"],
  801201: ["ปากพนัง", "ปากพนัง", "Pak Phanang"],
  801202: ["ปากพนังฝั่งตะวันตก", "ปากพนัง", ""],
};
const find = (typed, spoken = []) => findPlaces(typed, Object.keys(NAMES), NAMES, spoken).map(({ code }) => code);

test("the legend counts the whole province, or the district in sight", () => {
  const row = { label: "", color: "", count: 0 };
  const step = {
    classes: "abba",
    marks: "1001",
    legend: [
      { k: "a", ...row },
      { k: "b", ...row },
      { k: "", ...row },
    ],
  };
  const codes = Object.keys(NAMES);
  assert.deepEqual(legendCounts(step, codes, null), [2, 2, 2]);
  assert.deepEqual(legendCounts(step, codes, "8012"), [1, 1, 1]);
  assert.deepEqual(legendCounts({ ...step, marks: null }, codes, "8001"), [1, 0, 0]);
});

test("a register on the map counts what is in sight, and the three kinds of nothing stay apart", () => {
  const layer = { name: "groups", label: "", heads: [], numbers: [2, 0, 0, 5], status: "cnuc", unplaced: 3 };
  const codes = Object.keys(NAMES);
  assert.deepEqual(layerCounts(layer, codes, null), [10, 2, 1, 1, 3]);
  assert.deepEqual(layerCounts(layer, codes, "8012"), [5, 1, 0, 1, 0], "entries of no place are of no district");
});

test("the code is of the place in sight, else of the view; none where no telephone can open the board", () => {
  const links = { begin: "http://192.168.1.5:8501/k/", shorts: { "view:gaps": "80AAAA", 800101: "80BBBB" } };
  assert.deepEqual(
    ["gaps", "800101", "8001"].map((sight) => markOf(links, sight)),
    ["80AAAA", "80BBBB", null],
  );
  assert.equal(markOf({ ...links, begin: "" }, "gaps"), null);
  assert.equal(markOf(undefined, "gaps"), null);
  assert.equal(spelled("80ABCDEFGH"), "80ABC-DEFGH");
});

test("places are found by either name, by parts of it, by code, and the ones under discussion come first", () => {
  assert.deepEqual(find("ต.ปากพนัง"), ["801201", "801202"]);
  assert.deepEqual(find("lan s"), ["800303"]);
  assert.deepEqual(find("saka"), ["800303"]);
  assert.deepEqual(find("8012"), ["801201", "801202"]);
  assert.deepEqual(find("nowhere"), []);
  assert.equal(find("", ["801202"])[0], "801202");
});

test("a decision stays until the server has it, also without a storage of the browser", () => {
  const values = new Map();
  const storage = { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value) };
  const blocked = {
    getItem: () => {
      throw new Error("blocked");
    },
    setItem: () => {
      throw new Error("full");
    },
  };
  for (const kind of [storage, blocked]) {
    const queue = new DecisionQueue(kind);
    queue.add({ key: "a", who: "x", what: "y" });
    queue.add({ key: "b", who: "x", what: "z" });
    assert.deepEqual(
      queue.settle(["a", "old"]).map(({ key }) => key),
      ["b"],
    );
    assert.deepEqual(
      queue.read().map(({ key }) => key),
      ["b"],
    );
    queue.settle([], { b: "too long", other: "x" });
    assert.deepEqual(queue.read(), [{ key: "b", who: "x", what: "z", why: "too long" }], "its words are not lost");
    assert.deepEqual(queue.refused(), queue.read());
    queue.settle(["b"], { b: "too long" });
    assert.deepEqual(queue.read(), [], "stored after all");
  }
});
