// Copies an answer with its sources, or a link that gives the same answer again.
import { tell } from "./telling.js";

export function copiers() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(wanted(button), button));
  }
}

async function wanted(button) {
  if (button.dataset.copy === "link") return window.location.href;
  const response = await fetch(button.dataset.from);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.text();
}

export async function copy(text, button) {
  let told = "Copied";
  try {
    await write(await text);
  } catch {
    told = "Could not copy";
  }
  const name = button.textContent;
  button.textContent = told;
  tell(told);
  setTimeout(() => (button.textContent = name), 1500);
}

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text }); // pages without TLS have no clipboard
  area.className = "hidden";
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (!isDone) throw new Error("no clipboard");
}
