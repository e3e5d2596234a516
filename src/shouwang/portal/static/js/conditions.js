// The rule form: of a condition only what its operator and its right side ask for is shown. Without the script everything is.
import { all } from "./lib/dom.js";

const PRESENCE = ["missing", "known"];
const RIGHT = ["value", "param", "other"];

function show(row) {
  const field = (name) => row.querySelector(`[name$="-${name}"]`);
  const lone = PRESENCE.includes(field("op").value);
  const against = field("against").value;
  const place = (name, shown) => { field(name).closest(".f").hidden = !shown; };
  place("against", !lone);
  RIGHT.forEach((name) => place(name, !lone && name === against));
  ["percent", "by"].forEach((name) => place(name, !lone && against !== "value"));
}

all("fieldset.cond").forEach((row) => {
  show(row);
  row.addEventListener("change", () => show(row));
});
