/** What screens ask of the store. Every answer is empty rather than an error when there is no disk. */

/** @import { ListQuery, Row } from "./types.js" */
/** @import { Store } from "./store.js" */

import { asked } from "./idb.js";
import { belongs, compareRows } from "./rules.js";
import { LISTED } from "./store.js";

/** @typedef {Row & {o: number | string, html: string, facts: Record<string, unknown>}} Shown */

/**
 * @template T
 * @param {Store} store
 * @param {T} nothing
 * @param {(rows: IDBObjectStore) => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function reading(store, nothing, ask) {
  if (store.refused === "missing" || store.refused === "outdated" || store.refused === "deleted") return nothing;
  try {
    return await ask((await store.disk.reading(LISTED)).objectStore("rows"));
  } catch {
    return nothing;
  }
}

/**
 * At most `limit` rows of a list, in ascending order; all of them where one order is shared by more.
 * @param {Store} store
 * @param {ListQuery} query
 * @param {{limit: number, before?: number | string, after?: number | string, isNewestFirst: boolean}} range
 * @returns {Promise<{rows: Shown[], isAll: boolean}>} isAll: the store has nothing further in that direction
 */
export function listed(store, query, { limit, before, after, isNewestFirst }) {
  return reading(store, { rows: /** @type {Shown[]} */ ([]), isAll: true }, async (rows) => {
    if (query.object) {
      const found = await asked(rows.index("object").getAll([query.kind, query.object]));
      return { rows: shown(found, query).slice(-1), isAll: true };
    }
    if (query.marked) return { rows: shown(await kept(rows, query), query), isAll: true };
    if (!query.parent) {
      const found = await asked(rows.index("kind").getAll(IDBKeyRange.bound([query.kind], [query.kind, []])));
      return { rows: shown(found, query), isAll: true };
    }
    const index = rows.index("parent");
    const list = [query.kind, query.parent];
    const lower = after === undefined ? list : [...list, after];
    const upper = [...list, before ?? []];
    const whole = IDBKeyRange.bound(lower, upper, after !== undefined, before !== undefined);
    const near = await nearest(index, whole, limit, isNewestFirst ? "prev" : "next");
    return { rows: shown(near ?? (await asked(index.getAll(whole))), query), isAll: !near };
  });
}

/** Whether something under a key is mine about what none of these lists finds here. @param {Store} store @param {ListQuery[]} queries */
export function isLacking(store, queries) {
  return reading(store, false, async (rows) => {
    const [{ marked, sphere } = { marked: "", sphere: "" }] = queries;
    /** @type {Row[]} */
    const marks = await asked(rows.index("mine").getAll());
    const ids = marks.flatMap(({ s, gone, facts }) => (s === sphere && !gone && facts?.key === marked && facts?.value ? [facts.on] : []));
    const counts = await Promise.all(
      ids.map((id) => Promise.all(queries.map(({ kind }) => asked(rows.index("object").count([kind, String(id)]))))),
    );
    return counts.some((one) => one.every((count) => !count));
  });
}

/** The rows of which something under a key is mine. @param {IDBObjectStore} rows @param {ListQuery} query @returns {Promise<Row[]>} */
async function kept(rows, { kind, marked }) {
  /** @type {Row[]} */
  const marks = await asked(rows.index("mine").getAll());
  const ids = marks.flatMap(({ gone, facts }) => (!gone && facts?.key === marked && facts?.value ? [facts.on] : []));
  const found = await Promise.all(ids.map((id) => asked(rows.index("object").getAll([kind, String(id)]))));
  return found.flat();
}

/**
 * The first `limit` rows of a range from one end, or undefined when it has no more than that. Rows that share the
 * order of the one after them come with that one.
 * @param {IDBIndex} index @param {IDBKeyRange} range @param {number} limit @param {"prev" | "next"} direction
 * @returns {Promise<Row[] | undefined>}
 */
async function nearest(index, range, limit, direction) {
  const found = await ("getAllRecords" in index ? inOneAnswer : byCursor)(index, range, limit, direction);
  return found?.length ? found : undefined;
}

