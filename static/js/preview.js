/** Shows a name as it will be printed, while it is typed; the server draws the same when asked to. */
for (const input of document.querySelectorAll("[data-preview-of]")) {
  const preview = document.querySelector(`[data-preview="${input.dataset.previewOf}"]`);
  if (!preview) continue;
  const box = preview.closest("[data-preview-box]");
  const show = () => {
    preview.textContent = input.value.normalize("NFC").trim().replace(/\s+/g, " ");
    if (box) box.hidden = !preview.textContent;
  };
  input.addEventListener("input", show);
  show();
}
