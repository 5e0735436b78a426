import assert from "node:assert/strict";
import { test } from "node:test";
import { findAreas, soundKey } from "../../static/board/find.js";
import { isKept, readVector } from "../../static/board/vector.js";

const AREAS = [
  { c: "800303", n: "ท่าดี", e: "Tha Di", d: "ลานสกา", f: "Lan Saka" },
  { c: "800801", n: "ท่าศาลา", e: "Tha Sala", d: "ท่าศาลา", f: "Tha Sala" },
  { c: "800802", n: "กลาย", e: "Klai", d: "ท่าศาลา", f: "Tha Sala" },
];
const THAI = { lang: "th", texts: { subdistrict: "ตำบล", district: "อำเภอ" } };
const found = (typed, options = THAI) => findAreas(typed, AREAS, options).map((hit) => hit.code);

test("names are found as they sound: without marks, with other letters, by the words of their level", () => {
  assert.equal(soundKey("ทาสาลา"), soundKey("ตำบลท่าศาลา"));
  assert.deepEqual(found("ทาสาลา"), ["8008", "800801"]);
  assert.deepEqual(found("ตำบลท่าศาลา"), ["800801", "8008"], "the level that is written comes first");
  assert.deepEqual(found("อ.ลานสกา"), ["8003"]);
  assert.deepEqual(found("ta sala", { ...THAI, lang: "en" }), ["8008", "800801"]);
  assert.deepEqual(found("800802"), ["800802"]);
});

test("nothing typed and nothing known find nothing; a hit says its district", () => {
  assert.deepEqual([found(""), found("ตำบล"), found("เชียงใหม่")], [[], [], []]);
  assert.deepEqual(findAreas("กลาย", AREAS, THAI), [{ code: "800802", name: "ตำบลกลาย", where: "อำเภอท่าศาลา" }]);
  assert.equal(findAreas("กลาย", AREAS, { ...THAI, lang: "en" })[0].where, "Tha Sala");
});

test("classes looked at alone keep their places and those under the stripe", () => {
  const vector = readVector({ view: "main", classes: "1u2", styles: { 1: {}, 2: {}, u: {} }, marks: "100" });
  const kept = (only) => [0, 1, 2].map((index) => isKept(vector, index, only));
  assert.deepEqual(kept(""), [true, true, true]);
  assert.deepEqual(kept("2u"), [false, true, true]);
  assert.deepEqual(kept("~"), [true, false, false]);
  assert.equal(isKept(vector, -1, "2"), false);
});
