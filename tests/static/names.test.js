import assert from "node:assert/strict";
import { test } from "node:test";
import { ourName } from "../../static/shell/names.js";

const WORDS = { open: "เปิด", less: "ลด", remove: "เอาออก", help: "คำอธิบาย" };

test("a part of Streamlit's is called by our word and by what it belongs to", () => {
  assert.equal(ourName("Open", "ปีงบประมาณ", WORDS), "เปิด: ปีงบประมาณ");
  assert.equal(ourName("Decrement", "", WORDS), "ลด");
  assert.equal(ourName("Remove ทะเลน้อย", "ตำบล", WORDS), "เอาออก: ทะเลน้อย");
  assert.equal(ourName("Help for คำ", "", WORDS), "คำอธิบาย: คำ");
});

test("what is not Streamlit's keeps its name", () => {
  for (const own of ["ดาวน์โหลด", "Opening", "Open the map", "Close fullscreen now", ""])
    assert.equal(ourName(own, "x", WORDS), null);
});
