/** Sends what waits on this device, and forgets what the server has answered for. */
import { keep, kept } from "./queue.js";
import { get, send } from "./server.js";

const MOST_AT_ONCE = 100;

/** Send what waits for this learner and course. Returns the last answer. */
export async function flush(state, course) {
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

/** Send what waits of other courses, and of this one when the page is not one of its own. Returns whether anything arrived. */
export async function flushOthers(current) {
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
