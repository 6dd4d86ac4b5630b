/** The charter of a sphere stands before everything else in it, until it is accepted. */

/** @import { Device } from "./device.js" */
/** @import { Row } from "./types.js" */

import { found, mine } from "./reads.js";
import { slugOf } from "./shells.js";

const PAGE = "charters:charter";
const ACCEPT = "charters.accept.1";

/** @param {Row} row */
export const tellsOfCharter = ({ k, facts }) => k === "spheres.mine" && facts?.key === "charter";

/**
 * Notes on a page, shown or not, whether its reader owes the charter; gives where they are led instead: to the
 * charter, or from it once they owe it no more.
 * @param {HTMLElement} body @param {Device} here @param {string} path
 * @param {Row[]} [told]  what has just come: where no disk keeps it, it is all that is known
 * @returns {Promise<string | null>}
 */
export async function ledByCharter(body, here, path, told = []) {
  const { sphere, me, page } = body.dataset;
  if (!sphere || !me) return null;
  const marks = [...told, ...((await mine(here.store, [sphere])) ?? [])];
  const mark = marks.find((row) => tellsOfCharter(row) && row.facts?.on === sphere);
  // Nothing is known of it here: the page is what the server said.
  if (!mark) return null;
  const wasOwed = "owesCharter" in body.dataset;
  // Whoever may put a deleted sphere back does so first.
  const isOwed = mark.facts?.value === "due" && (await stateOf(body, here, sphere, told)) !== "deleted";
  body.toggleAttribute("data-owes-charter", isOwed);
  const home = `/s/${slugOf(path)}/`;
  if (isOwed) return page === PAGE ? null : `${home}charter/`;
  await forgetRefused(here, sphere);
  return wasOwed && page === PAGE ? home : null;
}

/** @param {HTMLElement} body @param {Device} here @param {string} sphere @param {Row[]} told */
async function stateOf(body, here, sphere, told) {
  const row = told.find(({ k, id }) => k === "spheres.sphere" && id === sphere);
  const { facts } = row ?? (await found(here.store, "spheres.sphere", sphere)) ?? {};
  return facts?.state ?? body.dataset.state;
}

/** Of an edition that was changed meanwhile nobody need decide anything any more. @param {Device} here @param {string} sphere */
async function forgetRefused({ outbox }, sphere) {
  for (const { id, name, state, sphere: of } of outbox.commands)
    if (name === ACCEPT && of === sphere && state !== "waiting") await outbox.discard(id);
}
