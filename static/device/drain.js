/**
 * Empties the outbox: one tab at a time, each lane in order, until all that can go has gone. A tab that holds the
 * lock and does not move for twelve seconds loses it.
 */

/** @import { Answer, NotFinal } from "./answers.js" */
/** @import { Channel } from "./channel.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Command } from "./types.js" */
/** @import { PostEvents } from "./post.js" */

import { judged } from "./answers.js";
import { growing } from "./patience.js";

const STOLEN_AFTER = 12_000;
const BEAT = 3000;

/**
 * @typedef {Object} Line  the way to the server
 * @property {(command: Command, how: {token: string, tries: number, abort: AbortSignal}, events: PostEvents)
 *   => Promise<Answer>} post
 * @property {() => string} token  from the cookie, at send time
 * @property {() => Promise<void>} freshToken
 *
 * @typedef {Object} DrainEvents
 * @property {() => void} otherIdentity
 * @property {(isSignedOut: boolean) => void} signedOut
 * @property {(isSilent: boolean) => void} silent
 */

export class Drain {
  #isStopped = false;
  #isRunning = false;
  #isWanted = false;
  /** The server asked for quiet until then, ms. */ #notBefore = 0;
  /** Lanes whose first command could not go, and until when they rest, ms. @type {Map<string, number>} */
  #resting = new Map();
  /** Commands of which the row came before the answer. @type {Set<string>} */ #arrived = new Set();
  #nudge = () => {};
  /** A new one for each holding of the lock: stolen means over. */ #hold = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #timerAt = Infinity;
  #beatAt = 0;
  /** @type {Map<string, number>} */ #tries = new Map();
  /** @type {Map<string, {abort: AbortController, isSilent: boolean}>} */ #flights = new Map();

  /** @param {Outbox} outbox @param {Channel} channel @param {Line} line @param {DrainEvents} events */
  constructor(outbox, channel, line, events) {
    this.outbox = outbox;
    this.channel = channel;
    this.line = line;
    this.events = events;
    this.name = `drain|${outbox.identity}`;
    outbox.queued.follow(() => {
      this.#resting.clear();
      this.#try();
    });
    channel.heard.follow((message) => {
      if (message.t === "beat") this.#beatAt = Date.now();
      if (message.t === "drained" || message.t === "commands") this.#soon(50);
      if (message.t === "failed") this.#note(message.lane, message.id, message.verdict);
    });
  }

  /** Start, focus, `online`, an open socket, a row that should have settled something: at once, and patience anew. */
  wake() {
    this.#tries.clear();
    this.#resting.clear();
    for (const flight of this.#flights.values()) if (flight.isSilent) flight.abort.abort();
    this.#try();
  }

  /**
   * What these commands were to make is here already: only their receipts settle them, so ask at once, even when the
   * answer that is awaited now gets lost.
   * @param {Command[]} commands
   */
  arrived(commands) {
    for (const { id, lane } of commands) {
      this.#arrived.add(id);
      this.#tries.delete(id);
      this.#resting.delete(lane);
      const flight = this.#flights.get(id);
      if (flight?.isSilent) flight.abort.abort();
    }
    if (commands.length) this.#try();
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#hold.abort();
    for (const flight of this.#flights.values()) flight.abort.abort();
  }

  /** @param {number} ms */
  #soon(ms) {
    if (this.#isStopped || Date.now() + ms >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = Date.now() + ms;
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#try();
    }, ms);
  }

