/**
 * One tab at a time pulls: two would replace each other's snapshots for ever. A tab that has its turn and does not
 * move for twelve seconds loses it.
 */

/** @import { Channel } from "./channel.js" */

import { Overtaken } from "./pages.js";
import { pause } from "./patience.js";

const BEAT = 3000;
const STALLED = 12_000;

export class Turns {
  /** When another tab was last heard pulling, ms; 0 when it is over. */ #heardAt = 0;

  /** @param {string} name @param {Channel} channel */
  constructor(name, channel) {
    this.name = name;
    this.channel = channel;
    channel.heard.follow((message) => {
      if (message.t === "pulling") this.#heardAt = Date.now();
      if (message.t === "pulled") this.#heardAt = 0;
    });
  }

  /**
   * Runs `work` when no other tab is at it. Raises Overtaken when another tab took the turn meanwhile.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async take(work) {
    if (!navigator.locks) return this.#withoutLocks(work);
    const waiting = new AbortController();
    const since = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - Math.max(since, this.#heardAt) > STALLED) waiting.abort();
    }, BEAT);
    const begun = () => clearInterval(watch);
    try {
      return await this.#held({ signal: waiting.signal }, work, begun);
    } catch (error) {
      if (!waiting.signal.aborted) throw error;
      return await this.#held({ steal: true }, work, begun);
    } finally {
      clearInterval(watch);
    }
  }

  /**
   * @template T
   * @param {LockOptions} options
   * @param {() => Promise<T>} work
   * @param {() => void} begun
   * @returns {Promise<T>}
   */
  async #held(options, work, begun) {
    let isUnderWay = false;
    try {
      return await navigator.locks.request(this.name, options, async () => {
        begun();
        isUnderWay = true;
        return this.#beating(work).finally(() => (isUnderWay = false));
      });
    } catch (error) {
      throw isUnderWay ? new Overtaken("stolen") : error;
    }
  }

  /**
   * Two that begin at once are told by the store: the first is overtaken, and lets the other finish.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #withoutLocks(work) {
    while (Date.now() - this.#heardAt < STALLED) await pause(100);
    let isOver = true;
    try {
      return await this.#beating(work);
    } catch (error) {
      isOver = !(error instanceof Overtaken);
      if (!isOver) this.#heardAt = Date.now();
      throw error;
    } finally {
      if (isOver) this.channel.say({ t: "pulled" });
    }
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #beating(work) {
    const beats = setInterval(() => this.channel.say({ t: "pulling" }), BEAT);
    this.channel.say({ t: "pulling" });
    try {
      return await work();
    } finally {
      clearInterval(beats);
    }
  }
}
