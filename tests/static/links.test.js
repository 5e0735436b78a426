import assert from "node:assert/strict";
import { test } from "node:test";
import { isView, keepingRest, withChoices } from "../../static/shell/links.js";

const BOARD = "http://127.0.0.1:8501";

test("a link that keeps the rest changes what it names; places of the old province stay behind", () => {
  const here = `${BOARD}/coverage?lang=en&district=8003&subdistrict=800303&year=2567#map`;
  const address = keepingRest(`${BOARD}/coverage?province=90&year=2566`, here);
  assert.equal(address.href, `${BOARD}/coverage?lang=en&year=2566&province=90`);
});

test("a link of the menu takes the choices along and nothing else", () => {
  const here = `${BOARD}/coverage?lang=en&measure=agencies&year=2567`;
  const address = withChoices(`${BOARD}/gaps?old=1`, here, ["year", "lang", "agency"]);
  assert.equal(address.href, `${BOARD}/gaps?year=2567&lang=en`);
});

test("Thai and signs in a choice arrive as they were", () => {
  const here = `${BOARD}/?area=${encodeURIComponent("ปากพนัง & เมือง")}`;
  assert.equal(withChoices(`${BOARD}/gaps`, here, ["area"]).searchParams.get("area"), "ปากพนัง & เมือง");
});

test("only views of this board open in the page that stands", () => {
  const views = new Set(["", "gaps"]);
  const is = (address, here = `${BOARD}/coverage`) => isView(new URL(address), here, views);
  assert.equal(is(`${BOARD}/gaps?a=1`), true);
  assert.equal(is(`${BOARD}/`), true);
  assert.equal(is(`${BOARD}/app/static/icon.svg`), false);
  assert.equal(is("https://foreign.example/gaps"), false);
  assert.equal(is(`${BOARD}/kradan/gaps`, `${BOARD}/kradan/coverage`), true);
  assert.equal(is(`${BOARD}/gaps`, `${BOARD}/kradan/coverage`), false);
});
