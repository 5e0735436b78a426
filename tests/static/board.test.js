import assert from "node:assert/strict";
import { test } from "node:test";
import { besideNames, stepAside } from "../../static/board/labels.js";
import { areaFill, isInside, readVector, tipLines } from "../../static/board/vector.js";

const MESSAGE = {
  view: "main",
  classes: "1u2",
  styles: {
    1: { color: "#a1dab4", label: "one" },
    2: { color: "#2c7fb8", label: "two" },
    u: { color: "#e3e3e3", label: "not reported", hatch: "#8a8a8a" },
  },
  values: "3,,1234.5",
  unit: "{} agencies",
  marks: "100",
  mark_label: "estimated",
};
const AREA = { c: "800303", n: "ลานสกา", e: "Lan Saka", d: "ลานสกา", f: "Lan Saka" };
const TEXTS = { subdistrict: "ตำบล", district: "อำเภอ" };

test("figures come as one text; an empty one is unknown, not zero", () => {
  assert.deepEqual(readVector(MESSAGE).values, [3, null, 1234.5]);
  assert.deepEqual(readVector({ ...MESSAGE, values: "0,-1.25" }).values, [0, -1.25]);
  assert.equal(readVector({ ...MESSAGE, values: undefined }).values[1] ?? null, null);
});

test("each place is filled by its class and its mark", () => {
  const vector = readVector(MESSAGE);
  assert.deepEqual(
    [0, 1, 2].map((index) => areaFill(vector, index).kind),
    ["stripe", "hatch", "plain"],
  );
  assert.equal(areaFill(vector, 0, "#123456").line, "#123456");
  assert.deepEqual(areaFill(vector, -1), { kind: "plain", ground: "#ffffff", line: "" });
});

test("a district that is looked at leaves the others outside", () => {
  const vector = readVector(MESSAGE);
  assert.equal(isInside(vector, "800101"), true);
  assert.deepEqual(
    ["800303", "800101"].map((code) => isInside({ ...vector, district: "8003" }, code)),
    [true, false],
  );
});

test("a place under the pointer says its name, class, figure and mark", () => {
  const vector = readVector(MESSAGE);
  const thai = tipLines(vector, 0, AREA, { lang: "th", texts: TEXTS });
  assert.deepEqual(thai, ["ตำบลลานสกา", "อำเภอลานสกา", "one", "3 agencies", "estimated"]);
  const two = readVector({
    ...MESSAGE,
    more: [
      ["120000,,", "{} baht"],
      [",,2", "{} rows wait"],
    ],
  });
  assert.deepEqual(tipLines(two, 0, AREA, { lang: "th", texts: TEXTS }).slice(3), [
    "3 agencies",
    "120,000 baht",
    "estimated",
  ]);
  const alike = readVector({ ...MESSAGE, more: [["3,,", "{} agencies"]] });
  assert.equal(
    tipLines(alike, 0, AREA, { lang: "th", texts: TEXTS }).filter((line) => line === "3 agencies").length,
    1,
  );
  assert.equal(tipLines(two, 1, AREA, { lang: "th", texts: TEXTS }).length, 3, "what is not known is not said");
  const english = tipLines(vector, 2, { ...AREA, e: "" }, { lang: "en", texts: TEXTS });
  assert.deepEqual(english, ["ลานสกา", "Lan Saka", "two", "1,234.5 agencies"]);
  assert.deepEqual(tipLines(vector, 1, { c: "1", n: "ก" }, { lang: "th", texts: TEXTS }), ["ตำบลก", "not reported"]);
});

test("names that would cover each other step aside; one without room waits", () => {
  const label = (x, y) => ({ x, y, halfWidth: 20, halfHeight: 5 });
  assert.deepEqual(stepAside([label(0, 0), label(100, 0), label(0, 30)]), [0, 0, 0]);
  assert.deepEqual(stepAside([label(0, 0), label(10, 0), label(5, 0), label(0, 0)]), [0, -2, 2, null]);
  assert.deepEqual(stepAside([label(0, 0), label(10, 6)]), [0, 1]);
});

test("a number steps off the name it would cover, the nearest way, and off other numbers", () => {
  const name = { x: 0, y: 0, halfWidth: 30, halfHeight: 8 };
  const number = { x: 4, y: 2, halfWidth: 13, halfHeight: 13 };
  assert.deepEqual(besideNames(number, []), [0, 0]);
  assert.deepEqual(besideNames(number, [name]), [0, 19]);
  const [right, down] = besideNames(number, [name, { x: 4, y: 21, halfWidth: 13, halfHeight: 13 }]);
  assert.ok(Math.abs(4 + right) >= 43 || Math.abs(2 + down) >= 21, "off the name");
});
