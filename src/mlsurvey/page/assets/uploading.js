// Says before sending that files are too large together: the service would break off while they are sent.
export function uploading() {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const most = Number(form.dataset.upload);
  const fault = form.querySelector("[data-fault]");
  const check = () => {
    const size = [...form.elements.files.files].reduce((sum, file) => sum + file.size, 0);
    const isOver = size > most - 4096; // the names take room too
    fault.hidden = !isOver;
    fault.textContent = isOver ? `${size.toLocaleString()} bytes are too many at once: at most ${most.toLocaleString()}. Choose fewer files.` : "";
    return !isOver;
  };
  form.addEventListener("change", check);
  form.addEventListener("submit", (event) => {
    if (!check()) event.preventDefault();
  });
}
