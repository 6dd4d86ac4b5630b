/** IndexedDB with promises, and the ways in which a disk says no. */

/** The disk cannot be used: `missing`, `refused`, `outdated` (a newer build owns it) or `deleted` (signed out). */
export class DiskRefused extends Error {
  /** @param {"missing" | "refused" | "outdated" | "deleted"} reason @param {unknown} [cause] */
  constructor(reason, cause) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Resolves when the transaction is on disk.
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
export function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
  });
}

/** Everything that starts with these parts: arrays sort after strings and numbers. @param {IDBValidKey[]} parts */
export function startingWith(...parts) {
  return IDBKeyRange.bound(parts, [...parts, []]);
}

/** One database. Opens when first needed, and again when the browser has closed it behind our back. */
export class Disk {
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;
  #deleted = false;
  /** @type {Map<string, Promise<IDBTransaction>>} */
  #reading = new Map();

  /**
   * @param {string} name
   * @param {number} version
   * @param {(database: IDBDatabase, from: number) => void} upgrade
   */
  constructor(name, version, upgrade) {
    this.name = name;
    this.version = version;
    this.upgrade = upgrade;
  }

  /** @returns {Promise<IDBDatabase>} */
  open() {
    // A database that another tab deleted at sign-out must not come back empty.
    if (this.#deleted) return Promise.reject(new DiskRefused("deleted"));
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    return new Promise((resolve, reject) => {
      if (!globalThis.indexedDB) return reject(new DiskRefused("missing"));
      /** @type {IDBOpenDBRequest} */
      let request;
      try {
        request = indexedDB.open(this.name, this.version);
      } catch (error) {
        return reject(new DiskRefused("refused", error));
      }
      const patience = setTimeout(() => reject(new DiskRefused("refused")), 4000);
      request.onupgradeneeded = (event) => this.upgrade(request.result, event.oldVersion);
      request.onerror = () => {
        clearTimeout(patience);
        reject(new DiskRefused(request.error?.name === "VersionError" ? "outdated" : "refused", request.error));
      };
      request.onsuccess = () => {
        clearTimeout(patience);
        resolve(this.#watch(request.result));
      };
    });
  }

  /** @param {IDBDatabase} database */
  #watch(database) {
    database.onclose = () => (this.#opening = null);
    // deleteDatabase and upgrades wait for every open connection, in every tab.
    database.onversionchange = (event) => {
      this.#deleted = event.newVersion === null;
      this.#opening = null;
      database.close();
    };
    return database;
  }

  /**
   * @param {string[]} stores
   * @param {IDBTransactionMode} mode
   * @returns {Promise<IDBTransaction>}
   */
  async transaction(stores, mode) {
    const database = await this.open();
    try {
      return database.transaction(stores, mode);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw error;
      this.#opening = null;
      return (await this.open()).transaction(stores, mode);
    }
  }

  /**
   * A transaction to read with. Whoever asks for the same in one turn shares one: each costs a slow phone milliseconds.
   * @param {string[]} stores
   * @returns {Promise<IDBTransaction>}
   */
  reading(stores) {
    const name = stores.join();
    const present = this.#reading.get(name);
    if (present) return present;
    const begun = this.transaction(stores, "readonly").finally(() => this.#reading.delete(name));
    this.#reading.set(name, begun);
    return begun;
  }

  async close() {
    const opening = this.#opening;
    this.#opening = null;
    if (opening) (await opening).close();
  }

  async delete() {
    this.#deleted = true;
    await this.close().catch(() => {});
    await deleteDatabase(this.name);
  }
}

/** @param {string} name @returns {Promise<void>} */
export function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    if (!globalThis.indexedDB) return resolve();
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