/** @type {typeof nearest} */
async function inOneAnswer(index, range, limit, direction) {
  // Newer than the types of the DOM.
  const { getAllRecords } = /** @type {{getAllRecords: (options: object) => IDBRequest}} */ (/** @type {any} */ (index));
  /** @type {{key: IDBValidKey, value: Row}[]} */
  const records = await asked(getAllRecords.call(index, { query: range, count: limit + 1, direction }));
  const edge = records[limit]?.key;
  if (edge === undefined) return undefined;
  return records.filter(({ key }) => indexedDB.cmp(key, edge) !== 0).map(({ value }) => value);
}

/** @type {typeof nearest} */
async function byCursor(index, range, limit, direction) {
  const { lower, upper, lowerOpen, upperOpen } = range;
  const edge = await keyAfter(index, range, limit, direction);
  if (edge === undefined) return undefined;
  const isBackwards = direction === "prev";
  return asked(
    index.getAll(
      isBackwards ? IDBKeyRange.bound(edge, upper, true, upperOpen) : IDBKeyRange.bound(lower, edge, lowerOpen, true),
    ),
  );
}

/**
 * The key after the first `count` rows, or undefined when there are no more than that: one step of a cursor, and no
 * row is read for it.
 * @param {IDBIndex} index @param {IDBKeyRange} range @param {number} count @param {"prev" | "next"} direction
 * @returns {Promise<IDBValidKey | undefined>}
 */
function keyAfter(index, range, count, direction) {
  return new Promise((resolve, reject) => {
    const request = index.openKeyCursor(range, direction);
    let isFirst = true;
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!isFirst || !cursor) return resolve(cursor?.key);
      isFirst = false;
      cursor.advance(count);
    };
  });
}

/**
 * One of each id: the same thing may stand in two journals that this person reads.
 * @param {Row[]} rows @param {ListQuery} query @returns {Shown[]}
 */
function shown(rows, query) {
  /** @type {Map<string, Shown>} */
  const ids = new Map();
  for (const row of rows) if (!row.gone && belongs(row, query)) ids.set(row.id, /** @type {Shown} */ (row));
  return [...ids.values()].sort(compareRows);
}

/**
 * Every version of these objects, tombstones too: for what a page brought that may be older than the store.
 * @param {Store} store @param {string} kind @param {string[]} ids @returns {Promise<Row[]>}
 */
export function versions(store, kind, ids) {
  return reading(store, /** @type {Row[]} */ ([]), async (rows) => {
    const index = rows.index("object");
    return (await Promise.all(ids.map((id) => asked(index.getAll([kind, id]))))).flat();
  });
}

/** @param {Store} store @param {string} kind @param {string} id @returns {Promise<Shown | undefined>} */
export async function found(store, kind, id) {
  return (await listed(store, { kind, object: id }, { limit: 1, isNewestFirst: true })).rows[0];
}

/**
 * The one row of a kind in a sphere.
 * @param {Store} store @param {string} kind @param {string} sphere @returns {Promise<Shown | undefined>}
 */
export async function only(store, kind, sphere) {
  return (await listed(store, { kind, sphere }, { limit: 1, isNewestFirst: true })).rows[0];
}

/** All rows of a kind. @param {Store} store @param {string} kind @returns {Promise<Shown[]>} */
export async function all(store, kind) {
  return (await listed(store, { kind }, { limit: Infinity, isNewestFirst: true })).rows;
}

/**
 * What is mine about these objects; null when nothing is mine about anything.
 * @param {Store} store @param {string[]} ids @returns {Promise<Row[] | null>}
 */
export function mine(store, ids) {
  return reading(store, /** @type {Row[] | null} */ ([]), async (rows) => {
    const index = rows.index("mine");
    if (!(await asked(index.count()))) return null;
    return (await Promise.all(ids.map((id) => asked(index.getAll(id))))).flat().filter((row) => !row.gone);
  });
}

/** How far the store is in each journal. @param {Store} store */
export const heads = (store) => store.cursors().catch(() => ({}));
