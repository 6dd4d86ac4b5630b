/** Says, within a minute of a switch between work and private, to whom one is about to speak: a line in the composer. */

/** @import { Device } from "./device.js" */
/** @import { Audience } from "./guard.js" */
/** @import { Store } from "./store.js" */

import { device } from "./device.js";
import { arrived, audienceOf, groupOf, guardOf, left, spokenIn } from "./guard.js";
import { heads, listed } from "./reads.js";
import { steadily } from "./scroll.js";
import { plural, word } from "./words.js";

export const MEMBER = "spheres.member";

/** @type {ReturnType<typeof setTimeout> | undefined} */
let ending;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let announcing;

/**
 * A page is in view, or about to be: notes where one is now, and says so where that is news.
 * @param {HTMLElement} body @param {Device} here
 */
export function lookAround(body, here) {
  const guard = guardOf(here.identity);
  const before = guard.place();
  const place = arrived(before, groupOf(body.dataset.context ?? ""), Date.now());
  // A page that nobody looks at is nowhere.
  if (place && place !== before && document.visibilityState === "visible") guard.keepPlace(place);
  return sayAudience(body, here);
}

/** @param {HTMLElement} body @param {Device} here */
export async function sayAudience(body, here) {
  const lines = linesOf(body);
  const sphere = body.dataset.sphere ?? "";
  const remaining = () => left(guardOf(here.identity).place(), sphere, Date.now());
  const texts = remaining() ? await Promise.all(lines.map((line) => sentence(line, body, here))) : [];
  // Words may have gone, or the minute, while the store was asked.
  const ms = remaining();
  lines.forEach((line, index) => write(line, body, ms ? (texts[index] ?? "") : ""));
  clearTimeout(ending);
  if (ms) ending = setTimeout(() => sayAudience(document.body, here), ms);
}

/** After a page is shown: a region speaks of what changes in it, so its words are put there once more. */
export function announceAudience() {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    for (const line of linesOf(document.body)) if (line.textContent) line.replaceChildren(line.textContent);
  }, 100);
}

/** The first words said somewhere: from then on one knows where one is. */
export function followSpeaking() {
  document.addEventListener("outbox:taken", ({ target }) => {
    const here = device();
    if (!here || !(target instanceof Element) || !linesOf(target).length) return;
    const guard = guardOf(here.identity);
    const place = guard.place();
    if (place) guard.keepPlace(spokenIn(place, document.body.dataset.sphere ?? ""));
    sayAudience(document.body, here);
  });
}

/** @param {ParentNode} root */
const linesOf = (root) => /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-audience]")]);

/** @param {HTMLElement} line @param {HTMLElement} body @param {string} text */
function write(line, body, text) {
  if (line.textContent === text) return;
  const log = body === document.body ? body.querySelector('[role="log"]') : null;
  const change = () => void (line.textContent = text);
  if (log) steadily(log, change);
  else change();
}

/** @param {HTMLElement} line @param {HTMLElement} body @param {Device} here */
async function sentence(line, body, here) {
  const sphere = body.dataset.sphereName ?? "";
  if (body.dataset.readers === "everybody") return word("audience_public", { sphere });
  // Who hears a narrower thing than the sphere is not counted yet, and nobody is where an organisation lists nobody:
  // its name is true of every one.
  const isListed = line.dataset.audience === "sphere" && !("unlisted" in body.dataset);
  const audience = isListed ? await counted(body.dataset, here) : null;
  if (!audience) return word("audience_unknown", { sphere });
  const people = [
    peopleIn(body.dataset.context ?? "", audience.people),
    audience.visitors && plural("audience_visitor", audience.visitors),
    audience.guests && plural("audience_guest", audience.guests),
  ];
  const said = people.filter(Boolean).join(", ");
  return said ? word("audience", { people: said, sphere }) : word("audience_alone", { sphere });
}

/** What people are to each other there. @param {string} context @param {number} n */
const peopleIn = (context, n) => n && (plural(`audience_${context}`, n) || plural("audience_member", n));

/**
 * From what this device holds, so also without network; null when it does not hold all of them.
 * @param {{sphere?: string, me?: string}} of  a page's
 * @param {{store: Store}} here
 * @returns {Promise<Audience | null>}
 */
export async function counted({ sphere, me = "" }, { store }) {
  const query = { kind: MEMBER, sphere };
  const [{ rows }, cursors] = await Promise.all([
    listed(store, query, { limit: Infinity, isNewestFirst: false }),
    heads(store),
  ]);
  if (!rows.length || rows.some((row) => !(row.j in cursors))) return null;
  return audienceOf(rows, me.split(/\s+/));
}
