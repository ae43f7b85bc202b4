// Says something to screen readers, without moving the focus.
export function tell(text) {
  document.getElementById("told").textContent = text;
}
