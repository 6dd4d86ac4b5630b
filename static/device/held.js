/**
 * What this device may show for an address without asking anybody. The service worker asks here for every page, and a
 * page itself for its visits: the worker need not be started, nor its answer waited for.
 */

/** @import { Known } from "./types.js" */

import { known, signOutOwed } from "./note.js";
import { cacheName, shellFor } from "./shells.js";

/** Pages for nobody in particular: they are shown whatever is owed, and say nothing about who is signed in. */
const OPEN = ["/sign-in/", "/signed-out/", "/offline/"];

/**
 * @typedef {Object} Held
 * @property {boolean} isOwed  somebody signed out and the server has not heard: no page is shown
 * @property {{html: string, policy: string, isFirst: boolean} | null} shell  isFirst: before the network is asked
 * @property {Known} [known]  for whom
 */

/** @param {URL} url @returns {Promise<Held>} */
export async function held({ pathname, search }) {
  if (OPEN.some((path) => pathname.startsWith(path))) return { isOwed: false, shell: null };
  const [owed, whose] = await Promise.all([signOutOwed(), known()]);
  if (owed !== undefined || !whose) return { isOwed: owed !== undefined, shell: null };
  const shell = await shellFor(whose, pathname);
  return { isOwed: false, shell: shell && { ...shell, isFirst: shell.isFirst && !search }, known: whose };
}

/**
 * Where the icon of a guest leads when their link cannot be asked: to the one sphere, or home once there are more.
 * Nowhere for somebody else's icon. @param {URL} url @param {Pick<Known, "identity" | "slugs">} [whose]
 */
export function iconLeads({ pathname, searchParams }, whose) {
  if (!whose || !pathname.startsWith("/k/") || searchParams.get("for") !== whose.identity) return null;
  return whose.slugs.length === 1 ? `/s/${whose.slugs[0]}/` : "/";
}

/**
 * The page that a visit shows at once, or null: then the ordinary way is gone. Never another's than the document's.
 * @param {URL} url @param {Pick<Known, "identity" | "app" | "language">} document
 * @returns {Promise<string | null>}
 */
export async function heldFor(url, document) {
  const { shell, known: whose } = await held(url);
  const isOurs = whose !== undefined && cacheName(whose) === cacheName(document);
  return shell?.isFirst && isOurs ? shell.html : null;
}
