/** The charter of a sphere stands before everything else in it, until it is accepted. */

/** @import { Store } from "./store.js" */

import { mine } from "./reads.js";
import { slugOf } from "./shells.js";

const PAGE = "charters:charter";

/**
 * Notes on a page, shown or not, whether its reader owes the charter; gives where they are led instead: to the
 * charter, or from it once they owe it no more. @param {HTMLElement} body @param {Store} store @param {string} path
 * @returns {Promise<string | null>}
 */
export async function ledByCharter(body, store, path) {
  const { sphere, me, page } = body.dataset;
  if (!sphere || !me) return null;
  const marks = (await mine(store, [sphere])) ?? [];
  const mark = marks.find(({ facts }) => facts?.key === "charter");
  // Nothing is known of it here: the page is what the server said.
  if (!mark) return null;
  const wasOwed = "owesCharter" in body.dataset;
  const isOwed = mark.facts?.value === "due";
  body.toggleAttribute("data-owes-charter", isOwed);
  const home = `/s/${slugOf(path)}/`;
  if (isOwed) return page === PAGE ? null : `${home}charter/`;
  return wasOwed && page === PAGE ? home : null;
}
