/** The ungraded check of a lesson: answers from what the page already holds; sends and keeps nothing. */
document.documentElement.classList.add("js");

/** Show whether the chosen options are the right ones, and what each of them teaches. */
function answer(form, answers) {
  const result = form.querySelector("[data-check-result]");
  const chosen = [...form.querySelectorAll("[data-check-option]")].map((input) => input.checked);
  const right = answers.every((item, n) => "correct" in item.dataset === chosen[n]);
  const verdict = !chosen.includes(true) ? "none" : right ? "right" : "wrong";
  const heading = document.createElement("p");
  const list = document.createElement("ul");
  const words = document.createElement("strong");
  words.textContent = result.dataset[verdict];
  heading.append(words);
  list.setAttribute("role", "list");
  answers.forEach((item, n) => chosen[n] && list.append(item.cloneNode(true)));
  result.className = `check-result ${{ right: "success", wrong: "warning" }[verdict] ?? ""}`;
  result.replaceChildren(heading, ...(list.hasChildNodes() ? [list] : []));
}

for (const form of document.querySelectorAll("[data-check]")) {
  const answers = [...form.querySelectorAll("[data-check-answer]")];
  const button = form.querySelector("[data-check-button]");
  button.hidden = button.disabled = false;
  form.classList.add("is-live");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form, answers);
  });
}
