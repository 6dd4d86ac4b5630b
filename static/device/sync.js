/** Keeps the store level with the server: socket, feed, cursors. Never applies what is for another identity. */

/** @import { Batch, FeedAnswer } from "./types.js" */
/** @import { Channel } from "./channel.js" */
/** @import { Frame } from "./socket.js" */
/** @import { Store } from "./store.js" */

import { FeedRefused, pullAll } from "./feed.js";
import { DiskRefused } from "./idb.js";
import { Overtaken } from "./pages.js";
import { growing, jitter } from "./patience.js";
import { Signal } from "./signal.js";
import { Socket } from "./socket.js";
import { Turns } from "./turns.js";

/** After as long, ms, a tab that was one too many of its person's asks for a socket again. */
const MAKES_ROOM = 30_000;

/** @typedef {"live" | "pulling" | "offline"} SyncState */

/**
 * @typedef {Object} SyncEvents
 * @property {() => void} otherIdentity  the cookie changed hands: replace the document
 * @property {(isSignedOut: boolean) => void} signedOut  the session ended, or came back
 * @property {(answer: {app: string, rows_version: string}) => void} version
 * @property {() => number | undefined} oldest  age of the oldest unsent command, s
 * @property {() => void} complete  everything that the server has is on the device
 */

export class Sync {
  /** @type {Signal<SyncState>} */ changed = new Signal();
  /** The server spoke: a good moment to send. @type {Signal<void>} */ opened = new Signal();
  /** @type {SyncState} */ state = "offline";
  /** @type {Socket | null} */ #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #again;
  /** @type {Promise<void> | null} */ #pulling = null;
  #pullAgain = false;
  #tries = 0;
  /** Before then, ms, no socket is asked for. */ #notBefore = 0;
  /** The rows version that the socket was greeted with; null until it was. @type {string | null} */ #greeted = null;
  #isStopped = true;
  /** Until something is known, nothing is said: a page does not begin by crying wolf. */
  #hasSaid = false;
  /** When the server last spoke, ms. */ heardAt = 0;
  /** Frames are applied one after the other. @type {Promise<unknown>} */ #line = Promise.resolve();

  /** @param {Store} store @param {Channel} channel @param {SyncEvents} events @param {string} origin ws://… */
  constructor(store, channel, events, origin) {
    this.store = store;
    this.channel = channel;
    this.events = events;
    this.url = `${origin}/socket/`;
    this.turns = new Turns(`pull|${store.identity}`, channel);
    channel.heard.follow((message) => {
      if (message.t === "rows") this.store.changed.tell(message.batch);
    });
  }

  start() {
    this.#isStopped = false;
    this.#connect();
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#again);
    this.#socket?.close();
    this.#socket = null;
    this.#say("offline");
  }

