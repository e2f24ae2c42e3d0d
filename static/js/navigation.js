/** Goes on from a step that is done, without the private page in between, and says what still waits to be sent. */
import { keep, kept, makeEvent } from "./queue.js";
import { flush } from "./sending.js";

/** Let "Mark as done and continue" work in place: keep, send, go on. Without an enrolment the link leads to the record. */
export function takeOver(region, state, course) {
  const link = region.querySelector("[data-done]");
  if (!link || !state.enrolment) return;
  const status = region.querySelector("[data-step-status]");
  link.addEventListener("click", async (click) => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.button) return;
    click.preventDefault();
    link.setAttribute("aria-disabled", "true");
    keep([...kept(), { learner: state.learner, course, event: makeEvent("done", link.dataset.done) }]);
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

/** Say on a step's page that something still waits to be sent. */
export function sayWaiting(region) {
  const status = region?.querySelector("[data-step-status]");
  if (status && kept().some((entry) => entry.event.type === "done")) status.textContent = status.dataset.waiting;
}
