/**
 * Paints what a learner did over pages that are the same bytes for everyone.
 *
 * Nothing is asked of the server unless the signed-in hint is there. What cannot be sent stays on this device, under
 * the account that did it, until the server says that it is stored; sending twice does no harm.
 */
const HINT = /(?:^|; )puente_signed_in=1/;
const QUEUE = "puente-queue";
const MOST_AT_ONCE = 100;

const here = document.documentElement.lang;
const region = document.querySelector("[data-course]:not(.card)");
const cards = [...document.querySelectorAll(".card[data-course]")];

/** Return the events kept on this device: [{learner, course, event}]. */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(QUEUE)) ?? [];
  } catch {
    return [];
  }
}

function keep(entries) {
  try {
    if (entries.length) localStorage.setItem(QUEUE, JSON.stringify(entries));
    else localStorage.removeItem(QUEUE);
  } catch {
    // A browser that keeps nothing still sends at once.
  }
}

async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json", "Accept-Language": here }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Send events of one course. Returns the answer; `wait` in it when they must wait for a connection or a session. */
async function send(state, course, events) {
  try {
    const answer = await fetch("/learning/api/events", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": state.csrf, "Accept-Language": here },
      body: JSON.stringify({ course, events }),
    });
    if (answer.ok) return answer.json();
    if (answer.status === 401 || answer.status === 403 || answer.status >= 500) return { wait: true };
    if (events.length === 1) return { refused: [{ id: events[0].id, message: (await answer.json()).message }] };
    // One of them is not acceptable: find out which, so that it does not hold up the others.
    let last = {};
    for (const one of events) {
      last = await send(state, course, [one]);
      if (last.wait) return last;
    }
    return last;
  } catch {
    return { wait: true };
  }
}

/** Send what waits on this device for this learner and course; forget what the server has answered for. Returns the last answer. */
async function flush(state, course) {
  const mine = (entry) => entry.learner === state.learner && entry.course === course;
  let newest = null;
  for (let rest = kept().filter(mine); rest.length; rest = rest.slice(MOST_AT_ONCE)) {
    const batch = rest.slice(0, MOST_AT_ONCE);
    const answer = await send(state, course, batch.map((entry) => entry.event));
    if (answer.wait) return answer;
    const answered = new Set(batch.map((entry) => entry.event.id));
    keep(kept().filter((entry) => !answered.has(entry.event.id)));
    newest = answer;
  }
  return newest;
}

function event(type, step) {
  return { id: crypto.randomUUID?.() ?? fallbackId(), type, step, at: new Date().toISOString() };
}

/** crypto.randomUUID exists only on https and localhost. */
function fallbackId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function paintProgress(place, summary) {
  const box = place.matches?.("[data-progress]") ? place : place.querySelector("[data-progress]");
  if (!box) return;
  const bar = box.querySelector("progress");
  if (bar) {
    bar.max = summary.total || 1;
    bar.value = summary.done;
  }
  const label = box.querySelector("[data-progress-label]");
  if (label) label.textContent = summary.label;
  box.hidden = false;
}

/** Whether a set of slots, as hexadecimal digits with the highest slots first, holds a slot. */
function holds(digits, slot) {
  const digit = digits[digits.length - 1 - Math.floor(slot / 4)];
  return digit !== undefined && Boolean((parseInt(digit, 16) >> slot % 4) & 1);
}

/** Mark the rows of the outline: done, or new and not needed. The words are in the page, in its language. */
function paintOutline(enrolment) {
  for (const row of region.querySelectorAll("[data-slot]")) {
    const slot = Number(row.dataset.slot);
    const state = holds(enrolment.done, slot) ? "done" : holds(enrolment.counts, slot) ? "" : "new";
    const words = row.closest("[data-outline]")?.dataset;
    row.dataset.state = state;
    const tick = row.querySelector(".tick");
    tick.replaceChildren();
    if (state && words) {
      const spoken = document.createElement("span");
      spoken.className = "visually-hidden";
      spoken.textContent = state === "done" ? words.labelDone : words.labelNew;
      tick.append(spoken);
      if (state === "new") row.title = words.labelNew;
    }
  }
}

