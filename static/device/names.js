/** What a row cannot know of whoever looks: what is mine, and how people are called and seen by now. */

/** @import { Batch, Row } from "./types.js" */
/** @import { Store } from "./store.js" */

import { paint } from "../files/portraits.js";
import { mine, versions } from "./reads.js";
import { word } from "./words.js";

/** @typedef {{j: string, n: number, name: string, role: string, photo: string}} Known */

/** What is known of each member by now. @type {Map<string, Known>} */
const members = new Map();

/** The memberships of whoever looks, on this page. @param {Element} body */
const meOn = (body) => (body.getAttribute("data-me") ?? "").split(/\s+/).filter(Boolean);

/** @param {ParentNode} root @returns {HTMLElement[]} */
const named = (root) => [...root.querySelectorAll("[data-author-name]")].map((one) => /** @type {HTMLElement} */ (one));

/**
 * Everything about `root`'s rows that depends on whoever looks; `body` is the page that they are on or will be on.
 * @param {ParentNode} root
 * @param {Element} body
 * @param {Store} store
 */
export async function finish(root, body, store) {
  own(root, body);
  writeNames(root);
  const rows = [...root.querySelectorAll("live-row")];
  const learnt = learn([...named(root).map((element) => element.dataset.authorName ?? ""), ...meOn(body)], store);
  await Promise.all([learnt.then(() => (writeNames(root), writeRole(body))), mark(rows, store)]);
}

/** What I may do on a page follows from my role there by now; the server decides again. @param {Element} body */
function writeRole(body) {
  const [me, ...others] = meOn(body);
  const role = others.length ? "" : members.get(me ?? "")?.role;
  if (role) body.setAttribute("data-role", role);
}

/** @param {ParentNode} root @param {Element} body */
export function own(root, body) {
  const me = meOn(body);
  for (const row of root.querySelectorAll("live-row[data-author]")) {
    row.toggleAttribute("data-own", me.includes(row.getAttribute("data-author") ?? ""));
  }
}

/** @param {ParentNode} root */
export function writeNames(root) {
  for (const element of named(root)) {
    const member = members.get(element.dataset.authorName ?? "");
    if (!member) continue;
    if (element.textContent !== member.name) element.textContent = member.name;
    const face = element.previousElementSibling;
    if (face?.classList.contains("avatar")) paint(face, member.photo);
  }
}

/** Asks the store for the members that are not known yet. @param {string[]} ids @param {Store} store */
async function learn(ids, store) {
  const unknown = [...new Set(ids)].filter((id) => id && !members.has(id));
  if (unknown.length) remember(await versions(store, "spheres.member", unknown));
}

/** @param {Row[]} rows @returns {boolean} whether a name, a role or a photo changed */
function remember(rows) {
  let hasChanged = false;
  // A tombstone speaks for its own journal: who stops reading one is still a member by another.
  const gonesLast = rows.filter(({ k }) => k === "spheres.member").sort((a, b) => Number(a.gone ?? 0) - Number(b.gone ?? 0));
  for (const { id, j, n, facts, gone } of gonesLast) {
    const known = members.get(id);
    const name = gone ? word("former") : facts?.name;
    if (typeof name !== "string" || (known?.j === j && known.n >= n) || (gone && known && known.j !== j)) continue;
    const role = String(facts?.role ?? "");
    const photo = String(facts?.photo ?? "");
    members.set(id, { j, n, name, role, photo });
    hasChanged ||= known?.name !== name || known.role !== role || known.photo !== photo;
  }
  return hasChanged;
}

/** Whether there is anything that is mine; unknown until it was asked. @type {boolean | undefined} */
let hasMarks;

/** @param {Element[]} rows @param {Store} store */
async function mark(rows, store) {
  const ids = [...new Set(rows.map((row) => row.id).filter(Boolean))];
  if (!ids.length || hasMarks === false) return;
  const found = await mine(store, ids);
  hasMarks ??= found !== null;
  if (found) writeMarks(found, rows);
}

/** @param {Row[]} marks @param {Element[]} rows */
function writeMarks(marks, rows) {
  for (const { k, facts } of marks) {
    if (k !== "spheres.mine" || !facts) continue;
    for (const row of rows) {
      if (row.id !== facts.on) continue;
      if (facts.value) row.setAttribute(`data-mine-${facts.key}`, String(facts.value));
      else row.removeAttribute(`data-mine-${facts.key}`);
    }
  }
}

/** What arrived may concern rows that are on screen already. @param {Batch} batch @param {Document} page */
export function followed(batch, page) {
  if (remember(batch.rows)) {
    writeNames(page);
    writeRole(page.body);
  }
  const marks = batch.rows.filter((row) => row.k === "spheres.mine" && !row.gone);
  if (marks.length) hasMarks = true;
  if (marks.length) writeMarks(marks, [...page.querySelectorAll("live-row")]);
}
