/** What is asked of the server, and told to it: the state of a learner, and events of one course. */
const language = document.documentElement.lang;
/** How long an answer is waited for, in milliseconds. Old browsers wait as long as they do. */
const PATIENCE = 15_000;

/** Return what ends a request that is never answered. */
export const patience = () => AbortSignal.timeout?.(PATIENCE);

/** Return what the server says at an address; anything but a good answer is an error. */
export async function get(path) {
  const headers = { Accept: "application/json", "Accept-Language": language };
  const answer = await fetch(path, { headers, cache: "no-store", signal: patience() });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Send events of one course. Returns the answer; `wait` in it when they must wait for a connection or a session. */
export async function send(state, course, events) {
  try {
    const answer = await fetch("/learning/api/events", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": state.csrf, "Accept-Language": language },
      body: JSON.stringify({ course, events }),
      signal: patience(),
    });
    if (answer.ok) return await answer.json();
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
