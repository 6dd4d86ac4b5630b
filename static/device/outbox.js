/**
 * Every command that the server has not settled. Written down before anything is sent; removed by a final answer
 * only, and after what the answer brought is in the store; refused ones stay until a person decides.
 */

/** @import { Channel } from "./channel.js" */
/** @import { Final, NotFinal } from "./answers.js" */
/** @import { Command, Draft, WireRecord } from "./types.js" */

import { v7 as uuid7 } from "uuid";

import { DiskRefused } from "./idb.js";
import { heldBack, sendable } from "./lanes.js";
import { MemoryShelf, Shelf } from "./shelf.js";
import { Signal } from "./signal.js";

/** @typedef {{sent: number, total: number, isSilent: boolean, tries: number, status: number}} Effort */

export class Outbox {
  /** In order of intent. @type {Command[]} */ commands = [];
  /** The list, or what is being done about it, changed. @type {Signal<void>} */ changed = new Signal();
  /** Something new to send. @type {Signal<void>} */ queued = new Signal();
  /** @type {Signal<{command: Command, verdict: Final}>} */ settled = new Signal();
  /** Why commands are kept in memory only; "" when the disk holds them. */ refused = "";
  /** What is being done for a command, while it is. @type {Map<string, Effort>} */ efforts = new Map();
  /** Why the last attempt did not settle it. @type {Map<string, NotFinal>} */ failures = new Map();
  #memory = new MemoryShelf();
  /** Queued here and not yet on the shelf. @type {Set<Command>} */ #arriving = new Set();

  /**
   * @param {string} identity
   * @param {Channel} channel
   * @param {(records: WireRecord[]) => Promise<unknown>} deliver  puts an answer's records into the store
   */
  constructor(identity, channel, deliver) {
    this.identity = identity;
    this.channel = channel;
    this.deliver = deliver;
    this.shelf = new Shelf(identity);
    channel.heard.follow((message) => {
      if (message.t === "commands") this.refresh();
      if (message.t === "failed") this.#failed(message.id, message.verdict);
      if (message.t === "sending") this.effort(message.id, { sent: message.sent, total: message.total });
    });
  }

  /** Reads the shelf again: other tabs write on it too. */
  async refresh() {
    const kept = await this.#commands();
    const ids = new Set(kept.map((command) => command.id));
    this.commands = [...this.#arriving].filter((command) => !ids.has(command.id)).reduce(placed, kept);
    for (const id of this.efforts.keys()) if (!ids.has(id)) this.efforts.delete(id);
    this.changed.tell();
  }

  async #commands() {
    const inMemory = await this.#memory.commands();
    if (this.refused === "missing" || this.refused === "outdated") return inMemory;
    try {
      const kept = await this.shelf.commands();
      const ids = new Set(kept.map((command) => command.id));
      return inMemory.filter((command) => !ids.has(command.id)).reduce(placed, kept);
    } catch (error) {
      this.#refuse(error);
      return inMemory;
    }
  }

