"""Meeting wall in a browser without other hosts: seconds to the first view, ms from key to paint, blank frames."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from tests.support import served

ROUNDS = 5
TIMED = """(key) => new Promise(done => {
  const before = document.body.getAttribute("data-paint"), began = performance.now(); let blank = 0;
  const look = () => {
    blank += [...document.querySelectorAll("path.area")].filter(p => !p.getAttribute("d") || !p.getAttribute("fill")).length ? 1 : 0;
    if (document.body.getAttribute("data-paint") !== before) requestAnimationFrame(() => done([performance.now() - began, blank])); else requestAnimationFrame(look);
  };
  document.dispatchEvent(new KeyboardEvent("keydown", { key, code: "Digit" + key, bubbles: true }));
  requestAnimationFrame(look);
})"""


def main() -> dict[str, float | int]:
    """Show every view :data:`ROUNDS` times and every question once, by two keys each; print the figures."""
    with tempfile.TemporaryDirectory() as folder, served.browser() as chromium:
        store = served.make_store(Path(folder) / "kradan.sqlite", demo=True)
        with served.board(store) as address:
            begin = time.perf_counter()
            seen = served.visit(chromium, f"{address}/meeting")
            seen.page.frame_locator('iframe[src*="kradan_meeting"]').locator("body[data-ready]").wait_for(
                timeout=120_000
            )
            cold = time.perf_counter() - begin
            frame = next(candidate for candidate in seen.page.frames if "kradan_meeting" in candidate.url)
            changes = [frame.evaluate(TIMED, str(key)) for _round in range(ROUNDS) for key in (2, 3, 4, 5, 6, 7, 8, 1)]
            answers = []
            for number in range(10):
                seen.page.keyboard.press("Escape" if number == 1 else "Shift")  # the first question opens a name field
                seen.page.keyboard.press("q")
                answers.append(frame.evaluate(TIMED, str((number + 1) % 10)))
            milliseconds = sorted(change[0] for change in changes + answers)
            line = {
                "bench": "meeting",
                "cold_seconds": round(cold, 2),
                "changes": len(milliseconds),
                "median_ms": round(statistics.median(milliseconds), 1),
                "p95_ms": round(milliseconds[int(len(milliseconds) * 0.95) - 1], 1),
                "blank_frames": sum(change[1] for change in changes + answers),
                "questions": len(answers),
                "actions_per_question": 2,
                "foreign_requests": len(seen.foreign),
            }
    print(json.dumps(line))
    return line


if __name__ == "__main__":
    main()
