// Follows a refresh by server-sent events. When it ends, the page is shown again, with the report.
export function jobs() {
  const place = document.querySelector("[data-job]");
  if (!place) return;
  const events = new EventSource(`/v1/jobs/${encodeURIComponent(place.dataset.job)}/events`);
  events.addEventListener("progress", (event) => show(place, JSON.parse(event.data)));
  events.addEventListener("done", () => {
    events.close();
    window.location.reload();
  });
}

function show(place, job) {
  const { phase, done, total } = job.progress ?? {};
  const bar = place.querySelector("[data-progress]");
  if (total > 1) Object.assign(bar, { max: total, value: done });
  else bar.removeAttribute("value");
  place.querySelector("[data-told]").textContent = job.state === "queued" ? "Waiting to start" : "Running";
  const steps = [...place.querySelectorAll("[data-phase]")];
  const reached = steps.findIndex((step) => step.dataset.phase === phase);
  steps.forEach((step, number) => mark(step, reached < 0 ? "to-do" : number < reached ? "done" : number === reached ? "current" : "to-do"));
  const amount = steps[reached]?.querySelector(".amount");
  if (amount) amount.textContent = total > 1 ? `${done.toLocaleString()} of ${total.toLocaleString()}` : "";
}

function mark(step, state) {
  step.className = state;
  step.querySelector(".hidden").textContent = { done: "Done: ", current: "Now: ", "to-do": "To do: " }[state];
  if (state === "current") step.setAttribute("aria-current", "step");
  else {
    step.removeAttribute("aria-current");
    step.querySelector(".amount").textContent = "";
  }
}
