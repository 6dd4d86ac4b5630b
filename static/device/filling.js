/** Filling a list from the store: an empty one, or one that the server filled already, also on pages not yet shown. */

/** @import { Shown } from "./reads.js" */
/** @import { Store } from "./store.js" */
/** @import { ListQuery } from "./types.js" */

import { forgetUnnamed } from "./media.js";
import { finish } from "./names.js";
import { heads, listed, versions } from "./reads.js";
import { isNewer, isPending, place, placeOf, replace, rowElement, rowOf, rowsOf } from "./rows.js";
import { compareOrders } from "./rules.js";
import { steadily } from "./scroll.js";
import { finishTimes } from "./times.js";

const WINDOW = 30;

/** Lists of which the store has shown everything. @type {WeakSet<Element>} */
const whole = new WeakSet();

/** @param {Element} list @returns {ListQuery} */
export function queryOf(list) {
  const value = (/** @type {string} */ name) => list.getAttribute(name) || undefined;
  const [parent, object, sphere, marked] = ["parent", "object", "sphere", "marked"].map(value);
  return { kind: value("kind") ?? "", parent, object, sphere, marked };
}

/** The end that is shown first: the newest of a log, the top of anything else. @param {Element} list */
export function isNewestFirst(list) {
  return list.getAttribute("role") === "log" || list.getAttribute("order") === "desc";
}

/** @param {Element} list */
const windowOf = (list) => Number(list.getAttribute("window")) || WINDOW;

/** @param {Element} list */
export const isWhole = (list) => whole.has(list);

/** Rows that the server knows, in the order of the screen. @param {Element} list */
export const settledRows = (list) => rowsOf(list).filter((row) => !isPending(row));

/** The row furthest from the end that is shown first. @param {Element} list */
export function furthest(list) {
  const rows = settledRows(list);
  return list.getAttribute("role") === "log" && list.getAttribute("order") !== "desc" ? rows[0] : rows.at(-1);
}

/** @param {Element} list @param {Element} body @param {Store} store */
export async function fill(list, body, store) {
  const range = { limit: windowOf(list), isNewestFirst: isNewestFirst(list) };
  const present = settledRows(list);
  const [{ rows, isAll }, cursors] = await Promise.all([
    listed(store, queryOf(list), range),
    present.length ? heads(store) : {},
  ]);
  if (present.length) await correct(list, present, store);
  else if (isAll) whole.add(list);
  add(list, present.length ? missing(list, rows, cursors) : rows);
  finishTimes(list);
  // Names and marks that must be looked up come when they come: nobody waits for them to see the page.
  finish(list, body, store).catch(() => {});
  list.setAttribute("data-filled", "");
}

/**
 * What a page brought may be older than the store: a page rendered before a deletion can arrive after it.
 * @param {Element} list @param {Element[]} present @param {Store} store
 */
async function correct(list, present, store) {
  const query = queryOf(list);
  const known = await versions(
    store,
    query.kind,
    present.map((row) => row.id),
  );
  for (const version of known) {
    const row = rowOf(list, version.id);
    if (!row || !isNewer(version, row)) continue;
    if (version.gone) takeAway(row);
    else if (!query.sphere || version.s === query.sphere) show(list, /** @type {Shown} */ (version));
  }
}

/**
 * The store's rows that the page lacks. Where the page is ahead of the store, it knows better what there is.
 * @param {Element} list @param {Shown[]} rows @param {Record<string, [string, number]>} cursors
 */
function missing(list, rows, cursors) {
  const present = settledRows(list);
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const { j, n } of present.map(placeOf)) seen.set(j, Math.max(n, seen.get(j) ?? 0));
  const edge = present.length >= windowOf(list) ? furthest(list) : undefined;
  const oldest = edge && isNewestFirst(list) ? placeOf(edge).o : undefined;
  return rows.filter((row) => {
    if (oldest !== undefined && compareOrders(row.o, oldest) < 0) return false;
    const standing = rowOf(list, row.id);
    // A row that waited was settled before this list could hear of it: the real one takes its place.
    if (standing) return isPending(standing);
    return (cursors[row.j]?.[1] ?? 0) >= (seen.get(row.j) ?? 0);
  });
}

/** @param {Element} list @param {Shown[]} rows */
function add(list, rows) {
  if (rowsOf(list).length) return rows.forEach((row) => show(list, row));
  const page = list.ownerDocument;
  const elements = rows.map((row) => rowElement(page, row, list));
  if (list.getAttribute("order") === "desc") elements.reverse();
  list.append(...elements);
}

/** Shows one row, over an older one or in its place. @param {Element} list @param {Shown} row @returns {Element} */
export function show(list, row) {
  const element = rowElement(list.ownerDocument, row, list);
  const present = rowOf(list, row.id);
  if (present) {
    replace(present, element);
    forgetUnnamed(present, element).catch(() => {});
  }
  place(list, element);
  return element;
}

/** @param {Element} row */
export function takeAway(row) {
  row.remove();
  forgetUnnamed(row).catch(() => {});
}

/**
 * The next rows further back, from the store. False when it has no more.
 * @param {Element} list @param {Element} body @param {Store} store @param {number} [limit]
 */
export async function further(list, body, store, limit = WINDOW) {
  const edge = furthest(list);
  if (whole.has(list) || !edge) return false;
  const order = placeOf(edge).o;
  const newestFirst = isNewestFirst(list);
  const range = newestFirst ? { before: order } : { after: order };
  const { rows, isAll } = await listed(store, queryOf(list), { limit, isNewestFirst: newestFirst, ...range });
  if (isAll) whole.add(list);
  const lacking = rows.filter((row) => !rowOf(list, row.id));
  steadily(list, () => {
    for (const row of lacking) show(list, row);
    finishTimes(list);
  });
  await finish(list, body, store);
  return rows.length > 0;
}
