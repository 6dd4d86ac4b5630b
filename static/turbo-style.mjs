/** The one style element that a script of ours writes: Turbo's progress bar. The policy names it by its hash. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { SOURCE } from "./turbo-drive.mjs";

/**
 * Gives `sha256-…` of the style, from the very source that is bundled: the class that makes it and the two functions
 * that it calls are cut out and run, since the whole module wants a browser.
 */
export function turboStyleHash() {
  const source = readFileSync(SOURCE, "utf8");
  const cut = (/** @type {string} */ head) => {
    const found = source.match(new RegExp(`^${head}\\b.*\\{\\n[^]*?\\n\\}\\n`, "m"));
    if (!found) throw new Error(`Turbo's ${head} is not where it was: the progress bar would be refused by the policy.`);
    return found[0];
  };
  const parts = ["function unindent", "function interpolate", "class ProgressBar"].map(cut);
  const style = new Function(`${parts.join("")} return ProgressBar.defaultCSS`)();
  if (!style.includes(".turbo-progress-bar")) throw new Error("Turbo's progress bar has another style than expected.");
  return `sha256-${createHash("sha256").update(style).digest("base64")}`;
}
