/** What the tests of the device share: a fresh disk, records, and a line to a server that is not there. */

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";

export function freshDisk() {
  globalThis.indexedDB = new IDBFactory();
}

/** @param {Partial<import("../../static/device/types.js").WireRecord> & {n: number}} some */
export function record(some) {
  const { n } = some;
  return {
    j: "j1",
    f: n,
    s: "s1",
    k: "messaging.message",
    id: `m${n}`,
    p: "c1",
    html: `<p>${n}</p>`,
    facts: {},
    ...some,
  };
}

/** @param {Partial<import("../../static/device/types.js").FeedAnswer>} some */
export function answer(some = {}) {
  return {
    identity: "alice",
    app: "a1",
    rows_version: "v1",
    journals: { j1: { sphere: "s1", epoch: "e1", head: 3 } },
    reset: [],
    records: [],
    cursors: {},
    more: false,
    page: null,
    ...some,
  };
}

/** Commands as forms make them. @param {Partial<import("../../static/device/types.js").Command>} some */
export function command(some = {}) {
  return {
    id: crypto.randomUUID(),
    identity: "alice",
    name: "messaging.send.1",
    path: "/s/x/conversations/c1/messages/",
    fields: [["body", "Bonjour"]],
    sphere: "s1",
    lane: "s1",
    mints: [],
    kind: "messaging.message",
    parent: "c1",
    object: "",
    page: "/s/x/conversations/c1/",
    title: "Message",
    excerpt: "Bonjour",
    said_at: 1,
    follow: false,
    state: "waiting",
    ...some,
  };
}

/** Tabs that talk within one process. */
export class Tabs {
  /** @type {Set<FakeChannel>} */ all = new Set();

  channel() {
    const channel = new FakeChannel(this);
    this.all.add(channel);
    return channel;
  }
}

class FakeChannel {
  /** @type {Set<(message: any) => void>} */ #followers = new Set();

  /** @param {Tabs} tabs */
  constructor(tabs) {
    this.tabs = tabs;
    this.heard = { follow: (/** @type {any} */ follower) => this.#followers.add(follower) };
  }

  /** @param {any} message */
  say(message) {
    for (const other of this.tabs.all) if (other !== this) for (const follower of other.#followers) follower(message);
  }

  close() {
    this.tabs.all.delete(this);
  }
}

/** Web Locks of one browser. */
export class Locks {
  /** @type {Map<string, {lost: (error: Error) => void, over: Promise<unknown>}>} */ held = new Map();

  /**
   * @param {string} name
   * @param {{steal?: boolean, ifAvailable?: boolean, signal?: AbortSignal}} options
   * @param {(lock: object | null) => Promise<unknown>} work
   */
  async request(name, { steal = false, ifAvailable = false, signal }, work) {
    if (ifAvailable && this.held.has(name)) return work(null);
    while (!steal && this.held.has(name)) await Promise.race([this.held.get(name)?.over, aborted(signal)]);
    this.held.get(name)?.lost(new DOMException("stolen", "AbortError"));
    let free = () => {};
    const over = new Promise((resolve) => (free = () => resolve(undefined)));
    const mine = { lost: (/** @type {Error} */ _error) => {}, over };
    const stolen = new Promise((_, reject) => (mine.lost = reject));
    this.held.set(name, mine);
    try {
      return await Promise.race([work({}), stolen]);
    } finally {
      if (this.held.get(name) === mine) this.held.delete(name);
      free();
    }
  }
}

/** @param {AbortSignal} [signal] @returns {Promise<never>} */
const aborted = (signal) =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));

/** Waits for a condition, never for a time. @param {() => unknown} condition */
export async function until(condition) {
  for (let round = 0; round < 2000; round += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`never: ${condition}`);
}

/** What a browser keeps of answers, by name and by address. */
export class Caches {
  /** @type {Map<string, Map<string, Response>>} */ all = new Map();

  /** @param {string} name */
  async open(name) {
    const kept = this.all.get(name) ?? new Map();
    this.all.set(name, kept);
    const path = (/** @type {string} */ url) => new URL(url, "http://localhost").pathname;
    return {
      match: async (/** @type {string} */ key) => kept.get(path(key))?.clone(),
      put: async (/** @type {string} */ key, /** @type {Response} */ answer) => {
        const { status, headers } = answer;
        kept.set(path(key), new Response(await answer.text(), { status, headers }));
      },
      delete: async (/** @type {string} */ url) => kept.delete(path(url)),
      keys: async () => [...kept.keys()].map((key) => ({ url: `http://localhost${key}` })),
    };
  }

  /** @param {string} key @param {{cacheName: string}} where */
  async match(key, { cacheName }) {
    return this.all.has(cacheName) ? (await this.open(cacheName)).match(key) : undefined;
  }

  /** @param {string} name */
  async has(name) {
    return this.all.has(name);
  }

  /** @param {string} name */
  async delete(name) {
    return this.all.delete(name);
  }

  async keys() {
    return [...this.all.keys()];
  }
}
