/** Answers of an open assessment are kept as they are given, and never an older one over a newer. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { h, open, run, settled } from "./page.js";

const option = (value, checked) =>
  h("input", { "data-option": "", type: "checkbox", name: "q-7", value, ...(checked ? { checked: "" } : {}) });

function paper() {
  const words = { "data-kept": "Kept", "data-not-kept": "Not kept yet", "data-signed-out": "Signed out" };
  return h(
    "form", { "data-attempt": "9", "data-state": "/state", ...words },
    h("input", { name: "csrfmiddlewaretoken", value: "old" }),
    h("input", { name: "was-7", value: "a " }),
    h("fieldset", { "data-question": "7", "data-answer": "chosen" }, option("a", true), option("b", false)),
    h("p", { "data-attempt-status": "" }),
  );
}

/** Choose an option and let the script send what it has. */
async function choose(t, page, value, checked) {
  const input = page.root.querySelector(`[value="${value}"]`);
  input.checked = checked;
  await input.dispatch("change");
  t.mock.timers.tick(300);
  await settled();
}

const said = (page) => page.root.querySelector("[data-attempt-status]").textContent;

async function begin(t, answer) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = open(paper(), { answer });
  await run("attempt.js");
  return page;
}

test("a change is sent with all that is chosen for its question, and said to be kept", async (t) => {
  const page = await begin(t, () => ({}));
  await choose(t, page, "b", true);
  assert.equal(page.asked.length, 1);
  assert.equal(page.asked[0].path, "/learning/api/attempts/9/answers");
  assert.deepEqual(page.asked[0].body, { answers: { 7: ["a", "b"] } });
  assert.equal(page.asked[0].options.headers["X-CSRFToken"], "old");
  assert.equal(said(page), "Kept");
  assert.equal(page.root.querySelector('[name="was-7"]').value, "*");
});

test("nothing is sent for what is no question", async (t) => {
  const page = await begin(t, () => ({}));
  await page.root.querySelector('[name="was-7"]').dispatch("change");
  t.mock.timers.tick(1000);
  await settled();
  assert.equal(page.asked.length, 0);
});

test("without a connection it says so, and tries again with what is chosen by then", async (t) => {
  let lost = true;
  const page = await begin(t, () => {
    if (lost) throw new TypeError("no connection");
    return {};
  });
  await choose(t, page, "b", true);
  assert.equal(said(page), "Not kept yet");
  lost = false;
  page.root.querySelector('[value="a"]').checked = false;
  t.mock.timers.tick(5000);
  await settled();
  assert.deepEqual(page.asked.at(-1).body, { answers: { 7: ["b"] } });
  assert.equal(said(page), "Kept");
});

test("a token of a newer session is taken, once", async (t) => {
  const isNew = (options) => options.headers["X-CSRFToken"] === "new";
  const page = await begin(t, (path, _body, options) => (path === "/state" ? { csrf: "new" } : isNew(options) ? {} : 403));
  await choose(t, page, "b", true);
  assert.deepEqual(
    page.asked.map(({ path }) => path),
    ["/learning/api/attempts/9/answers", "/state", "/learning/api/attempts/9/answers"],
  );
  assert.equal(said(page), "Kept");
});

test("a session that ended is said, and the server's words for a refusal are shown", async (t) => {
  let status = { status: 401 };
  const page = await begin(t, () => status);
  await choose(t, page, "b", true);
  assert.equal(said(page), "Signed out");
  status = { status: 409, json: { message: "This attempt is over." } };
  await choose(t, page, "b", false);
  assert.equal(said(page), "This attempt is over.");
});

test("a page without an attempt is left alone", async () => {
  const page = open(h("main"));
  await run("attempt.js");
  assert.equal(page.asked.length, 0);
});

test("a request that is never answered ends, and later answers are sent", async (t) => {
  const ends = new AbortController();
  t.mock.method(AbortSignal, "timeout", () => ends.signal);
  let hangs = true;
  const page = await begin(t, () => (hangs ? new Promise(() => {}) : {}));
  await choose(t, page, "b", true);
  ends.abort(new Error("too long"));
  await settled();
  assert.equal(said(page), "Not kept yet");
  hangs = false;
  t.mock.method(AbortSignal, "timeout", () => undefined);
  t.mock.timers.tick(5000);
  await settled();
  assert.equal(said(page), "Kept");
});

test("the form waits for the answer that is under way, so that no older one is put over a newer", async (t) => {
  let arrive;
  const page = await begin(t, () => new Promise((done) => (arrive = done)));
  const form = page.root.querySelector("[data-attempt]");
  const asked = [];
  form.requestSubmit = (button) => asked.push(button);
  await choose(t, page, "b", true);
  await choose(t, page, "a", false);
  const event = await form.dispatch("submit", { submitter: "send" });
  assert.ok(event.prevented);
  assert.deepEqual(asked, []);
  arrive({});
  await settled();
  assert.deepEqual(asked, ["send"]);
  assert.equal(page.asked.length, 1, "and what was touched since goes with the form");
  assert.equal((await form.dispatch("submit", { submitter: "send" })).prevented, false);
});

test("the page asks before it is left with answers that are not kept, and not once they are or the form is sent", async (t) => {
  const leave = (page) => {
    const event = { prevented: false, preventDefault: () => (event.prevented = true) };
    for (const listener of page.beforeunload) listener(event);
    return event.prevented;
  };
  let lost = true;
  const page = await begin(t, () => {
    if (lost) throw new TypeError("no connection");
    return {};
  });
  assert.equal(leave(page), false);
  await choose(t, page, "b", true);
  assert.equal(leave(page), true);
  lost = false;
  t.mock.timers.tick(5000);
  await settled();
  assert.equal(leave(page), false);
  lost = true;
  await choose(t, page, "a", false);
  assert.equal(leave(page), true);
  await page.root.querySelector("[data-attempt]").dispatch("submit");
  assert.equal(leave(page), false);
});
