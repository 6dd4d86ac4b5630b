/** Where commands and drafts are kept: on disk, in a database of their own per identity, else in memory. */

/** @import { Command, Draft } from "./types.js" */

import { Disk, asked, done } from "./idb.js";

export const PREFIX = "outbox|";
const STORES = ["commands", "drafts"];

/** @param {IDBDatabase} database */
function upgrade(database) {
  const commands = database.createObjectStore("commands", { keyPath: "place", autoIncrement: true });
  commands.createIndex("id", "id", { unique: true });
  database.createObjectStore("drafts", { keyPath: "key" });
}

export class Shelf {
  /** @param {string} identity */
  constructor(identity) {
    this.disk = new Disk(PREFIX + identity, 1, upgrade);
  }

  /**
   * @template T
   * @param {string} name
   * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
   * @returns {Promise<T>}
   */
  async #read(name, ask) {
    return asked(ask((await this.disk.reading(STORES)).objectStore(name)));
  }

  /**
   * @param {(commands: IDBObjectStore, drafts: IDBObjectStore) => Promise<void> | void} work
   */
  async #write(work) {
    const transaction = await this.disk.transaction(STORES, "readwrite");
    const written = done(transaction);
    const working = async () => {
      await work(transaction.objectStore("commands"), transaction.objectStore("drafts"));
      // Asked for, not waited for: a page that is going answers no request any more, and its words must be on disk.
      transaction.commit?.();
    };
    await Promise.all([working(), written]);
  }

  /** In order of intent. @returns {Promise<Command[]>} */
  commands() {
    return this.#read("commands", (commands) => commands.getAll());
  }

  /**
   * Keeps a new command, in the place of the one that it replaces, and lets go of the draft that it came from.
   * @param {Command} command @param {string} draft
   */
  add(command, draft) {
    return this.#write(async (commands, drafts) => {
      /** @type {Draft | undefined} */
      const kept = await asked(drafts.get(draft));
      if (kept?.replaces === command.replaces) drafts.delete(draft);
      const place = command.replaces ? await asked(commands.index("id").getKey(command.replaces)) : undefined;
      if (place === undefined) commands.add(command);
      else commands.put({ ...command, place });
    });
  }

  /**
   * Another state, or other content under a new id: only while the one it replaces is still there.
   * @param {string} id @param {Command} command
   */
  replace(id, command) {
    return this.#write(async (commands) => {
      const place = await asked(commands.index("id").getKey(id));
      if (place !== undefined) commands.put({ ...command, place });
    });
  }

  /** @param {string} id */
  remove(id) {
    return this.#write(async (commands) => {
      const place = await asked(commands.index("id").getKey(id));
      if (place !== undefined) commands.delete(place);
    });
  }

  /** @returns {Promise<Draft[]>} */
  drafts() {
    return this.#read("drafts", (drafts) => drafts.getAll());
  }

  /** Keeps a draft unless its form holds other words. False when it does. @param {Draft} draft */
  async offerDraft(draft) {
    /** @type {Draft | undefined} */
    let present;
    await this.#write(async (_commands, drafts) => {
      present = await asked(drafts.get(draft.key));
      if (!present) drafts.put(draft);
    });
    return !present || present.replaces === draft.replaces;
  }

  /** @param {Draft} draft */
  keepDraft(draft) {
    return this.#write((_commands, drafts) => {
      if (draft.fields.length) drafts.put(draft);
      else drafts.delete(draft.key);
    });
  }
}

/** The same without a disk: words live as long as the tab, and the screen says so. */
export class MemoryShelf {
  /** @type {Map<string, Command>} */ #commands = new Map();
  /** @type {Map<string, Draft>} */ #drafts = new Map();

  /** Whether no command is kept here only. */
  get isEmpty() {
    return !this.#commands.size;
  }

  async commands() {
    return [...this.#commands.values()];
  }

  /** @param {Command} command @param {string} draft */
  async add(command, draft) {
    this.#drafts.delete(draft);
    if (this.#commands.has(command.replaces ?? "")) await this.replace(command.replaces ?? "", command);
    else this.#commands.set(command.id, command);
  }

  /** @param {string} id @param {Command} command */
  async replace(id, command) {
    const commands = [...this.#commands.values()].map((one) => (one.id === id ? command : one));
    this.#commands = new Map(commands.map((one) => [one.id, one]));
  }

  /** @param {string} id */
  async remove(id) {
    this.#commands.delete(id);
  }

  async drafts() {
    return [...this.#drafts.values()];
  }

  /** @param {Draft} draft */
  async offerDraft(draft) {
    const present = this.#drafts.get(draft.key);
    if (!present) this.#drafts.set(draft.key, draft);
    return !present || present.replaces === draft.replaces;
  }

  /** @param {Draft} draft */
  async keepDraft(draft) {
    if (draft.fields.length) this.#drafts.set(draft.key, draft);
    else this.#drafts.delete(draft.key);
  }
}
