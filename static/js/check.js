/** The ungraded check of a lesson: answers from what the page already holds; sends and keeps nothing. */
document.documentElement.classList.add("js");

/** Show whether the chosen options are the right ones, and what each of them teaches. */
function answer(form) {
  const result = form.querySelector(".check-result");
  const answers = [...form.querySelectorAll("details li")];
  const chosen = [...form.querySelectorAll("input")].map((input) => input.checked);
  const right = answers.every((item, n) => "correct" in item.dataset === chosen[n]);
  const verdict = !chosen.includes(true) ? "none" : right ? "right" : "wrong";
  const heading = document.createElement("p");
  const list = document.createElement("ul");
  heading.append(document.createElement("strong"));
  heading.firstChild.textContent = result.dataset[verdict];
  list.setAttribute("role", "list");
  answers.forEach((item, n) => chosen[n] && list.append(item.cloneNode(true)));
  result.className = `check-result ${{ right: "success", wrong: "warning" }[verdict] ?? ""}`;
  result.replaceChildren(heading, ...(list.hasChildNodes() ? [list] : []));
}

for (const form of document.querySelectorAll("[data-check]:not(.is-live)")) {
  const button = form.querySelector("button");
  button.hidden = button.disabled = false;
  form.classList.add("is-live");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(form);
  });
}
