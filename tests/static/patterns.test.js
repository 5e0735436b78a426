import assert from "node:assert/strict";
import { test } from "node:test";
import { BOARD_SIZES, WALL_SIZES, fillOf, keepSize, paintOf } from "../../static/shared/patterns.js";
import { FakeNode } from "./fake_dom.js";

const HATCHED = { color: "#e3e3e3", hatch: "#8a8a8a" };
const PLAIN = { color: "#41b6c4" };

test("a class is plain, hatched or striped, and a hatch takes no stripe", () => {
  assert.deepEqual(fillOf(PLAIN, false), { kind: "plain", ground: "#41b6c4", line: "" });
  assert.equal(fillOf(PLAIN, true).kind, "stripe");
  assert.equal(fillOf(PLAIN, true, "#000000").line, "#000000");
  assert.deepEqual(fillOf(HATCHED, true), { kind: "hatch", ground: "#e3e3e3", line: "#8a8a8a" });
  assert.throws(() => fillOf(undefined, true), /no style/);
});

test("both painters draw the same pattern, each in its size", () => {
  for (const [sizes, hatch, stripe] of [
    [BOARD_SIZES, [7, 1.4], [9, 3]],
    [WALL_SIZES, [8, 1.8], [11, 3]],
  ]) {
    const defs = new FakeNode("defs");
    assert.equal(paintOf(defs, fillOf(HATCHED, false), sizes), "url(#hatch-e3e3e3-8a8a8a)");
    assert.equal(paintOf(defs, fillOf(PLAIN, true), sizes), "url(#stripe-41b6c4-5f6b76)");
    for (const [pattern, [size, line], turn] of [
      [defs.children[0], hatch, 45],
      [defs.children[1], stripe, -45],
    ]) {
      assert.equal(pattern.attributes.patternTransform, `rotate(${turn}) scale(1.0000)`);
      assert.equal(pattern.attributes.width, String(size));
      assert.deepEqual(
        pattern.children.map(({ attributes }) => attributes.width),
        [size, line].map(String),
      );
    }
    assert.equal(defs.children[0].children[1].attributes.fill, "#8a8a8a");
  }
});

test("a plain fill needs no pattern, and one pattern serves all areas of a class", () => {
  const defs = new FakeNode("defs");
  assert.equal(paintOf(defs, fillOf(PLAIN, false), BOARD_SIZES), "#41b6c4");
  assert.equal(defs.children.length, 0);
  for (let count = 0; count < 3; count++) paintOf(defs, fillOf(HATCHED, false), BOARD_SIZES);
  assert.equal(defs.children.length, 1);
});

test("patterns stay as coarse as they are when the drawing is enlarged", () => {
  const defs = new FakeNode("defs");
  paintOf(defs, fillOf(PLAIN, true), WALL_SIZES, 2);
  assert.equal(defs.children[0].attributes.patternTransform, "rotate(-45) scale(0.5000)");
  keepSize(defs, 4);
  assert.equal(defs.children[0].attributes.patternTransform, "rotate(-45) scale(0.2500)");
});

test("a legend's swatch leans as the map's pattern does", async () => {
  const { readFile } = await import("node:fs/promises");
  // rotate(45) leans a line to "/"; a gradient of -45deg paints "/" too, one of 45deg its mirror image.
  for (const [sheet, hatch, stripe] of [
    ["shell/app.css", ".kradan-hatch", ".kradan-stripe"],
    ["wall/wall.css", ".swatch.hatch", ".swatch.stripe"],
  ]) {
    const css = await readFile(new URL(`../../static/${sheet}`, import.meta.url), "utf-8");
    const angle = (selector) =>
      Number(css.split(`${selector} { background-image: repeating-linear-gradient(`)[1].split("deg")[0]);
    const defs = new FakeNode("defs");
    paintOf(defs, fillOf(HATCHED, false), BOARD_SIZES);
    paintOf(defs, fillOf(PLAIN, true), BOARD_SIZES);
    assert.deepEqual(
      [angle(hatch), angle(stripe)],
      defs.children.map((pattern) => -Number(pattern.attributes["data-turn"].match(/-?\d+/)[0])),
    );
  }
});
