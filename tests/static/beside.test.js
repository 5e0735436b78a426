import assert from "node:assert/strict";
import { test } from "node:test";
import { toggled, withOnly } from "../../static/shell/beside.js";
import { wrap } from "../../static/shell/picture.js";

test("a press on an entry of the legend adds its classes, a second takes them away", () => {
  assert.equal(toggled("", "0ab"), "0ab");
  assert.equal(toggled("0ab", "~"), "0ab~");
  assert.equal(toggled("0ab~", "0ab"), "~");
  assert.equal(toggled("a", "0ab"), "a0b");
});

test("the classes looked at alone stand in the link beside the other choices", () => {
  const here = "http://127.0.0.1:8501/coverage?lang=en&year=2567";
  assert.equal(withOnly(here, "3u"), `${here}&only=3u`);
  assert.equal(withOnly(`${here}&only=3u`, ""), here);
});

test("text of a picture breaks at spaces, a long Thai line anywhere", () => {
  assert.deepEqual(wrap("one two three", 8), ["one two", "three"]);
  assert.deepEqual(wrap("กกกกก", 2), ["กก", "กก", "ก"]);
  assert.deepEqual(wrap("", 5), []);
});
