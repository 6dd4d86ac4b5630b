/** The tabs of one identity, talking. A tab never hears itself. */

/**
 * @import { NotFinal } from "./answers.js"
 * @import { Batch } from "./types.js"
 *
 * @typedef {{t: "rows", batch: Batch} | {t: "commands"} | {t: "beat", at: number} | {t: "drained"}
 *   | {t: "pulling"} | {t: "pulled"} | {t: "sending", id: string, sent: number, total: number} | {t: "signed-out"}
 *   | {t: "failed", lane: string, id: string, verdict: NotFinal}} Message
 */

import { Signal } from "./signal.js";

export class Channel {
  /** @type {Signal<Message>} */
  heard = new Signal();

  /** @param {string} name */
  constructor(name) {
    this.port = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null;
    if (this.port) this.port.onmessage = (event) => this.heard.tell(event.data);
  }

  /** @param {Message} message */
  say(message) {
    try {
      this.port?.postMessage(message);
    } catch {
      // Closed while the page goes away: the other tabs read the disk at their next look.
    }
  }

  close() {
    this.port?.close();
  }
}

/** How a tab tells the others. @param {string} identity */
export const channelOf = (identity) => new Channel(`alveole|${identity}`);