  /** @param {unknown} error */
  #refuse(error) {
    this.refused = error instanceof DiskRefused ? error.reason : "refused";
    this.changed.tell();
  }

  /**
   * Runs on the shelf that holds this command. A disk that refuses hands over to memory.
   * @param {string} id
   * @param {(shelf: Shelf | MemoryShelf) => Promise<void>} work
   */
  async #on(id, work) {
    const isInMemory = (await this.#memory.commands()).some((command) => command.id === id);
    await work(isInMemory ? this.#memory : this.shelf);
  }

  /**
   * Takes a command at once, in the event that made it; resolves when it is written down.
   * @param {Command} command
   * @param {string} draft  key of the draft that it came from
   */
  async queue(command, draft) {
    this.#arriving.add(command);
    this.commands = placed(this.commands, command);
    this.changed.tell();
    try {
      if (!this.#memory.isEmpty) await this.#unload().catch((error) => this.#refuse(error));
      await this.shelf.add(command, draft);
      await this.#memory.keepDraft({ key: draft, fields: [], at: 0 });
      if (this.#memory.isEmpty) this.refused = "";
    } catch (error) {
      this.#refuse(error);
      await this.#memory.add(command, draft);
    }
    this.#arriving.delete(command);
    this.channel.say({ t: "commands" });
    this.queued.tell();
  }

  /** The disk may take things again: what memory holds goes there, before what is newer. */
  async #unload() {
    for (const command of await this.#memory.commands()) {
      await this.shelf.add(command, "");
      await this.#memory.remove(command.id);
    }
  }

  /** The next command of each lane, once it is written down. */
  next() {
    return new Map([...sendable(this.commands)].filter(([, command]) => !this.#arriving.has(command)));
  }

  /** Age of the oldest command that waits, in seconds; undefined when none does. @param {number} now ms */
  oldest(now) {
    const waiting = this.commands.filter(({ state }) => state === "waiting").map(({ said_at }) => said_at);
    return waiting.length ? Math.max(0, Math.round((now - Math.min(...waiting)) / 1000)) : undefined;
  }

  heldBack() {
    return heldBack(this.commands);
  }

  /** @param {string} id @param {Partial<Effort>} change */
  effort(id, change) {
    const effort = this.efforts.get(id) ?? { sent: 0, total: 0, isSilent: false, tries: 0, status: 0 };
    this.efforts.set(id, { ...effort, ...change });
    this.failures.delete(id);
    this.changed.tell();
  }

  /** @param {string} lane @param {string} id @param {NotFinal} verdict */
  failed(lane, id, verdict) {
    this.#failed(id, verdict);
    this.channel.say({ t: "failed", lane, id, verdict });
  }

  /** @param {string} id @param {NotFinal} verdict */
  #failed(id, verdict) {
    this.efforts.delete(id);
    this.failures.set(id, verdict);
    this.changed.tell();
  }

  /**
   * A final answer: what it brought first, then the command goes, or stays with its sentence.
   * @param {Command} command @param {Final} verdict
   */
  async settle(command, verdict) {
    if (verdict.outcome === "accepted") {
      await this.deliver(verdict.records);
      await this.#on(command.id, (shelf) => shelf.remove(command.id));
    } else if (verdict.outcome === "refused") {
      const { sentence, errors } = verdict;
      await this.#put(command.id, { ...command, state: "refused", sentence, errors });
    } else {
      const { sentence, conflict } = verdict;
      await this.#put(command.id, { ...command, state: "conflict", sentence, conflict });
    }
    this.efforts.delete(command.id);
    this.failures.delete(command.id);
    await this.refresh();
    this.channel.say({ t: "commands" });
    this.settled.tell({ command, verdict });
  }

  /** @param {string} id @param {Command} command */
  #put(id, command) {
    return this.#on(id, (shelf) => shelf.replace(id, command));
  }

  /** @param {string} id */
  #decidable(id) {
    return this.commands.find((command) => command.id === id && command.state !== "waiting");
  }

  /** The person lets it go. Only what the server has answered may be let go. @param {string} id */
  async discard(id) {
    if (!this.#decidable(id)) return;
    await this.#on(id, (shelf) => shelf.remove(id));
    await this.#decided();
  }

  /**
   * The person wants to change it: its words become the form's draft, and it stays until they are sent again. False,
   * and nothing done, while that form holds other words.
   * @param {string} id @param {Draft} draft
   */
  async reopen(id, draft) {
    if (!this.#decidable(id)) return false;
    const opened = { ...draft, replaces: id };
    return this.shelf.offerDraft(opened).catch(() => this.#memory.offerDraft(opened));
  }

  /** In a conflict: mine, now that I have seen theirs. Another intent, so another id. @param {string} id */
  async keepMine(id) {
    const command = this.#decidable(id);
    if (!command?.conflict) return;
    await this.#put(id, insisting(command));
    await this.#decided();
    this.queued.tell();
  }

  async #decided() {
    await this.refresh();
    this.channel.say({ t: "commands" });
    // What was held back by it may go now, and the server will say whether it still stands.
    this.queued.tell();
  }

  /** What was half written, wherever it is kept. @returns {Promise<Draft[]>} */
  async drafts() {
    return [...(await this.shelf.drafts().catch(() => [])), ...(await this.#memory.drafts())];
  }

  /** @param {Draft} draft */
  async keepDraft(draft) {
    await this.shelf.keepDraft(draft).catch(() => this.#memory.keepDraft(draft));
  }
}

/**
 * With a new command: in the place of the one that it replaces, else after all.
 * @param {Command[]} commands @param {Command} command
 */
function placed(commands, command) {
  const isReplacing = commands.some(({ id }) => id === command.replaces);
  return isReplacing
    ? commands.map((one) => (one.id === command.replaces ? command : one))
    : [...commands, command];
}

/** The same words, with what the others wrote as seen. @param {Command} command @returns {Command} */
export function insisting(command) {
  const differences = command.conflict ?? {};
  const fields = command.fields.map(([name, value]) => {
    const difference = name.startsWith("_seen_") ? differences[name.slice("_seen_".length)] : undefined;
    return /** @type {import("./types.js").Field} */ ([name, difference ? difference.theirs : value]);
  });
  const { sentence, errors, conflict, ...rest } = command;
  return { ...rest, id: uuid7(), fields, state: "waiting" };
}
