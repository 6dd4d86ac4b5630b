/** One websocket: hello first, pings, and silence noticed. An open socket stalls without a word when the line dies. */

/** @import { Cursor, WireRecord } from "./types.js" */

import { SILENCE } from "./patience.js";

const PING = 20_000;
const CUT = 10_000;

/**
 * @typedef {{t: "ready", identity: string, app: string, rows_version: string, pull: string[]}
 *   | {t: "records", records: WireRecord[]} | {t: "pull", journals: string[]} | {t: "journals"} | {t: "pong"}} Frame
 *
 * @typedef {Object} SocketEvents
 * @property {(frame: Frame) => void} frame
 * @property {() => number | undefined} oldest  age of the oldest unsent command, s; undefined when all is sent
 * @property {() => void} silent  nothing for three seconds while something was awaited
 * @property {(code: number) => void} closed  once; 0 when we cut it
 */

export class Socket {
  #isClosed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #silence;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #cut;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #pings;

  /**
   * @param {string} url
   * @param {{identity: string, rows_version: string, cursors: Record<string, Cursor>}} hello
   * @param {SocketEvents} events
   */
  constructor(url, hello, events) {
    this.events = events;
    this.socket = new WebSocket(url);
    this.#await();
    this.socket.onopen = () => {
      this.socket.send(JSON.stringify({ t: "hello", ...hello }));
      this.#pings = setInterval(() => this.ping(), PING);
    };
    this.socket.onmessage = (event) => {
      this.#heard();
      this.events.frame(JSON.parse(event.data));
    };
    this.socket.onclose = (event) => this.#closed(event.code);
  }

  ping() {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    // How long people's words wait is for whoever runs the site to see: a number, and nothing of the words.
    this.socket.send(JSON.stringify({ t: "ping", oldest: this.events.oldest() }));
    this.#await();
  }

  close() {
    this.#closed(0);
    this.socket.onmessage = this.socket.onopen = this.socket.onclose = null;
    this.socket.close();
  }

  #await() {
    if (this.#cut) return;
    this.#silence = setTimeout(this.events.silent, SILENCE);
    this.#cut = setTimeout(() => this.close(), CUT);
  }

  #heard() {
    clearTimeout(this.#silence);
    clearTimeout(this.#cut);
    this.#cut = undefined;
  }

  /** @param {number} code */
  #closed(code) {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#heard();
    clearInterval(this.#pings);
    this.events.closed(code);
  }
}
