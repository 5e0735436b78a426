import assert from "node:assert/strict";
import { test } from "node:test";
import { comesByItself } from "../../static/shell/tour.js";

const NOBODY = { isSeen: false, isProgram: false, isFramed: false };
const comes = (path, known = {}) => comesByItself(`http://127.0.0.1:8501/${path}`, { ...NOBODY, ...known });

test("the tour comes at a person's first visit, whatever the page", () => {
  for (const path of ["", "overview", "coverage?lang=en", "kradan/gaps"]) assert.equal(comes(path), true, path);
});

test("not again, not for a program, not in a frame, not on the wall", () => {
  assert.equal(comes("", { isSeen: true }), false);
  assert.equal(comes("", { isProgram: true }), false);
  assert.equal(comes("", { isFramed: true }), false);
  assert.equal(comes("meeting"), false);
  assert.equal(comes("coverage?embed=true"), false);
});

test("whoever asks gets it", () => {
  assert.equal(comes("coverage?tour=1", { isSeen: true, isProgram: true }), true);
});
