// Completes the names of libraries while they are typed, as a combobox with a list of suggestions.
const MOST = 7;
const LONGEST = 4; // words of a name
let names = null;

export function completions() {
  let count = 0;
  for (const input of document.querySelectorAll("#question, #follow, [data-name]")) new Completion(input, `names-${count++}`);
}

async function known() {
  names ??= fetch("/v1/entities", { headers: { Accept: "application/json" } })
    .then((response) => (response.ok ? response.json() : { entities: [] }))
    .then(({ entities }) => entities.flatMap((one) => [one.name, ...one.aliases].map((typed) => ({ ...one, typed, folded: fold(typed) }))))
    .catch(() => []);
  return names;
}

const fold = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}+#]/gu, "");

class Completion {
  constructor(input, id) {
    this.input = input;
    this.isWhole = input.hasAttribute("data-name"); // the field holds one name and nothing else
    this.active = -1;
    this.found = [];
    this.list = document.createElement("ul");
    Object.assign(this.list, { id, className: "suggestions", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Libraries");
    input.after(this.list);
    const about = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id };
    for (const [name, value] of Object.entries(about)) input.setAttribute(name, value);
    input.addEventListener("focus", known, { once: true });
    input.addEventListener("input", () => this.suggest());
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => this.click(event));
  }

  // The words before the cursor that a name could begin with, the longest stretch first.
  stretches() {
    const before = this.input.value.slice(0, this.input.selectionStart);
    if (this.isWhole) return [before];
    const starts = [...before.matchAll(/(?<![^\s("'])\S/g)].map((match) => match.index).slice(-LONGEST);
    return starts.map((start) => before.slice(start));
  }

  async suggest() {
    const all = await known();
    for (const stretch of this.stretches()) {
      const folded = fold(stretch);
      if (folded.length < 2) continue;
      const slugs = new Set();
      const found = all.filter((one) => one.folded.startsWith(folded) && !slugs.has(one.slug) && slugs.add(one.slug));
      const isDone = found.length === 1 && found[0].name === stretch.trimEnd();
      if (found.length && !isDone) return this.open(found.slice(0, MOST), stretch.length);
    }
    this.close();
  }

  open(found, length) {
    this.found = found;
    this.length = length;
    this.active = -1;
    this.list.replaceChildren(...found.map((one, place) => this.option(one, place)));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
  }

  option(one, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const about = document.createElement("span");
    about.textContent = one.typed === one.name ? (one.language ?? "") : `also ${one.typed}`;
    option.append(one.name, about);
    return option;
  }

  close() {
    this.list.hidden = true;
    this.found = [];
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    if (!this.found.length || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.move(steps[event.key]);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.active >= 0) this.take(this.active);
    else return;
    event.preventDefault();
  }

  move(step) {
    const count = this.found.length;
    this.active = this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count;
    [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === this.active)));
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
  }

  click(event) {
    const option = event.target.closest("[role=option]");
    event.preventDefault(); // keeps the focus where it is
    if (option) this.take([...this.list.children].indexOf(option));
  }

  take(place) {
    const { value, selectionStart: end } = this.input;
    const start = end - this.length;
    const name = this.found[place].name + (this.isWhole ? "" : " ");
    this.input.value = value.slice(0, start) + name + value.slice(end).trimStart();
    this.input.setSelectionRange(start + name.length, start + name.length);
    this.close();
  }
}
