/** What a learner did is painted over pages that are the same for everyone, kept on the device and sent when it can be. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { h, open, run, settled } from "./page.js";

const HINT = { cookie: "a=b; puente_signed_in=1" };
const EVENTS = "/learning/api/events";
const done = (learner, course, id) => ({ learner, course, event: { id, type: "done", step: id, at: "2026-01-01" } });
const row = (slot, { href, current } = {}) => {
  const link = href ? { href } : {};
  const here = current ? { "aria-current": "page" } : {};
  return h(href ? "a" : "div", { "data-step": `step-${slot}`, "data-slot": slot, ...link, ...here }, h("span", { "data-tick": "" }));
};
const progress = () => {
  const bar = h("progress", { "data-progress-bar": "" });
  return h("div", { "data-progress": "", hidden: "" }, bar, h("span", { "data-progress-label": "" }));
};

/** The page of a lesson: its outline, its foot, the way to the editor. */
function lesson() {
  const outline = h("div", { "data-outline": "", "data-label-done": "Done", "data-label-new": "New" });
  outline.append(row(0, { href: "/one/" }), row(1, { href: "/two/", current: true }), row(2));
  return [
    h(
      "div", { "data-course": "c" },
      progress(),
      outline,
      h("a", { "data-start": "", href: "/one/" }, "Start"),
      h("a", { "data-enrol": "", href: "/enrol/" }, "Enrol"),
      h(
        "footer", { "data-next": "/three/" },
        h("p", { "data-step-status": "", "data-waiting": "Not sent yet", "data-lost": "Not kept" }),
        h("a", { "data-done": "step-1", href: "/record/" }, "Mark as done"),
      ),
    ),
    h("footer", {}, h("div", { "data-staff-links": "" })),
  ];
}

const enrolment = (more = {}) => ({
  done: "1",
  counts: "3",
  summary: { done: 1, total: 2, label: "1 of 2 steps" },
  resume: { slot: 1, url: "/server/", label: "Continue" },
  url: "/record/",
  label: "My record",
  completed: false,
  finish_url: "/finish/",
  ...more,
});
const state = (more = {}) => ({ signed_in: true, learner: "l", csrf: "token", enrolment: enrolment(), ...more });

/** Answer as the server does: the state, and each event accepted. */
const server = (given = state()) => (path, body) =>
  path === EVENTS ? { accepted: body.events.map(({ id }) => id), refused: [], state: { enrolment: given.enrolment } } : given;

async function visit(body, options = {}, kept = []) {
  const page = open(body, { ...HINT, answer: server(), ...options });
  if (kept.length) page.storage.set("puente-queue", JSON.stringify(kept));
  await run("learner.js");
  page.kept = () => JSON.parse(page.storage.get("puente-queue") ?? "[]");
  page.sent = () => page.asked.filter(({ path }) => path === EVENTS);
  return page;
}

const click = (page, details) => page.root.querySelector("[data-done]").dispatch("click", { button: 0, ...details });

test("without the hint of a session nothing is asked of the server", async () => {
  const page = await visit(lesson(), { cookie: "other=1" }, [done("l", "c", "x")]);
  assert.deepEqual(page.asked, []);
  const elsewhere = await visit(h("main"));
  assert.deepEqual(elsewhere.asked, [], "nor from a page of no course, when nothing waits");
});

test("rows are marked done, new or neither, with words for those who do not see", async () => {
  const page = await visit(lesson());
  const rows = page.root.querySelectorAll("[data-slot]");
  assert.deepEqual(rows.map(({ dataset }) => dataset.state), ["done", "", "new"]);
  assert.deepEqual(rows.map((one) => one.textContent), ["Done", "", "New"]);
  assert.deepEqual(rows.map(({ title }) => title), ["", "", "New"]);
});

test("progress is shown, and the buttons say what comes next", async () => {
  const page = await visit(lesson());
  const box = page.root.querySelector("[data-progress]");
  assert.equal(box.hidden, false);
  assert.deepEqual([box.all("progress")[0].value, box.all("progress")[0].max], [1, 2]);
  assert.equal(box.textContent, "1 of 2 steps");
  const start = page.root.querySelector("[data-start]");
  assert.equal(start.textContent, "Continue");
  assert.equal(start.href, "/two/", "the page's own address of that step");
  assert.equal(page.root.querySelector("[data-enrol]").textContent, "My record");
});

