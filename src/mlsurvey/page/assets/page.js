// What the page does beyond what it does without scripts: each part stands on its own.
import { askers } from "./asking.js";
import { comparing } from "./comparing.js";
import { completions } from "./completing.js";
import { copiers } from "./copying.js";
import { history } from "./history.js";
import { jobs } from "./jobs.js";
import { panel } from "./panel.js";
import { summary } from "./summary.js";
import { uploading } from "./uploading.js";

for (const part of [askers, completions, panel, copiers, comparing, history, jobs, summary, uploading]) {
  try {
    part();
  } catch (error) {
    console.error(error);
  }
}