  /** Focus, `online`, a row that should be there: look at once. */
  look() {
    if (this.#isStopped) return;
    if (this.#notBefore > Date.now()) return void this.pull();
    if (this.#socket) this.#socket.ping();
    else this.#connect();
  }

  /** `offline`: an open socket would only stall. */
  lost() {
    this.#socket?.close();
    this.#say("offline");
  }

  /** @param {SyncState} state */
  #say(state) {
    if (state === this.state && this.#hasSaid) return;
    this.#hasSaid = true;
    if (this.state === "live" && this.heardAt) this.store.synced(this.heardAt).catch(() => {});
    this.state = state;
    this.changed.tell(state);
  }

  async #connect() {
    clearTimeout(this.#again);
    if (this.#socket || this.#isStopped) return;
    const identity = this.store.identity;
    const held = await Promise.all([this.store.rowsVersion(), this.store.cursors()]).catch((error) => {
      if (error instanceof DiskRefused && error.reason === "deleted") return null;
      throw error;
    });
    if (this.#socket || this.#isStopped) return;
    // Erased under us, by a sign-out or by somebody else's first page: this document is nobody's any more.
    if (!held) return this.events.otherIdentity();
    const [rows_version, cursors] = held;
    const socket = new Socket(
      this.url,
      { identity, rows_version, cursors },
      {
        frame: (frame) => this.#take(socket, frame),
        oldest: () => this.events.oldest(),
        silent: () => this.#say("offline"),
        closed: (code) => this.#closed(socket, code),
      },
    );
    this.#socket = socket;
    this.#greeted = null;
  }

  /** @param {Socket} socket @param {number} code */
  #closed(socket, code) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#isStopped) return;
    if (code === 4412) return this.events.otherIdentity();
    this.#say("offline");
    // The session ended: the feed says whether somebody else has one here by now.
    if (code === 4401) this.pull();
    else if (code === 4429) this.#makeRoom();
    else this.#reconnect(0);
  }

  /** This person has more tabs than the server keeps sockets for: until some are closed, the feed keeps up. */
  #makeRoom() {
    this.#notBefore = Date.now() + MAKES_ROOM;
    this.pull();
  }

  /** @param {number} after ms */
  #reconnect(after) {
    clearTimeout(this.#again);
    if (this.#isStopped) return;
    const least = Math.max(after, this.#notBefore - Date.now());
    const wait = Math.max(least, growing(this.#tries - 1, 1000, 30_000) * (this.#tries ? 1 : 0)) + jitter(5000);
    this.#tries += 1;
    this.#again = setTimeout(async () => {
      // Where websockets do not pass, the feed alone keeps up.
      if (this.#tries > 2 && navigator.onLine) await this.pull();
      this.#connect();
    }, wait);
  }

  /** @param {Socket} socket @param {Frame} frame */
  #take(socket, frame) {
    this.heardAt = Date.now();
    this.#line = this.#line
      .then(() => (this.#socket === socket ? this.#apply(frame) : undefined))
      .catch(() => socket.close());
  }

  /** @param {Frame} frame */
  async #apply(frame) {
    if (frame.t === "ready") return this.#ready(frame);
    if (frame.t === "records") {
      const { hasGap, batch } = await this.store.applyLive(frame.records, this.#greeted ?? "");
      this.channel.say({ t: "rows", batch });
      if (hasGap) this.pull();
    } else if (frame.t === "pull" || frame.t === "journals") {
      this.pull();
    } else if (this.state === "offline") {
      this.#say(this.#pulling ? "pulling" : "live");
    }
  }

  /** @param {Extract<Frame, {t: "ready"}>} frame */
  async #ready(frame) {
    if (frame.identity !== this.store.identity) return this.events.otherIdentity();
    this.#greeted = frame.rows_version;
    this.events.signedOut(false);
    this.events.version(frame);
    this.opened.tell();
    const isCurrent = frame.rows_version === (await this.store.rowsVersion());
    if (frame.pull.length || !isCurrent) return void this.pull();
    this.#tries = 0;
    await this.store.synced(this.heardAt);
    this.#say("live");
    this.events.complete();
  }

  /** Catches up; asked again meanwhile, it goes round once more. @returns {Promise<void>} */
  pull() {
    this.#pullAgain = this.#pulling !== null;
    this.#pulling ??= this.#pull().finally(() => {
      this.#pulling = null;
      if (this.#pullAgain) this.pull();
    });
    return this.#pulling;
  }

  async #pull() {
    this.#say("pulling");
    try {
      const answer = await this.turns.take(() => this.#pages());
      this.events.signedOut(false);
      this.events.version(answer);
      this.heardAt = Date.now();
      await this.store.synced(this.heardAt);
      this.#say("live");
      this.events.complete();
      if (this.#socket === null) this.#reconnect(0);
      else if (this.#greeted !== null) this.#tries = 0;
    } catch (error) {
      // The other tab's pages come by the channel; what they leave is asked for in our next turn.
      if (error instanceof Overtaken) return void (this.#pullAgain = true);
      this.#say("offline");
      const reason = error instanceof FeedRefused ? error.reason : "later";
      if (reason === "other-identity") return this.events.otherIdentity();
      if (reason === "signed-out") this.events.signedOut(true);
      this.#socket?.close();
      if (!this.#socket) this.#reconnect(error instanceof FeedRefused ? error.after : 0);
    }
  }

  /** @returns {Promise<FeedAnswer>} */
  #pages() {
    return pullAll(this.store, {
      onSilent: () => this.#say("offline"),
      onPage: (_answer, /** @type {Batch} */ batch) => {
        this.#say("pulling");
        this.channel.say({ t: "rows", batch });
      },
    });
  }
}
