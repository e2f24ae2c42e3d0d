/** What happens when somebody who is signed in opens a page: send what waits, ask for the state, paint it, take over the links. */
import { sayWaiting, takeOver } from "./navigation.js";
import { paintCourse, paintEdit, paintProgress } from "./painting.js";
import { keep, kept, makeEvent } from "./queue.js";
import { flush, flushOthers } from "./sending.js";
import { get } from "./server.js";

const region = document.querySelector("[data-course]");
const cards = [...document.querySelectorAll("[data-course-card]")];

async function showCards() {
  const { courses } = await get("/learning/api/state");
  for (const card of cards) {
    const summary = courses[card.dataset.courseCard];
    const box = card.querySelector("[data-progress]");
    if (summary && box) paintProgress(box, summary);
  }
}

/** Return the key of the step that this page is. */
function currentStep() {
  const rows = [...region.querySelectorAll("[data-step]")];
  return rows.find((row) => row.getAttribute("aria-current") === "page")?.dataset.step;
}

/** Send where somebody reads now; only the newest of it waits. Returns the state, with what the server answered. */
async function sendPlace(state, course, step) {
  const same = (entry) => entry.event.type === "resume" && entry.course === course && entry.learner === state.learner;
  const others = kept().filter((entry) => !same(entry));
  keep([...others, { learner: state.learner, course, event: makeEvent("resume", step) }]);
  const answer = await flush(state, course);
  if (!answer?.state) return state;
  return { ...state, enrolment: { ...state.enrolment, ...answer.state.enrolment, resume: state.enrolment.resume } };
}

async function showCourse() {
  const course = region.dataset.course;
  const step = currentStep();
  let state = await get(`/learning/api/state/${course}`);
  if (!state.signed_in) return;
  if (step && state.enrolment) state = await sendPlace(state, course, step);
  if (state.enrolment) paintCourse(region, state.enrolment);
  paintEdit(state);
  takeOver(region, state, course);
  sayWaiting(region, state.learner);
  addEventListener("online", () => flush(state, course));
}

async function start() {
  const arrived = await flushOthers(region?.dataset.course).catch(() => false);
  // A private page was drawn before these events arrived: draw it again, once.
  if (arrived && !region && !cards.length) return location.reload();
  if (cards.length) await showCards();
  if (region) await showCourse();
}

if (region || cards.length || kept().length) start().catch(() => sayWaiting(region));
