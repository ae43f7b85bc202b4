// Counts the libraries ticked for a comparison, which takes two to eight.
export function comparing() {
  const form = document.querySelector("form[data-compare]");
  if (!form) return;
  const count = form.querySelector("[data-count]");
  const button = form.querySelector("button");
  const boxes = [...form.querySelectorAll("input[name=entity]")];
  const update = () => {
    const ticked = boxes.filter((box) => box.checked).map((box) => box.parentElement.textContent.trim());
    button.disabled = ticked.length < 2 || ticked.length > 8;
    count.textContent =
      ticked.length > 8 ? `${ticked.length} selected; a comparison takes at most eight`
      : ticked.length ? `${ticked.join(", ")}${ticked.length === 1 ? ": select at least one more" : ""}`
      : "Select two to eight libraries";
  };
  count.setAttribute("aria-live", "polite");
  form.addEventListener("change", update);
  window.addEventListener("pageshow", update);
}
