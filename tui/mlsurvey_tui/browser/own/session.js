// The session of this tab: reloading it finds the interface as it was. Runs before textual.js connects, which is on load.
"use strict";
const KEY = "mlsurvey-session";
const session = sessionStorage.getItem(KEY) ?? crypto.randomUUID();
sessionStorage.setItem(KEY, session);

const scheme = location.protocol === "https:" ? "wss" : "ws";
document.getElementById("terminal").dataset.sessionWebsocketUrl = `${scheme}://${location.host}/ws/${session}`;
document.getElementById("again").addEventListener("click", () => location.reload());

// textual.js adds classes to the body: -first-byte with the first picture, -closed with the end.
const focus = () => {
  const keyboard = document.querySelector(".xterm-helper-textarea");
  keyboard?.blur(); // the interface hears of a change only
  keyboard?.focus();
};
const watch = new MutationObserver(() => {
  if (document.body.classList.contains("-closed")) document.getElementById("again").focus();
  else if (document.body.classList.contains("-first-byte")) setTimeout(focus, 500); // an interface that starts takes itself for blurred
});
watch.observe(document.body, { attributeFilter: ["class"] });
