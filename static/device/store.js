/**
 * The rows that this device keeps: one database per identity. A follower: what it is told it passes on to the
 * lists even when the disk refuses, and rows and cursors are written in one transaction or not at all.
 */

/** @import { Held, Pull } from "./pages.js" */
/** @import { Batch, Cursor, FeedAnswer, Row, WireRecord } from "./types.js" */

import { Overtaken, Page, keep } from "./pages.js";
import { Disk, DiskRefused, asked, done, startingWith } from "./idb.js";
import { stepped, toRow } from "./rules.js";
import { Signal } from "./signal.js";

export const PREFIX = "rows|";
const STORES = ["rows", "cursors", "meta"];
/** What lists read, together; not what is noted now and then, which they would wait for. */
export const LISTED = ["rows", "cursors"];

/** @param {IDBDatabase} database */
function upgrade(database) {
  const rows = database.createObjectStore("rows", { keyPath: ["s", "j", "k", "id"] });
  rows.createIndex("parent", ["k", "p", "o"]);
  rows.createIndex("kind", ["k", "o"]);
  rows.createIndex("object", ["k", "id"]);
  rows.createIndex("children", ["j", "p"]);
  rows.createIndex("mine", "facts.on");
  database.createObjectStore("cursors", { keyPath: "j" });
  database.createObjectStore("meta");
}

export class Store {
  /** @type {Signal<Batch>} */
  changed = new Signal();
  /** Why the disk cannot be used; "" when it can. @type {Signal<string>} */
  refusal = new Signal();
  refused = "";
  /** Stands in for the disk's cursors once it refused. @type {Map<string, Cursor>} */
  #cursors = new Map();
  /** @type {string} */
  #rowsVersion = "";

  /** @param {string} identity */
  constructor(identity) {
    this.identity = identity;
    this.disk = new Disk(PREFIX + identity, 1, upgrade);
  }

  async open() {
    try {
      await this.disk.open();
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** @param {unknown} error */
  #refuse(error) {
    this.refused = error instanceof DiskRefused ? error.reason : "refused";
    this.refusal.tell(this.refused);
  }

  /** Journals that are held completely, and how far. @returns {Promise<Record<string, Cursor>>} */
  async cursors() {
    /** @type {Record<string, Cursor>} */
    const cursors = {};
    for (const { j, cursor } of await this.#held()) if (cursor) cursors[j] = cursor;
    return cursors;
  }

  /** @returns {Promise<Held[]>} */
  async #held() {
    if (this.refused) return [...this.#cursors].map(([j, cursor]) => ({ j, s: "", cursor }));
    return this.#read("cursors", (cursors) => cursors.getAll());
  }

  /** The version of the rows on the device, "" when there are none. @returns {Promise<string>} */
  async rowsVersion() {
    if (this.refused) return this.#rowsVersion;
    return (await this.#read("meta", (meta) => meta.get("rows_version"))) ?? "";
  }

  /** @returns {Promise<number>} ms, 0 when never */
  async syncedAt() {
    return this.refused ? 0 : ((await this.#read("meta", (meta) => meta.get("synced_at"))) ?? 0);
  }

  /** @param {number} at */
  async synced(at) {
    await this.#write(["meta"], (transaction) => void transaction.objectStore("meta").put(at, "synced_at"));
  }

  /**
   * @template T
   * @param {string} name
   * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
   * @returns {Promise<T>}
   */
  async #read(name, ask) {
    return asked(ask((await this.disk.reading(name === "meta" ? [name] : LISTED)).objectStore(name)));
  }

  /**
   * Runs `work` in one transaction. False when the disk refused: nothing was written then.
   * @param {string[]} names
   * @param {(transaction: IDBTransaction) => Promise<void> | void} work  awaits nothing but requests of it
   */
  async #write(names, work) {
    if (this.refused) return false;
    try {
      const transaction = await this.disk.transaction(names, "readwrite");
      const written = done(transaction);
      try {
        await work(transaction);
      } catch (error) {
        written.catch(() => {});
        if (transaction.error === null) transaction.abort();
        throw error;
      }
      await written;
      return true;
    } catch (error) {
      if (error instanceof Overtaken) throw error;
      await this.#remember();
      this.#refuse(error);
      return false;
    }
  }

  /** Keeps the cursors in memory, so that frames can still be followed without a disk. */
  async #remember() {
    const held = await this.#held().catch(() => /** @type {Held[]} */ ([]));
    for (const { j, cursor } of held) if (cursor) this.#cursors.set(j, cursor);
  }

  /**
   * One page of the feed. Raises Overtaken when another tab's pull began since `pull` did.
   * @param {FeedAnswer} answer
   * @param {Pull} pull
   */
  async apply(answer, pull) {
    const rows = answer.records.map(toRow);
    /** @type {Batch} */
    let batch = { rows, erased: [...answer.reset], left: [] };
    const isWritten = await this.#write(STORES, async (transaction) => {
      batch = await new Page(transaction, answer, pull).write(rows);
    });
    if (!isWritten) {
      for (const journal of answer.reset) this.#cursors.delete(journal);
      for (const [journal, cursor] of Object.entries(answer.cursors)) this.#cursors.set(journal, cursor);
      this.#rowsVersion = answer.rows_version;
    }
    pull.first = false;
    this.changed.tell(batch);
    return batch;
  }

