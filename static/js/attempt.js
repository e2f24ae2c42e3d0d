/**
 * Keeps the answers of an open assessment as they are given. Without it, "Keep and go on later" does the same.
 *
 * Only questions that were touched here are sent, one request at a time, so that a second tab or a slow connection
 * can never put an older answer over a newer one.
 */
import { patience } from "./server.js";

const form = document.querySelector("[data-attempt]");
const status = form?.querySelector("[data-attempt-status]");
const token = form?.elements.csrfmiddlewaretoken;
const touched = new Set();
let sending = false;
let timer = 0;
/** What is done as soon as the answer to the request under way is here. */
let afterwards = null;

/** How the answer to a question is read, by what its page says under data-answer. An answer is always a list of strings. */
const READ = {
  chosen: (question) => [...question.querySelectorAll("[data-option]")].filter((option) => option.checked).map((option) => option.value),
};

function answers(questions) {
  return Object.fromEntries([...questions].map((question) => [question.dataset.question, READ[question.dataset.answer](question)]));
}

function post(body) {
  return fetch(`/learning/api/attempts/${form.dataset.attempt}/answers`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token.value, "Accept-Language": document.documentElement.lang },
    body: JSON.stringify({ answers: body }),
    signal: patience(),
  });
}

/** Take the token of a session that began after this page was drawn. Returns whether there is one. */
async function renewToken() {
  const state = await (await fetch(form.dataset.state, { cache: "no-store", signal: patience() })).json();
  if (!state.csrf || state.csrf === token.value) return false;
  token.value = state.csrf;
  return true;
}

async function keep() {
  if (sending || !touched.size) return;
  sending = true;
  const questions = new Set(touched);
  touched.clear();
  try {
    let answer = await post(answers(questions));
    if (answer.status === 403 && (await renewToken())) answer = await post(answers(questions));
    if (answer.ok) status.textContent = form.dataset.kept;
    else if (answer.status === 401 || answer.status === 403) status.textContent = form.dataset.signedOut;
    else status.textContent = (await answer.json()).message ?? form.dataset.notKept;
  } catch {
    for (const question of questions) touched.add(question);
    status.textContent = form.dataset.notKept;
    later(5000);
  }
  sending = false;
  if (afterwards) return afterwards();
  if (touched.size && !timer) later(300);
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = 0;
    keep();
  }, milliseconds);
}

/** Ask before the page is left with answers that are not kept yet; a form that is sent takes them along. */
let isSent = false;
form?.addEventListener("submit", (event) => {
  clearTimeout(timer);
  isSent = true;
  if (!sending) return;
  // An answer under way could arrive after the form, and put an older one over a newer: the form waits for it.
  event.preventDefault();
  afterwards = () => {
    afterwards = null;
    form.requestSubmit(event.submitter);
  };
});
addEventListener("beforeunload", (leaving) => {
  if (form && !isSent && (touched.size || sending)) leaving.preventDefault();
});

form?.addEventListener("change", (event) => {
  const question = event.target.closest("[data-answer]");
  if (!question) return;
  touched.add(question);
  // Sent with the form too, even if it is changed back to what the page was drawn with.
  form.elements[`was-${question.dataset.question}`].value = "*";
  later(300);
});
