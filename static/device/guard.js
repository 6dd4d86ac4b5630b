/**
 * What the guard against the wrong sphere remembers: whether this browser was last at work or in private and when that
 * changed, and in which sphere the clipboard was filled. For one identity, and not one word of what was said or copied.
 */

/** @import { Row } from "./types.js" */

/** That long after a switch, in ms, whoever is about to speak is told where. */
export const LASTING = 60_000;

const PREFIX = "guard|";

/**
 * @typedef {Object} Place
 * @property {string} group  "work" or "private"
 * @property {number} at  when it became that, in ms; 0 when it never was another
 * @property {string[]} spoken  spheres that were spoken in since
 *
 * @typedef {Object} Copy
 * @property {string} sphere  where it was copied
 * @property {string} name  what that sphere is called
 * @property {number} digest
 * @property {string[]} agreed  spheres into which it may go: their person said so
 *
 * @typedef {Object} Audience  how many people hear it, without whoever speaks
 * @property {number} people
 * @property {number} visitors
 * @property {number} guests
 */

/** Work is work, whatever else there is is private. @param {string} context  "" outside spheres */
export const groupOf = (context) => (context === "work" || !context ? context : "private");

/**
 * @param {Place | null} place @param {string} group  of the page in view @param {number} now
 * @returns {Place | null} the same object where nothing changed
 */
export function arrived(place, group, now) {
  if (!group || group === place?.group) return place;
  return { group, at: place ? now : 0, spoken: [] };
}

/** For how many ms it is still to be said in this sphere. @param {Place | null} place @param {string} sphere @param {number} now */
export function left(place, sphere, now) {
  if (!place?.at || place.spoken.includes(sphere)) return 0;
  const age = now - place.at;
  // A clock that was put back knows nothing of a minute.
  return age >= 0 ? Math.max(0, LASTING - age) : 0;
}

/** @param {Place} place @param {string} sphere @returns {Place} */
export const spokenIn = (place, sphere) => ({ ...place, spoken: [...place.spoken, sphere] });

/** @param {Row[]} members  the rows of a sphere's members @param {string[]} me @returns {Audience} */
export function audienceOf(members, me) {
  const roles = members.filter((row) => !me.includes(row.id)).map((row) => row.facts?.role);
  const visitors = roles.filter((role) => role === "visitor").length;
  const guests = roles.filter((role) => role === "guest").length;
  return { people: roles.length - visitors - guests, visitors, guests };
}

/**
 * FNV-1a, 32 bits: enough to know a text again, too few to tell what it was. Blanks do not count: browsers put them
 * differently into a selection and into the clipboard.
 * @param {string} text
 */
export function digestOf(text) {
  let digest = 0x811c9dc5;
  for (const letter of text.replace(/\s+/g, "")) {
    digest = Math.imul(digest ^ /** @type {number} */ (letter.codePointAt(0)), 0x01000193);
  }
  return digest >>> 0;
}

/** Whether to ask before `text` goes into `sphere`. @param {Copy | null} copy @param {string} text @param {string} sphere */
export function isForeign(copy, text, sphere) {
  if (!copy || copy.sphere === sphere || copy.agreed.includes(sphere)) return false;
  return text.trim() !== "" && digestOf(text) === copy.digest;
}

/** Stands in where the browser keeps nothing. @type {Map<string, Place | Copy>} */
const memory = new Map();

/** @param {string} identity @param {"place" | "copy"} what */
const keyOf = (identity, what) => `${PREFIX}${identity}|${what}`;

/** Shared by the tabs of this browser. @param {string} identity */
export const guardOf = (identity) => ({
  /** @returns {Place | null} */
  place: () => recall(keyOf(identity, "place")),
  /** @returns {Copy | null} */
  copy: () => recall(keyOf(identity, "copy")),
  keepPlace: (/** @type {Place} */ place) => keep(keyOf(identity, "place"), place),
  keepCopy: (/** @type {Copy} */ copy) => keep(keyOf(identity, "copy"), copy),
});

/** @param {string} key */
function recall(key) {
  try {
    return memory.get(key) ?? JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {Place | Copy} value */
function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
  } catch {
    memory.set(key, value);
  }
}

/** Where something was copied is forgotten with the sphere. @param {string} identity @param {string[]} spheres */
export function forgetCopy(identity, spheres) {
  const key = keyOf(identity, "copy");
  if (!spheres.includes(recall(key)?.sphere)) return;
  memory.delete(key);
  localStorage.removeItem(key);
}

/** Everything of every other identity; of all for "". @param {string} identity */
export function forgetOthers(identity) {
  memory.clear();
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && !(identity && key.startsWith(`${PREFIX}${identity}|`))) localStorage.removeItem(key);
  }
}
