import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { fetchJson } from "../../static/shared/fetch_json.js";

const plainFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = plainFetch;
});

/** A server that answers with these states, one after the other; returns the requests. */
const serve = (...answers) => {
  const requests = [];
  globalThis.fetch = async (address, options) => {
    requests.push([address, options.cache]);
    const status = answers.shift();
    if (status === "gone") throw new TypeError("no server");
    return new Response('{"a": 1}', { status });
  };
  return requests;
};

test("a file that is there is asked for once, from the browser's own store if it has it", async () => {
  const requests = serve(200);
  assert.deepEqual(await fetchJson("grid.json"), { a: 1 });
  assert.deepEqual(requests, [["grid.json", undefined]]);
});

test("what may pass is asked for again, past the browser's store", async () => {
  const requests = serve(404, "gone", 200);
  let waits = 0;
  await fetchJson("grid.json", { tries: 2, onWait: () => waits++, pauseMs: 1 });
  assert.equal(waits, 2);
  assert.deepEqual(
    requests.map(([, cache]) => cache),
    [undefined, "reload", "reload"],
  );
});

test("what does not pass, or passes too late, is an error", async () => {
  serve(404, 404, 404);
  await assert.rejects(fetchJson("a", { tries: 2, pauseMs: 1 }), { status: 404 });
  const requests = serve(500);
  await assert.rejects(fetchJson("a", { tries: 9, isPassing: ({ status }) => status === 404 }), { status: 500 });
  assert.equal(requests.length, 1);
});
