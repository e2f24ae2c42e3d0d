/** Shows a name as it will be printed, while it is typed. */
for (const input of document.querySelectorAll("[data-preview-of]")) {
  const preview = document.querySelector(`[data-preview="${input.dataset.previewOf}"]`);
  if (!preview) continue;
  const show = () => {
    preview.textContent = input.value.normalize("NFC").trim().replace(/\s+/g, " ");
  };
  input.addEventListener("input", show);
  show();
}
