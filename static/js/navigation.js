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
    const stays = keep([...kept(), { learner: state.learner, course, event: makeEvent("done", link.dataset.done) }]);
    const answer = await flush(state, course);
    if (answer?.wait && !stays) {
      // Neither sent nor kept: the private page has a form for it.
      status.textContent = status.dataset.lost;
      location.assign(link.href);
      return;
    }
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

/** Say on a step's page that something still waits to be sent: of this learner, or of anyone while nobody knows who it is. */
export function sayWaiting(region, learner) {
  const status = region?.querySelector("[data-step-status]");
  const waits = (entry) => entry.event.type === "done" && (!learner || entry.learner === learner);
  if (status && kept().some(waits)) status.textContent = status.dataset.waiting;
}
