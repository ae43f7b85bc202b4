// The questions asked in this browser, kept by it and sent nowhere.
const KEY = "mlsurvey.history";
const MOST = 500;

export function remember() {
  const asked = new URLSearchParams(window.location.search);
  const question = asked.get("q");
  if (window.location.pathname !== "/" || !question || !document.querySelector(".answer")) return;
  const address = window.location.pathname + window.location.search;
  const others = load().filter((one) => one.address !== address);
  save([{ address, question, after: asked.getAll("after"), at: Date.now() }, ...others].slice(0, MOST));
}

export function history() {
  const place = document.querySelector("[data-history]");
  if (!place) return;
  const asked = load();
  place.replaceChildren(...(asked.length ? [list(asked), forget(place)] : [paragraph("No questions yet.", "empty")]));
}

function list(asked) {
  const made = Object.assign(document.createElement("ol"), { className: "history" });
  made.append(...asked.map(row));
  return made;
}

function row({ address, question, after, at }) {
  const made = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: address.startsWith("/?") ? address : "/", textContent: question });
  const time = Object.assign(document.createElement("time"), { dateTime: new Date(at).toISOString() });
  time.textContent = new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  made.append(link, time);
  if (after.length) made.append(Object.assign(document.createElement("span"), { className: "after", textContent: `after “${after.at(-1)}”` }));
  return made;
}

function forget(place) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: "Forget all" });
  made.addEventListener("click", () => {
    save([]);
    place.replaceChildren(paragraph("No questions yet.", "empty"));
    document.getElementById("main").focus();
  });
  const line = paragraph("", "more");
  line.append(made);
  return line;
}

const paragraph = (text, kind) => Object.assign(document.createElement("p"), { className: kind, textContent: text });

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.question === "string" && Array.isArray(one.after)) : [];
  } catch {
    return []; // kept by something else, or storage is off
  }
}

function save(asked) {
  try {
    localStorage.setItem(KEY, JSON.stringify(asked));
  } catch {
    // storage is off or full: the browser's own history remains
  }
}
