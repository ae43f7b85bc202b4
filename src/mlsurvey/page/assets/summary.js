// The summary of a language model is fetched once the quotes are shown; without scripts, a link waits for it.
import { tell } from "./telling.js";

export function summary() {
  for (const place of document.querySelectorAll("section[data-summary]")) fill(place);
}

async function fill(place) {
  const line = place.querySelector("p");
  const offer = [...line.childNodes];
  line.textContent = line.dataset.told;
  try {
    const written = await load(place.dataset.summary);
    if (written) place.replaceWith(written);
    else place.remove();
    tell(written ? "The summary is there." : "");
  } catch {
    line.replaceChildren(...offer); // the link says what went wrong
  }
}

async function load(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`no answer at ${address}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const section = page.getElementById("summary");
  return section && document.adoptNode(section);
}
