import assert from "node:assert/strict";
import { test } from "node:test";

import { Pace } from "../../static/wall/pace.js";

test("the time of a view runs while it is shown, and goes on when it is shown again", () => {
  const pace = new Pace();
  pace.show("coverage", 0);
  assert.deepEqual(pace.words(55, 42_900), { text: "0:42 / 0:55", isOver: false });
  pace.show("gaps", 60_000);
  assert.deepEqual(pace.words(55, 61_000), { text: "0:01 / 0:55", isOver: false });
  pace.show("gaps", 62_000);
  pace.show("coverage", 70_000);
  assert.deepEqual(pace.words(55, 75_000), { text: "1:05 / 0:55", isOver: true });
  assert.equal(pace.on("gaps", 99_000), 10);
});
