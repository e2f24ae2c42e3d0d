/** Keeps the answers of an open assessment as they are given. Without it, "Keep and go on later" does the same. */
const form = document.querySelector("form[data-attempt]");
const status = form?.querySelector("[data-attempt-status]");
let timer = 0;

function answers() {
  const given = {};
  for (const asked of form.querySelectorAll('input[name="asked"]')) given[asked.value.slice(2)] = [];
  for (const input of form.querySelectorAll('input[name^="q-"]:checked')) given[input.name.slice(2)].push(input.value);
  return given;
}

async function keep() {
  try {
    const answer = await fetch(`/learning/api/attempts/${form.dataset.attempt}/answers`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value,
        "Accept-Language": document.documentElement.lang,
      },
      body: JSON.stringify({ answers: answers() }),
    });
    if (answer.ok) status.textContent = form.dataset.kept;
    else if (answer.status === 401 || answer.status === 403) status.textContent = form.dataset.signedOut;
    else status.textContent = (await answer.json()).message ?? form.dataset.notKept;
  } catch {
    status.textContent = form.dataset.notKept;
    timer = setTimeout(keep, 5000);
  }
}

form?.addEventListener("change", () => {
  clearTimeout(timer);
  timer = setTimeout(keep, 300);
});
