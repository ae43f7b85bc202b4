// While an answer is made, the page says so; a second click does not ask twice.
import { remember } from "./history.js";
import { tell } from "./telling.js";

export function askers() {
  for (const form of document.querySelectorAll("form[data-ask]")) {
    form.addEventListener("submit", () => {
      skipBlanks(form);
      begin(form);
    });
  }
  for (const form of document.querySelectorAll("form[data-choose]")) form.addEventListener("submit", () => skipBlanks(form));
  for (const link of document.querySelectorAll("a[data-ask-link]")) {
    link.addEventListener("click", (event) => {
      if (!(event.metaKey || event.ctrlKey || event.shiftKey)) begin(document.querySelector("form[data-ask]"));
    });
  }
  // The browser may show this page again as it was left.
  window.addEventListener("pageshow", end);
  for (const menu of document.querySelectorAll("details.menu")) closes(menu);
  remember();
}

function begin(form) {
  const busy = document.getElementById("told").dataset.busy;
  form.classList.add("is-busy");
  if (!form.querySelector(".busy")) {
    const line = document.createElement("p");
    line.className = "busy";
    line.textContent = busy;
    form.querySelector(".box").after(line);
  }
  tell(busy);
}

function end() {
  for (const form of document.querySelectorAll("form.is-busy, form[data-choose]")) {
    form.classList.remove("is-busy");
    form.querySelector(".busy")?.remove();
    for (const field of form.querySelectorAll("[data-blank]")) {
      field.disabled = false;
      field.removeAttribute("data-blank");
    }
  }
}

// Fields that say nothing do not belong in an address that people pass on.
function skipBlanks(form) {
  for (const field of form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select")) {
    const isDefault = field.tagName === "SELECT" && field.selectedOptions[0]?.hasAttribute("data-default");
    if (!field.disabled && (field.value.trim() === "" || isDefault)) {
      field.disabled = true;
      field.dataset.blank = "";
    }
  }
}

function closes(menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
