// Shows a document beside the answer, at the quote. Without scripts, the same link opens the page of the document.
import { copy } from "./copying.js";
import { tell } from "./telling.js";

const WIDE = window.matchMedia("(min-width: 68.75rem)");
let dialog = null;
let opener = null;

export function panel() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-source]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dialog?.open) dialog.close();
  });
}

async function open(link) {
  tell("Opening the document…");
  let article;
  try {
    article = await load(link.href);
  } catch {
    window.location.assign(link.href);
    return;
  }
  dialog ??= make();
  mark(link);
  dialog.querySelector(".inside").replaceChildren(article);
  dialog.querySelector("[data-whole]").href = link.href;
  if (!dialog.open) {
    if (WIDE.matches) dialog.show();
    else dialog.showModal();
    document.body.classList.toggle("has-panel", WIDE.matches);
  }
  dialog.querySelector("mark")?.scrollIntoView({ block: "center" });
  dialog.querySelector("#panel-title").focus({ preventScroll: true });
  tell("");
}

async function load(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const article = page.getElementById("document");
  if (!response.ok || !article) throw new Error(`no document at ${address}`);
  for (const one of article.querySelectorAll("[id^=L]")) one.removeAttribute("id");
  article.removeAttribute("id");
  const heading = document.createElement("h2"); // the page has its own first heading
  const title = article.querySelector("h1");
  heading.append(...title.childNodes);
  title.replaceWith(heading);
  return document.adoptNode(article);
}

function make() {
  const made = document.createElement("dialog");
  made.className = "panel";
  made.setAttribute("aria-labelledby", "panel-title");
  const bar = document.createElement("div");
  bar.className = "bar-top";
  const title = Object.assign(document.createElement("strong"), { id: "panel-title", textContent: "Source", tabIndex: -1 });
  const quote = button("Copy quote", () => copy(cited(made), quote));
  const whole = Object.assign(document.createElement("a"), { className: "quiet", textContent: "Open as page" });
  whole.dataset.whole = "";
  const close = button("✕", () => made.close());
  close.setAttribute("aria-label", "Close");
  bar.append(title, quote, whole, close);
  const inside = Object.assign(document.createElement("div"), { className: "inside" });
  made.append(bar, inside);
  made.addEventListener("close", closed);
  document.body.append(made);
  return made;
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: text });
  made.addEventListener("click", act);
  return made;
}

// The quote as it stands in the document, with its place.
function cited(made) {
  const marked = [...made.querySelectorAll(".l.m")];
  const text = marked.map((line) => [...line.querySelectorAll("mark")].map((piece) => piece.textContent).join("")).join("\n");
  const line = marked[0]?.querySelector(".n").textContent ?? "";
  return `“${text}” (${made.querySelector("[data-path]").dataset.path}${line ? `:${line}` : ""})`;
}

function mark(link) {
  document.querySelector(".mark.is-open")?.classList.remove("is-open");
  opener = link;
  const number = link.matches(".mark") ? link : link.querySelector(".mark");
  number?.classList.add("is-open");
  dialog.querySelector("#panel-title").textContent = `Source ${number?.textContent ?? ""}`;
}

function closed() {
  document.body.classList.remove("has-panel");
  document.querySelector(".mark.is-open")?.classList.remove("is-open");
  opener?.focus();
}