  /**
   * Records that came by the socket or with an answer: the cursor moves by one, or something is missing.
   * @param {WireRecord[]} records
   * @param {string} [rowsVersion]  of the socket; nothing of another one is applied, and all of it is missing
   * @returns {Promise<{hasGap: boolean, batch: Batch}>}
   */
  async applyLive(records, rowsVersion) {
    const rows = records.map(toRow);
    let fresh = rows;
    let hasGap = false;
    let isOther = this.refused !== "" && this.#isOther(rowsVersion, this.#rowsVersion);
    const isWritten = await this.#write(STORES, async (transaction) => {
      isOther = this.#isOther(rowsVersion, await asked(transaction.objectStore("meta").get("rows_version")));
      if (isOther) return;
      const store = transaction.objectStore("cursors");
      /** @type {Row[]} */
      const known = [];
      /** @type {Map<string, Held>} */
      const before = new Map();
      for (const row of rows) {
        /** @type {Held | undefined} */
        const held = await asked(store.get(row.j));
        const next = held?.cursor && stepped(held.cursor, row.n);
        if (held) known.push(row);
        if (held && !before.has(row.j)) before.set(row.j, held);
        const isLevel = held?.level !== undefined && held.level === held.cursor?.[1];
        if (held && next) store.put({ ...held, cursor: next, level: isLevel ? next[1] : held.level });
        else hasGap = true;
      }
      const kept = await keep(transaction, known, before);
      fresh = rows.filter((row) => kept.has(row) || !known.includes(row));
    });
    if (isOther) return { hasGap: true, batch: { rows: [], erased: [], left: [] } };
    if (!isWritten) {
      for (const row of rows) {
        const next = stepped(this.#cursors.get(row.j), row.n);
        if (next) this.#cursors.set(row.j, next);
        else hasGap = true;
      }
    }
    const batch = { rows: fresh, erased: [], left: [] };
    this.changed.tell(batch);
    return { hasGap, batch };
  }

  /** @param {string | undefined} theirs @param {string | undefined} ours */
  #isOther(theirs, ours) {
    return theirs !== undefined && theirs !== (ours ?? "");
  }

  /** @param {string} sphere */
  async eraseSphere(sphere) {
    await this.#write(STORES, async (transaction) => {
      const cursors = transaction.objectStore("cursors");
      /** @type {Held[]} */
      const held = await asked(cursors.getAll());
      for (const { j, s } of held) if (s === sphere) cursors.delete(j);
      transaction.objectStore("rows").delete(startingWith(sphere));
    });
  }

  delete() {
    return this.disk.delete();
  }
}
