/**
 * The queue of events on this device. What cannot be sent stays here, under the account that did it, until the server
 * says that it is stored; sending twice does no harm.
 */
const QUEUE = "puente-queue";

/** Return the events kept on this device: [{learner, course, event}]. */
export function kept() {
  try {
    return JSON.parse(localStorage.getItem(QUEUE)) ?? [];
  } catch {
    return [];
  }
}

/** Keep these events, and no others. */
export function keep(entries) {
  try {
    if (entries.length) localStorage.setItem(QUEUE, JSON.stringify(entries));
    else localStorage.removeItem(QUEUE);
  } catch {
    // A browser that keeps nothing still sends at once.
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
