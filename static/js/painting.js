/** Paints what a learner did over the page: ticks, progress, where to go on. The words of the page are in its language. */

/** Show how far somebody is. */
export function paintProgress(box, summary) {
  const bar = box.querySelector("[data-progress-bar]");
  if (bar) {
    bar.max = summary.total || 1;
    bar.value = summary.done;
  }
  const label = box.querySelector("[data-progress-label]");
  if (label) label.textContent = summary.label;
  box.hidden = false;
}

/** Whether a set of slots, as hexadecimal digits with the highest slots first, holds a slot. */
export function holds(digits, slot) {
  const digit = digits[digits.length - 1 - Math.floor(slot / 4)];
  return digit !== undefined && Boolean((parseInt(digit, 16) >> slot % 4) & 1);
}

/** Mark the rows of the outline: done, or new and not needed. */
function paintOutline(region, enrolment) {
  for (const row of region.querySelectorAll("[data-slot]")) {
    const slot = Number(row.dataset.slot);
    const state = holds(enrolment.done, slot) ? "done" : holds(enrolment.counts, slot) ? "" : "new";
    const words = row.closest("[data-outline]")?.dataset;
    row.dataset.state = state;
    const tick = row.querySelector("[data-tick]");
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
  link.textContent = label;
}

/** Return the page's own address of a step; nothing where the page does not link to it. */
function addressOf(region, slot) {
  return [...region.querySelectorAll(`[data-slot="${slot}"]`)].find((row) => row.href)?.href;
}

/** Paint the part of the page that is about one course. */
export function paintCourse(region, enrolment) {
  paintOutline(region, enrolment);
  for (const box of region.querySelectorAll("[data-progress]")) paintProgress(box, enrolment.summary);
  const start = region.querySelector("[data-start]");
  if (start && enrolment.resume) {
    const { slot, url, label } = enrolment.resume;
    // For a step that the page does not show the server has looked up the address.
    relabel(start, addressOf(region, slot) ?? url, label);
  }
  const enrol = region.querySelector("[data-enrol]");
  if (enrol) relabel(enrol, enrolment.url, enrolment.label);
}

/** Staff get their way to the editor from the state document, never from the page. */
export function paintEdit(state) {
  if (!state.edit_url) return;
  const link = document.createElement("a");
  link.href = state.edit_url;
  link.textContent = state.edit_label;
  link.className = "edit-link";
  document.querySelector("[data-staff-links]")?.append(link);
}
