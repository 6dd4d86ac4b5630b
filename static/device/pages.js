/** Writing what the feed brings: a page at a time, rows and cursors together, newer over older only. */

/** @import { Batch, Cursor, FeedAnswer, Row } from "./types.js" */

import { v7 as uuid7 } from "uuid";

import { asked, startingWith } from "./idb.js";
import { advances, doomed, isApart } from "./rules.js";

/**
 * @typedef {Object} Held  how far a journal is held
 * @property {string} j
 * @property {string} s
 * @property {Cursor | null} cursor  null while a snapshot is under way
 * @property {number} [level]  up to where nothing is lacking: a catch-up that was cut has what changed last still to come
 */

/** Another tab began a pull of its own: its snapshot replaces ours. */
export class Overtaken extends Error {}

/** One catch-up by the feed, over as many pages as it takes. */
export class Pull {
  id = uuid7();
  first = true;
}

/**
 * Writes the rows that are newer than what is there; a tombstone takes its children along.
 * @param {IDBTransaction} transaction
 * @param {Row[]} rows
 * @param {Map<string, Held>} held  what the device held of each journal before
 * @returns {Promise<Set<Row>>} the rows that lists may show: newer than what was there, or the same
 */
export async function keep(transaction, rows, held) {
  const store = transaction.objectStore("rows");
  const present = await Promise.all(rows.map((row) => asked(store.get([row.s, row.j, row.k, row.id]))));
  /** @type {Map<string, Row>} */
  const newest = new Map();
  rows.forEach((row, index) => {
    const key = JSON.stringify([row.j, row.k, row.id]);
    const other = newest.get(key) ?? present[index];
    if (!other || row.n >= other.n) newest.set(key, row);
  });
  const known = new Set(present.map((row) => row && JSON.stringify([row.j, row.k, row.id])));
  for (const [key, row] of newest) {
    row.isApart = !known.has(key) && isApart(row, held.get(row.j)?.level);
    if (row.isApart) continue;
    delete row.isApart;
    store.put(row);
    if (row.gone) await dropChildren(store, row.j, row.id);
  }
  return new Set(newest.values());
}

/** @param {IDBObjectStore} store @param {string} journal @param {string} parent */
async function dropChildren(store, journal, parent) {
  /** @type {Row[]} */
  const children = await asked(store.index("children").getAll([journal, parent]));
  for (const child of children) {
    store.delete([child.s, child.j, child.k, child.id]);
    await dropChildren(store, journal, child.id);
  }
}

/** One page of the feed being written. */
export class Page {
  /** @param {IDBTransaction} transaction @param {FeedAnswer} answer @param {Pull} pull */
  constructor(transaction, answer, pull) {
    this.rows = transaction.objectStore("rows");
    this.cursors = transaction.objectStore("cursors");
    this.meta = transaction.objectStore("meta");
    this.transaction = transaction;
    this.answer = answer;
    this.pull = pull;
  }

  /** @param {Row[]} rows @returns {Promise<Batch>} */
  async write(rows) {
    if (!this.pull.first && (await asked(this.meta.get("pull"))) !== this.pull.id) throw new Overtaken();
    if (this.pull.first) this.meta.put(this.pull.id, "pull");
    const isOtherVersion = (await asked(this.meta.get("rows_version"))) !== this.answer.rows_version;
    this.meta.put(this.answer.rows_version, "rows_version");
    /** @type {Held[]} */
    const held = await asked(this.cursors.getAll());
    const known = new Map(held.map((one) => [one.j, one]));
    const { erased, left } = this.#erase(known, isOtherVersion);
    for (const row of rows) {
      if (known.has(row.j)) continue;
      known.set(row.j, { j: row.j, s: row.s, cursor: null });
      this.cursors.put(known.get(row.j));
    }
    const kept = await keep(this.transaction, rows, known);
    this.#move(known);
    if (!this.answer.more) await this.#level();
    return { rows: [...kept], erased, left };
  }

  /** @param {Map<string, Held>} known @param {boolean} isOtherVersion */
  #erase(known, isOtherVersion) {
    const before = new Set([...known.values()].map((one) => one.s));
    const erased = doomed(this.answer, new Map([...known].map(([j, one]) => [j, one.cursor ?? undefined])));
    // A snapshot that was cut: rows deleted meanwhile would stay for ever, so it starts from nothing.
    // Rows of another version or language are all stale, and the server starts over with every journal.
    for (const [journal, one] of known) if (isOtherVersion || (this.pull.first && !one.cursor)) erased.add(journal);
    for (const journal of erased) {
      const sphere = known.get(journal)?.s ?? "";
      this.rows.delete(startingWith(sphere, journal));
      this.cursors.delete(journal);
      known.delete(journal);
    }
    const listed = new Set(Object.values(this.answer.journals).map((one) => one.sphere ?? ""));
    return { erased: [...erased], left: [...before].filter((sphere) => sphere && !listed.has(sphere)) };
  }

  /** The server names a journal's cursor with the last page of its snapshot. @param {Map<string, Held>} known */
  #move(known) {
    for (const [journal, next] of Object.entries(this.answer.cursors)) {
      const one = known.get(journal);
      if (!advances(one?.cursor ?? undefined, next)) continue;
      // A snapshot has all that is to be held, up to its number.
      const level = one?.cursor ? one.level : next[1];
      this.cursors.put({ j: journal, s: one?.s ?? this.answer.journals[journal]?.sphere ?? "", cursor: next, level });
    }
  }

  /** The last page: nothing is lacking. */
  async #level() {
    /** @type {Held[]} */
    const held = await asked(this.cursors.getAll());
    for (const one of held) if (one.cursor && one.level !== one.cursor[1]) this.cursors.put({ ...one, level: one.cursor[1] });
  }
}
