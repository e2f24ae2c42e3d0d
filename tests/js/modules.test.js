/** The parts of learner.js, each by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { open, put, run } from "./page.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("a set of slots is read from its end, four to a digit", async () => {
  open([]);
  const { holds } = await run("painting.js");
  const inSet = (digits) => Array.from({ length: 14 }, (_none, slot) => slot).filter((slot) => holds(digits, slot));
  assert.deepEqual(inSet(""), []);
  assert.deepEqual(inSet("0"), []);
  assert.deepEqual(inSet("1"), [0]);
  assert.deepEqual(inSet("1a05"), [0, 2, 9, 11, 12]);
});

test("progress of nothing is drawn as nothing of one", async () => {
  const { root } = open([]);
  const { paintProgress } = await run("painting.js");
  const bar = document.createElement("progress");
  bar.setAttribute("data-progress-bar", "");
  root.append(bar);
  paintProgress(root, { done: 0, total: 0, label: "" });
  assert.deepEqual([bar.value, bar.max], [0, 1]);
});

test("the queue is empty where nothing, or nothing that can be read, was kept", async () => {
  const page = open([]);
  const { keep, kept } = await run("queue.js");
  assert.deepEqual(kept(), []);
  page.storage.set("puente-queue", "{not JSON");
  assert.deepEqual(kept(), []);
  page.storage.set("puente-queue", "null");
  assert.deepEqual(kept(), []);
  keep([{ learner: "l" }]);
  assert.deepEqual(kept(), [{ learner: "l" }]);
  keep([]);
  assert.equal(page.storage.size, 0);
});

test("an event has an id of its own, its step and the time", async (t) => {
  open([]);
  t.mock.timers.enable({ apis: ["Date"], now: new Date("2026-02-03T04:05:06Z") });
  const { makeEvent } = await run("queue.js");
  const event = makeEvent("done", "s");
  assert.match(event.id, UUID);
  assert.notEqual(makeEvent("done", "s").id, event.id);
  assert.deepEqual({ ...event, id: "" }, { id: "", type: "done", step: "s", at: "2026-02-03T04:05:06.000Z" });
});

test("an id is made also where the browser makes none: on http, in the office", async () => {
  open([]);
  const whole = globalThis.crypto;
  put("crypto", { getRandomValues: (bytes) => whole.getRandomValues(bytes) });
  const { makeEvent } = await run("queue.js");
  const ids = Array.from({ length: 50 }, () => makeEvent("done", "s").id);
  put("crypto", whole);
  for (const id of ids) assert.match(id, UUID);
  assert.equal(new Set(ids).size, 50);
});

test("what can wait for a session or a connection waits; what cannot is told", async () => {
  let status = 401;
  const page = open([], { answer: () => ({ status, json: { message: "No." } }) });
  const { send } = await run("server.js");
  const tell = () => send({ csrf: "t" }, "c", [{ id: "x" }]);
  for (status of [401, 403, 500, 503]) assert.deepEqual(await tell(), { wait: true });
  status = 400;
  assert.deepEqual(await tell(), { refused: [{ id: "x", message: "No." }] });
  assert.equal(page.asked[0].options.headers["X-CSRFToken"], "t");
  assert.equal(page.asked[0].options.headers["Accept-Language"], "es");
});

test("nothing of the learner's modules is loaded for a reader", async () => {
  open([]);
  const asked = [];
  // navigation, painting, … read the page when they begin: a page without a root would be an error.
  Object.defineProperty(document, "documentElement", { get: () => asked.push("documentElement") });
  await run("learner.js");
  assert.deepEqual(asked, []);
});
