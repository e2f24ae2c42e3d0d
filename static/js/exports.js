/**
 * Admin, /admin/exports/: while a file is being written, asks for the page again and puts its table in place of this one.
 * Only the end is said to screen readers, by a live region that stays: a new one, put in with its words, is not read.
 */
const EVERY = 2000;

function say(state) {
  const region = document.querySelector("[data-exports-said]");
  if (region && state) region.textContent = state.textContent.trim().replace(/\s+/g, " ");
}

async function refresh() {
  const here = document.querySelector("[data-exports]");
  if (!here || here.dataset.underWay !== "yes") return;
  // A button that someone is about to press is not taken away from under the finger.
  if (!document.hidden && !here.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-exports]");
      if (answer.ok && fresh) {
        here.replaceWith(fresh);
        if (fresh.dataset.underWay !== "yes") say(fresh.querySelector("[data-state]"));
      }
    } catch {
      // Offline: the next time will tell.
    }
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
