// Entry of every page. Each part stands alone; nothing is stored in the browser.
import { startChecks } from "./lib/checks.js";
import { startForms } from "./lib/forms.js";
import { startHtmxGlue } from "./lib/htmx-glue.js";
import { startKeys } from "./lib/keys.js";
import { startLists } from "./lib/lists.js";
import { startPanels } from "./lib/panels.js";
import { startToasts } from "./lib/toasts.js";
import { startTsv } from "./lib/tsv.js";

startToasts();
startHtmxGlue();
startPanels();
startLists(); // before the checks: it sets the limits they read
startForms();
startChecks();
startKeys();
startTsv();
document.documentElement.dataset.ready = "1";
