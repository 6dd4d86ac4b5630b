/**
 * Turbo without what nobody here asks of it: of its 93 kB, frames, streams, forms, prefetch and morphing are half. The
 * package is one file that starts all of them, so nothing of it falls away by itself.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const SOURCE = fileURLToPath(import.meta.resolve("@hotwired/turbo")).replace(/[^/]+$/, "turbo.es2017-esm.js");

/** The one that was read through: what another begins, and asks of its parts, must be looked at anew. */
const READ = "Turbo 8.0.23";

/** What a session begins and ends, and never needs: the classes are there, and do nothing. */
const IDLE = [
  ...["FormSubmission", "FormSubmitObserver", "FormLinkClickObserver"],
  ...["LinkPrefetchObserver", "Preloader"],
  ...["FrameElement", "FrameRedirector"],
  ...["StreamObserver", "StreamMessageRenderer"],
];
const NOTHING = `class LeftOut {
  start() {}
  stop() {}
  preloadOnLoadLinksForView() {}
}
`;

/** Ends with what makes elements known and the whole a global: from the frames' controller to the start itself. */
const TAIL = /^FrameElement\.delegateConstructor = [^]*?^window\.Turbo = .*\n/m;

/** Nothing comes of these two, unless somebody asks for it. */
const UNASKED = [/^var Idiomorph = (?=\()/m, /^const prefetchCache = (?=new )/m];

/** @param {string} source  of Turbo @returns {string} Drive. Raises when a part is not where it was. */
export function driveAlone(source) {
  let rest = source;
  const put = (/** @type {RegExp} */ pattern, /** @type {string} */ instead) => {
    if (!pattern.test(rest)) throw new Error(`Turbo is not as it was: nothing like ${pattern} is in it.`);
    rest = rest.replace(pattern, instead);
  };
  if (!source.includes(READ)) throw new Error(`Not ${READ}: read what is left out in static/turbo-drive.mjs again.`);
  for (const name of IDLE) put(new RegExp(`^class ${name}\\b.*\\{\\n[^]*?\\n\\}\\n`, "m"), `class ${name} extends LeftOut {}\n`);
  // A page that asked to be morphed would be swapped, as all the others are.
  put(/^class MorphingPageRenderer extends PageRenderer \{\n[^]*?\n\}\n/m, "class MorphingPageRenderer extends PageRenderer {}\n");
  put(TAIL, "");
  for (const pattern of UNASKED) put(pattern, "$&/* @__PURE__ */ ");
  return NOTHING + rest;
}

/** @type {import("esbuild").Plugin} */
export const turboDrive = {
  name: "turbo-drive",
  setup(build) {
    build.onLoad({ filter: /@hotwired[\\/]turbo[\\/]dist[\\/]/ }, ({ path }) => ({
      contents: driveAlone(readFileSync(path, "utf8")),
    }));
  },
};