function relabel(link, url, label) {
  link.href = url;
  link.firstChild.textContent = label;
}

function paint(state) {
  const enrolment = state.enrolment;
  if (!enrolment) return;
  paintOutline(enrolment);
  for (const box of region.querySelectorAll("[data-progress]")) paintProgress(box, enrolment.summary);
  const start = region.querySelector("[data-start] a");
  if (start && enrolment.resume) {
    const { slot, url, label } = enrolment.resume;
    // The page has the address of what it shows; for the rest the server looks it up.
    relabel(start, region.querySelector(`a[data-slot="${slot}"]`)?.href ?? url, label);
  }
  const enrol = region.querySelector("[data-enrol] a");
  if (enrol) relabel(enrol, enrolment.url, enrolment.label);
}

/** Let "Mark as done and continue" work in place: keep, send, go on. Without an enrolment the link leads to the record. */
function takeOver(state, course) {
  const link = region.querySelector("a[data-done]");
  if (!link || !state.enrolment) return;
  const status = region.querySelector("[data-step-status]");
  link.addEventListener("click", async (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button) return;
    click.preventDefault();
    link.setAttribute("aria-disabled", "true");
    keep([...kept(), { learner: state.learner, course, event: event("done", link.dataset.done) }]);
    const answer = await flush(state, course);
    const refusal = answer?.refused?.[0];
    if (refusal) {
      status.textContent = refusal.message;
      link.removeAttribute("aria-disabled");
      return;
    }
    // Without a connection the mark waits on this device; the next page says so and tries again.
    const finished = answer?.state?.enrolment?.completed && !state.enrolment.completed;
    location.assign(finished ? answer.state.enrolment.finish_url : link.closest("[data-next]").dataset.next);
  });
}

/** Staff get their way to the editor from the state document, never from the page. */
function paintEdit(state) {
  if (!state.edit_url) return;
  const link = document.createElement("a");
  link.href = state.edit_url;
  link.textContent = state.edit_label;
  link.className = "edit-link";
  document.querySelector(".site-footer .wrap")?.append(link);
}

/** Send what waits of other courses, and of this one when the page is not one of its own. Returns whether anything arrived. */
async function flushOthers(current) {
  let arrived = false;
  for (const course of new Set(kept().map((entry) => entry.course))) {
    if (course === current) continue;
    const state = await get(`/learning/api/state/${course}`);
    if (!state.signed_in) return arrived;
    const answer = await flush(state, course);
    arrived ||= Boolean(answer?.accepted?.length);
  }
  return arrived;
}

/** Say on a step's page that something still waits to be sent. */
function sayWaiting() {
  const status = region?.querySelector("[data-step-status]");
  if (status && kept().some((entry) => entry.event.type === "done")) status.textContent = status.dataset.waiting;
}

async function start() {
  const arrived = await flushOthers(region?.dataset.course).catch(() => false);
  // A private page was drawn before these events arrived: draw it again, once.
  if (arrived && !region && !cards.length) return location.reload();
  if (cards.length) {
    const { courses } = await get("/learning/api/state");
    for (const card of cards) {
      const summary = courses[card.dataset.course];
      if (summary) paintProgress(card, summary);
    }
  }
  if (!region) return;
  const course = region.dataset.course;
  const step = region.querySelector('[data-step][aria-current="page"]')?.dataset.step;
  let state = await get(`/learning/api/state/${course}`);
  if (!state.signed_in) return;
  if (step && state.enrolment) {
    keep([...kept().filter((entry) => entry.event.type !== "resume" || entry.course !== course), { learner: state.learner, course, event: event("resume", step) }]);
    const answer = await flush(state, course);
    if (answer?.state) state = { ...state, enrolment: { ...state.enrolment, ...answer.state.enrolment, resume: state.enrolment.resume } };
  }
  paint(state);
  paintEdit(state);
  takeOver(state, course);
  sayWaiting();
  addEventListener("online", () => flush(state, course));
}

if (HINT.test(document.cookie) && (region || cards.length || kept().length)) start().catch(sayWaiting);
