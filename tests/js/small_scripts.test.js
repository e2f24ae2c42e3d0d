/** The scripts of one form each: the ungraded check, the preview of a name, a passkey, the list of exports. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { h, open, put, run, settled } from "./page.js";

function check(rightOnes) {
  const option = (n) => h("input", { "data-check-option": "", type: "checkbox", value: n });
  const answer = (n) => h("li", { "data-check-answer": "", ...(rightOnes.includes(n) ? { "data-correct": "" } : {}) }, `answer ${n}`);
  const verdicts = { "data-right": "Right", "data-wrong": "Not quite", "data-none": "Choose first" };
  return h(
    "form", { class: "check", "data-check": "" },
    option(0),
    option(1),
    h("button", { "data-check-button": "", hidden: "", disabled: "" }, "Check"),
    h("div", { class: "check-result", "data-check-result": "", ...verdicts }),
    h("details", {}, h("ul", {}, answer(0), answer(1))),
  );
}

async function checked(rightOnes, chosen) {
  const form = check(rightOnes);
  open(form);
  await run("check.js");
  form.querySelectorAll("[data-check-option]").forEach((input, n) => (input.checked = chosen.includes(n)));
  const event = await form.dispatch("submit");
  assert.ok(event.prevented, "the form is not sent");
  return form.querySelector("[data-check-result]");
}

test("the check says right only for all of the right options and no others", async () => {
  const right = await checked([0, 1], [0, 1]);
  assert.equal(right.all("strong")[0].textContent, "Right");
  assert.equal(right.className, "check-result success");
  assert.equal(right.textContent, "Rightanswer 0answer 1");
  const half = await checked([0, 1], [0]);
  assert.equal(half.textContent, "Not quiteanswer 0");
  assert.equal(half.className, "check-result warning");
  assert.equal((await checked([0], [])).textContent, "Choose first");
});

test("the check can be answered again", async () => {
  const form = check([0]);
  open(form);
  await run("check.js");
  const [first, second] = form.querySelectorAll("[data-check-option]");
  second.checked = true;
  await form.dispatch("submit");
  Object.assign(first, { checked: true });
  Object.assign(second, { checked: false });
  await form.dispatch("submit");
  assert.equal(form.querySelector("[data-check-result]").textContent, "Rightanswer 0");
});

test("the check shows its button and says that it works", async () => {
  const form = check([0]);
  const page = open(form);
  await run("check.js");
  assert.equal(form.all("button")[0].hidden, false);
  assert.equal(form.all("button")[0].disabled, false);
  assert.equal(form.className, "check is-live");
  assert.equal(page.root.className, "js");
});

test("a name is shown as it will be printed, while it is typed, and its box only with a name", async () => {
  const input = h("input", { "data-preview-of": "name", value: "" });
  const shown = h("p", { "data-preview": "name" });
  const box = h("div", { "data-preview-box": "" }, shown);
  open([input, box, h("input", { "data-preview-of": "nothing" })]);
  await run("preview.js");
  assert.equal(box.hidden, true);
  input.value = "  Ñandu\u0301   Crève ";
  await input.dispatch("input");
  assert.equal(shown.textContent, "Ñandú Crève");
  assert.equal(box.hidden, false);
});

function passkeyPage(kind) {
  const options = JSON.stringify({ publicKey: { challenge: "AQID", user: { id: "-_8" }, allowCredentials: [{ id: "BA" }] } });
  const failed = h("div", { "data-passkey-failed": "", hidden: "" });
  const form = h("form", { "data-passkey": kind, "data-options": options, hidden: "" }, h("input", { name: "credential" }), failed);
  return { form, failed, instead: h("p", { "data-no-passkey": "" }) };
}

test("a passkey is shown with bytes where the server wrote text, and its answer is sent as text", async () => {
  const { form, failed, instead } = passkeyPage("get");
  open([form, instead]);
  const bytes = Uint8Array.from([251, 255]).buffer;
  let given;
  put("PublicKeyCredential", class {});
  const get = async ({ publicKey }) => ((given = publicKey), { id: "x", response: { signature: bytes } });
  put("navigator", { credentials: { get } });
  await run("passkey.js");
  assert.equal(form.hidden, false);
  assert.equal(instead.hidden, true);
  await form.dispatch("submit");
  assert.deepEqual([...given.challenge], [1, 2, 3]);
  assert.deepEqual([...given.user.id], [251, 255]);
  assert.deepEqual([...given.allowCredentials[0].id], [4]);
  assert.deepEqual(JSON.parse(form.elements.credential.value), { id: "x", response: { signature: "-_8" } });
  assert.equal(form.submitted, 1);
  assert.equal(failed.hidden, true);
});

test("a passkey that was stopped is said, and nothing is sent", async () => {
  const { form, failed, instead } = passkeyPage("create");
  open([form, instead]);
  put("PublicKeyCredential", class {});
  put("navigator", { credentials: { create: () => Promise.reject(new Error("stopped")) } });
  await run("passkey.js");
  await form.dispatch("submit");
  assert.equal(failed.hidden, false);
  assert.equal(form.submitted, 0);
});

test("where there can be no passkey the form stays away", async () => {
  const { form, instead } = passkeyPage("get");
  open([form, instead], { hostname: "127.0.0.1" });
  put("PublicKeyCredential", class {});
  await run("passkey.js");
  assert.equal(form.hidden, true);
  assert.equal(instead.hidden, false);
});

const exportsTable = (underWay, words) =>
  h("div", { "data-exports": "", "data-under-way": underWay }, h("p", { "data-state": "" }, words), h("button", {}, "Stop"));

async function exportsPage(t, focusInside) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const table = exportsTable("yes", "1 of 3 rows");
  const page = open([h("p", { "data-exports-said": "" }), table], { answer: () => "fresh" });
  const fresh = h("html", {}, exportsTable("no", "  Ready:\n 3 rows. "));
  put("DOMParser", class {
    parseFromString = () => fresh;
  });
  if (focusInside) page.document.activeElement = table.all("button")[0];
  await run("exports.js");
  t.mock.timers.tick(2000);
  await settled();
  return page;
}

test("the list of exports is put in anew, and its end is said", async (t) => {
  const page = await exportsPage(t, false);
  assert.equal(page.root.querySelectorAll("[data-under-way]").length, 1);
  assert.equal(page.root.querySelector("[data-under-way]").dataset.underWay, "no");
  assert.equal(page.root.querySelector("[data-exports-said]").textContent, "Ready: 3 rows.");
  t.mock.timers.tick(2000);
  await settled();
  t.mock.timers.tick(2000);
  await settled();
  assert.equal(page.asked.length, 1, "it stops asking when all is written");
});

test("the list of exports is not taken away from under a finger", async (t) => {
  const page = await exportsPage(t, true);
  assert.equal(page.asked.length, 0);
  page.document.activeElement = page.root;
  t.mock.timers.tick(2000);
  await settled();
  assert.equal(page.asked.length, 1);
});
