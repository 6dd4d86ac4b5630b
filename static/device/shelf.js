/** Where commands and drafts are kept: on disk, in a database of their own per identity, else in memory. */

/** @import { Command, Draft } from "./types.js" */

import { Disk, asked, done } from "./idb.js";

export const PREFIX = "outbox|";

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
    return asked(ask((await this.disk.transaction([name], "readonly")).objectStore(name)));
  }

  /**
   * @param {(commands: IDBObjectStore, drafts: IDBObjectStore) => Promise<void> | void} work
   */
  async #write(work) {
    const transaction = await this.disk.transaction(["commands", "drafts"], "readwrite");
    const written = done(transaction);
    await work(transaction.objectStore("commands"), transaction.objectStore("drafts"));
    await written;
  }

  /** In order of intent. @returns {Promise<Command[]>} */
  commands() {
    return this.#read("commands", (commands) => commands.getAll());
  }

  /** Keeps a new command, and lets go of the draft that it came from. @param {Command} command @param {string} draft */
  async add(command, draft) {
    await this.#write(async (commands, drafts) => {
      drafts.delete(draft);
      const place = await asked(commands.add(command));
      command.place = /** @type {number} */ (place);
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

  /**
   * Erases a command; its words, when asked, become a draft in the same breath.
   * @param {string} id @param {Draft} [draft]
   */
  remove(id, draft) {
    return this.#write(async (commands, drafts) => {
      if (draft) drafts.put(draft);
      const place = await asked(commands.index("id").getKey(id));
      if (place !== undefined) commands.delete(place);
    });
  }

  /** @param {string} key @returns {Promise<Draft | undefined>} */
  draft(key) {
    return this.#read("drafts", (drafts) => drafts.get(key));
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

  async commands() {
    return [...this.#commands.values()];
  }

  /** @param {Command} command @param {string} draft */
  async add(command, draft) {
    this.#drafts.delete(draft);
    this.#commands.set(command.id, command);
  }

  /** @param {string} id @param {Command} command */
  async replace(id, command) {
    const commands = [...this.#commands.values()].map((one) => (one.id === id ? command : one));
    this.#commands = new Map(commands.map((one) => [one.id, one]));
  }

  /** @param {string} id @param {Draft} [draft] */
  async remove(id, draft) {
    if (draft) this.#drafts.set(draft.key, draft);
    this.#commands.delete(id);
  }

  /** @param {string} key */
  async draft(key) {
    return this.#drafts.get(key);
  }

  /** @param {Draft} draft */
  async keepDraft(draft) {
    if (draft.fields.length) this.#drafts.set(draft.key, draft);
    else this.#drafts.delete(draft.key);
  }
}