test("the server's address is taken for a step that the page does not link to", async () => {
  const elsewhere = state({ enrolment: enrolment({ resume: { slot: 2, url: "/server/", label: "Continue" } }) });
  const page = await visit(lesson(), { answer: server(elsewhere) });
  const start = page.root.querySelector("[data-start]");
  assert.equal(start.href, "/server/");
});

test("where somebody reads is sent, and only the newest of it is kept", async () => {
  const older = { learner: "l", course: "c", event: { id: "old", type: "resume", step: "step-0", at: "2026-01-01" } };
  const page = await visit(lesson(), {}, [older]);
  assert.equal(page.sent().length, 1);
  assert.deepEqual(page.sent()[0].body.events.map(({ type, step }) => [type, step]), [
    ["resume", "step-1"]
  ]);
  assert.match(page.sent()[0].body.events[0].id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(page.kept(), []);
});

test("marking a step as done sends it and goes on", async () => {
  const page = await visit(lesson());
  const event = await click(page);
  assert.ok(event.prevented);
  assert.deepEqual(page.sent().at(-1).body.events.map(({ type, step }) => [type, step]), [
    ["done", "step-1"]
  ]);
  assert.deepEqual(page.went, ["/three/"]);
  assert.deepEqual(page.kept(), []);
});

test("a click that opens another tab is left to the browser", async () => {
  const page = await visit(lesson());
  assert.equal((await click(page, { ctrlKey: true })).prevented, false);
  assert.deepEqual(page.went, []);
});

test("the last step leads to the finish", async () => {
  const answer = (path) => (path === EVENTS ? { accepted: ["x"], state: { enrolment: enrolment({ completed: true }) } } : state());
  const body = lesson();
  body[0].querySelector('[aria-current="page"]').removeAttribute("aria-current");
  const page = await visit(body, { answer });
  await click(page);
  assert.deepEqual(page.went, ["/finish/"]);
});

test("without a connection the mark waits on the device, goes on, and is said and sent by the next page", async () => {
  const lost = (path) => {
    if (path === EVENTS) throw new TypeError("no connection");
    return state();
  };
  const page = await visit(lesson(), { answer: lost });
  await click(page);
  assert.deepEqual(page.went, ["/three/"]);
  assert.deepEqual(page.kept().map(({ event }) => event.type), ["resume", "done"]);
  const next = await visit(lesson(), { answer: lost }, page.kept());
  assert.equal(next.root.querySelector("[data-step-status]").textContent, "Not sent yet");
  const later = await visit(lesson(), {}, next.kept());
  assert.deepEqual(later.kept(), []);
  assert.equal(later.root.querySelector("[data-step-status]").textContent, "");
});

test("what waits is said even when the state cannot be asked for, and sent when the connection is back", async () => {
  let lost = true;
  const answer = (path, body) => {
    if (lost && path === EVENTS) throw new TypeError("no connection");
    return server()(path, body);
  };
  const page = await visit(lesson(), { answer }, [done("l", "c", "x")]);
  lost = false;
  for (const listener of page.online) await listener();
  assert.deepEqual(page.kept(), []);
  const dark = await visit(lesson(), { answer: () => 503 }, [done("l", "c", "x")]);
  assert.equal(dark.root.querySelector("[data-step-status]").textContent, "Not sent yet");
});

test("a refusal is shown, and one stays", async () => {
  const answer = (path, body) => {
    if (path !== EVENTS) return state();
    const [event] = body.events;
    return event.type === "done" ? { accepted: [], refused: [{ id: event.id, message: "The course is closed." }] } : server()(path, body);
  };
  const page = await visit(lesson(), { answer });
  await click(page);
  assert.equal(page.root.querySelector("[data-step-status]").textContent, "The course is closed.");
  assert.equal(page.root.querySelector("[data-done]").getAttribute("aria-disabled"), null);
  assert.deepEqual(page.went, []);
});

test("many events are sent a hundred at a time", async () => {
  const many = Array.from({ length: 250 }, (_none, n) => done("l", "c", `e${n}`));
  const page = await visit(lesson(), {}, many);
  assert.deepEqual(page.sent().map(({ body }) => body.events.length), [100, 100, 51]);
  assert.deepEqual(page.kept(), []);
});

test("an event that the server cannot read does not hold up the others", async () => {
  const answer = (path, body) => {
    if (path !== EVENTS) return state();
    return body.events.some(({ id }) => id === "bad") ? { status: 422, json: { message: "?" } } : server()(path, body);
  };
  const page = await visit(lesson(), { answer }, [done("l", "c", "good"), done("l", "c", "bad"), done("l", "c", "fine")]);
  assert.deepEqual(page.kept(), []);
  assert.deepEqual(page.sent().map(({ body }) => body.events.length), [4, 1, 1, 1, 1]);
});

test("what somebody else did on this device is neither sent nor lost", async () => {
  const page = await visit(lesson(), {}, [done("other", "c", "x")]);
  assert.deepEqual(page.kept().map(({ learner }) => learner), ["other"]);
  assert.ok(page.sent().every(({ body }) => body.events.every(({ id }) => id !== "x")));
});

test("events of another course are sent from any page, and a private page is drawn again, once", async () => {
  const page = await visit(h("main"), {}, [done("l", "elsewhere", "x")]);
  assert.equal(page.sent()[0].body.course, "elsewhere");
  assert.equal(page.reloads, 1);
  const again = await visit(h("main"), {}, page.kept());
  assert.equal(again.reloads, 0);
});

test("cards of courses show how far somebody is", async () => {
  const card = (key) => h("article", { "data-course-card": key }, progress());
  const answer = () => ({ courses: { c: { done: 1, total: 2, label: "1 of 2 steps" } } });
  const page = await visit([card("c"), card("d")], { answer });
  const [mine, other] = page.root.querySelectorAll("[data-progress]");
  assert.equal(mine.textContent, "1 of 2 steps");
  assert.equal(mine.hidden, false);
  assert.equal(other.hidden, true);
});

test("staff get their way to the editor, readers do not", async () => {
  const staff = await visit(lesson(), { answer: server(state({ edit_url: "/admin/1/", edit_label: "Edit" })) });
  assert.equal(staff.root.querySelector('[href="/admin/1/"]').textContent, "Edit");
  assert.ok(staff.root.querySelector('[data-staff-links] [href="/admin/1/"]'));
  const reader = await visit(lesson());
  assert.equal(reader.root.textContent.includes("Edit"), false);
});

/** Open a page in a browser that keeps nothing: its storage refuses, or is not there. */
async function visitWithoutStorage(storage, answer) {
  const page = open(lesson(), { ...HINT, answer });
  globalThis.localStorage = storage;
  await run("learner.js");
  return page;
}

const refuse = () => {
  throw new Error("storage is off");
};
const WITHOUT_STORAGE = {
  refuses: { getItem: refuse, setItem: refuse, removeItem: refuse },
  "is full": { getItem: () => null, setItem: refuse, removeItem: () => {} },
  "is not there": null,
};
for (const [how, storage] of Object.entries(WITHOUT_STORAGE)) {
  test(`where the storage ${how}, a mark is sent at once`, async () => {
    const page = await visitWithoutStorage(storage, server());
    assert.equal(page.root.querySelector("[data-progress]").hidden, false);
    await click(page);
    await settled();
    assert.deepEqual(page.asked.filter(({ path }) => path === EVENTS).map(({ body }) => body.events.map(({ type }) => type)), [
      ["resume"],
      ["done"]
    ]);
    assert.deepEqual(page.went, ["/three/"]);
  });

  test(`where the storage ${how} and nothing can be sent, the private page is opened, and it is said`, async () => {
    const lost = (path) => (path === EVENTS ? 503 : state());
    const page = await visitWithoutStorage(storage, lost);
    await click(page);
    await settled();
    assert.deepEqual(page.went, ["/record/"]);
    assert.equal(page.root.querySelector("[data-step-status]").textContent, "Not kept");
  });
}

test("a request that is never answered ends, and the mark waits on the device", async (t) => {
  const ends = new AbortController();
  t.mock.method(AbortSignal, "timeout", () => ends.signal);
  const hangs = (path, body) => (body?.events[0].type === "done" ? new Promise(() => {}) : server()(path, body));
  const page = await visit(lesson(), { answer: hangs });
  const clicked = click(page);
  await settled();
  assert.deepEqual(page.went, []);
  ends.abort(new Error("too long"));
  await clicked;
  assert.deepEqual(page.went, ["/three/"]);
  assert.deepEqual(page.kept().map(({ event }) => event.type), ["done"]);
});

test("a mark of somebody else says nothing to whoever reads now, whose place drops nobody else's", async () => {
  const place = { learner: "other", course: "c", event: { id: "p", type: "resume", step: "s", at: "2026-01-01" } };
  const page = await visit(lesson(), {}, [done("other", "c", "x"), place]);
  assert.equal(page.root.querySelector("[data-step-status]").textContent, "");
  assert.deepEqual(page.kept().map(({ event }) => event.id), ["x", "p"]);
});
