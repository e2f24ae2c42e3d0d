/**
 * The queue of events on this device. What cannot be sent stays here, under the account that did it, until the server
 * says that it is stored; sending twice does no harm.
 */
const QUEUE = "puente-queue";
/** What this page alone holds, once the browser has refused to keep something; null before that. */
let held = null;

/** Return the events kept on this device: [{learner, course, event}]. */
export function kept() {
  if (held) return held;
  try {
    return JSON.parse(localStorage.getItem(QUEUE)) ?? [];
  } catch {
    return [];
  }
}

/** Keep these events, and no others. Returns whether they stay when this page is left. */
export function keep(entries) {
  held = null;
  try {
    if (entries.length) localStorage.setItem(QUEUE, JSON.stringify(entries));
    else localStorage.removeItem(QUEUE);
    return true;
  } catch {
    held = entries;
    return !entries.length;
  }
}

/** Return a new event: a step is done, or somebody reads it now ("resume"). */
export function makeEvent(type, step) {
  return { id: crypto.randomUUID?.() ?? makeId(), type, step, at: new Date().toISOString() };
}

/** crypto.randomUUID exists only on https and localhost. */
function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