  async #try() {
    this.#nudge();
    if (this.#isRunning || this.#isStopped) return void (this.#isWanted = true);
    this.#isRunning = true;
    try {
      do {
        this.#isWanted = false;
        await this.outbox.refresh();
        if (this.outbox.next().size) await this.#turn();
      } while (this.#isWanted && !this.#isStopped);
    } finally {
      this.#isRunning = false;
    }
  }

  /** One holding of the lock, or a look at who has it. */
  async #turn() {
    if (!navigator.locks) return this.#empty(new AbortController());
    const hold = new AbortController();
    const isStale = this.#beatAt > 0 && Date.now() - this.#beatAt > STOLEN_AFTER;
    const isHeld = await navigator.locks
      .request(this.name, isStale ? { steal: true } : { ifAvailable: true }, async (lock) => {
        if (lock) await this.#empty(hold);
        return lock !== null;
      })
      .catch(() => false)
      .finally(() => hold.abort());
    if (isHeld) return void (this.#beatAt = 0);
    this.#beatAt ||= Date.now();
    this.#soon(BEAT);
  }

  /** Every lane at once: words do not wait behind a photo. @param {AbortController} hold */
  async #empty(hold) {
    this.#hold = hold;
    // Stopped while the lock was on its way: lanes that may not move would be begun again for ever, and the page freeze.
    if (this.#isStopped) return;
    const beats = setInterval(() => this.#beat(), BEAT);
    this.#beat();
    /** @type {Map<string, Promise<void>>} */
    const running = new Map();
    try {
      await this.outbox.refresh();
      for (;;) {
        for (const lane of hold.signal.aborted ? [] : this.outbox.next().keys()) {
          if (running.has(lane) || this.#isResting(lane)) continue;
          running.set(
            lane,
            this.#lane(lane, hold.signal).finally(() => running.delete(lane)),
          );
        }
        if (!running.size) return;
        const nudged = new Promise((resolve) => (this.#nudge = () => resolve(undefined)));
        await Promise.race([...running.values(), nudged]);
      }
    } finally {
      clearInterval(beats);
      this.channel.say({ t: "drained" });
    }
  }

  #beat() {
    this.channel.say({ t: "beat", at: Date.now() });
  }

  /** @param {string} lane @param {AbortSignal} hold */
  async #lane(lane, hold) {
    let hasFreshToken = false;
    for (;;) {
      const command = this.outbox.next().get(lane);
      if (!command || hold.aborted || this.#isStopped) return;
      if (this.#isResting(lane)) return;
      const verdict = judged(command, await this.#send(command));
      if (verdict.outcome === "accepted" || verdict.outcome === "refused" || verdict.outcome === "conflict") {
        this.#tries.delete(command.id);
        this.events.signedOut(false);
        await this.outbox.settle(command, verdict);
        this.#arrived.delete(command.id);
        this.#nudge(); // another lane may have stood on this
      } else if (verdict.outcome === "token" && !hasFreshToken) {
        hasFreshToken = true;
        await this.line.freshToken();
      } else {
        return this.#later(lane, command, verdict);
      }
    }
  }

  /** Also makes sure that somebody looks again. @param {string} lane */
  #isResting(lane) {
    const until = Math.max(this.#notBefore, this.#resting.get(lane) ?? 0);
    if (Date.now() < until) this.#soon(until - Date.now());
    return Date.now() < until;
  }

  /** @param {Command} command */
  async #send(command) {
    const flight = { abort: new AbortController(), isSilent: false };
    const tries = this.#tries.get(command.id) ?? 0;
    this.#flights.set(command.id, flight);
    this.outbox.effort(command.id, { sent: 0, total: 0, isSilent: false, tries, status: 0 });
    this.channel.say({ t: "sending", id: command.id, sent: 0, total: 0 });
    const answer = await this.line.post(
      command,
      { token: this.line.token(), tries, abort: flight.abort.signal },
      {
        moved: (sent, total) => {
          flight.isSilent = false;
          this.#beat();
          this.events.silent(false);
          this.outbox.effort(command.id, { sent, total, isSilent: false });
          this.channel.say({ t: "sending", id: command.id, sent, total });
        },
        silent: () => {
          flight.isSilent = true;
          this.events.silent(true);
          this.outbox.effort(command.id, { isSilent: true });
        },
      },
    );
    this.#flights.delete(command.id);
    this.events.silent(answer.status === 0);
    return answer;
  }

  /**
   * Kept, and tried again: nothing here ever ends a command.
   * @param {string} lane @param {Command} command @param {NotFinal} verdict
   */
  #later(lane, command, verdict) {
    this.#note(lane, command.id, verdict);
    this.outbox.failed(lane, command.id, verdict);
    if (verdict.outcome === "other-identity") return this.events.otherIdentity();
    if (verdict.outcome === "signed-out") this.events.signedOut(true);
  }

  /**
   * Patience is shared: what one tab was refused, another does not try at once.
   * @param {string} lane @param {string} id @param {NotFinal} verdict
   */
  #note(lane, id, verdict) {
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    if (verdict.outcome === "later" && verdict.after) this.#notBefore = Date.now() + verdict.after;
    const wait = this.#arrived.delete(id) ? 0 : growing(tries - 1, 4000, 60_000);
    this.#resting.set(lane, Date.now() + wait);
    if (!this.#isResting(lane)) this.#soon(0);
  }
}
