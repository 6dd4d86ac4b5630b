/**
 * `<live-list kind parent? object? sphere? order role>`: adopts the rows that the server wrote, then follows the
 * store: the newest first, the rest when idle, pending rows last.
 */

/** @import { Batch, Row } from "./types.js" */
/** @import { Shown } from "./reads.js" */

import { device } from "./device.js";
import { fill, furthest, further, isNewestFirst, isWhole, queryOf, settledRows, show, takeAway } from "./filling.js";
import { finish } from "./names.js";
import { showPending } from "./pending.js";
import { isNewer, placeOf, rowOf } from "./rows.js";
import { belongs, compareOrders } from "./rules.js";
import { steadily } from "./scroll.js";
import { finishTimes } from "./times.js";

/** Rows that a log draws by itself; the older ones come when asked for. */
const PLENTY = 200;

/** @type {Set<LiveList>} */
const shownLists = new Set();

const idle = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ work) => setTimeout(work, 50));

export class LiveList extends HTMLElement {
  connectedCallback() {
    shownLists.add(this);
    this.#follow();
  }

  disconnectedCallback() {
    shownLists.delete(this);
  }

  async #follow() {
    if (!device()) return;
    // Filled before the page was shown; what came meanwhile is added when there is time.
    if (this.hasAttribute("data-filled")) await new Promise((resolve) => idle(() => resolve(undefined)));
    await this.refresh();
    await this.#rest();
  }

  /** Level with the store again. */
  async refresh() {
    const here = device();
    if (!here || !this.isConnected) return;
    await fill(this, document.body, here.store);
    this.showPending();
    this.#say();
  }

  async #rest() {
    const most = isNewestFirst(this) ? PLENTY : Infinity;
    while (this.isConnected && !isWhole(this) && settledRows(this).length < most) {
      await new Promise((resolve) => idle(() => resolve(undefined)));
      const here = device();
      if (!here || !(await further(this, document.body, here.store))) return;
    }
  }

  showPending() {
    const here = device();
    if (here) steadily(this, () => showPending(this, document.body, here.outbox));
  }

  /** @param {Batch} batch */
  receive(batch) {
    const query = queryOf(this);
    const here = device();
    const rows = batch.rows.filter((row) => row.k === query.kind);
    if (query.marked) this.#remark(batch, query.marked);
    if (!rows.length && !batch.erased.length) return;
    /** @type {Element[]} */
    const shown = [];
    steadily(this, () => {
      for (const row of settledRows(this)) if (batch.erased.includes(placeOf(row).j)) takeAway(row);
      for (const row of rows) {
        const element = this.#take(row);
        if (element) shown.push(element);
      }
      finishTimes(this);
      if (here) showPending(this, document.body, here.outbox);
    });
    if (here && shown.length) finish(this, document.body, here.store).catch(() => {});
    this.#say();
  }

  /** What is mine by now is listed, what is mine no longer is not. @param {Batch} batch @param {string} key */
  #remark(batch, key) {
    const marks = batch.rows.filter(({ k, facts }) => k === "spheres.mine" && facts?.key === key);
    for (const { facts } of marks) if (!facts?.value) rowOf(this, String(facts?.on))?.remove();
    if (marks.length) this.refresh();
  }

  /** @param {Row} row @returns {Element | undefined} */
  #take(row) {
    const present = rowOf(this, row.id);
    if (present && !isNewer(row, present)) return undefined;
    if (row.gone || !belongs(row, queryOf(this))) return void (present && takeAway(present));
    if (!present && (row.isApart || this.hasAttribute("marked") || this.#isFurther(row))) return undefined;
    return show(this, /** @type {Shown} */ (row));
  }

  /** Beyond what this list shows so far: it comes in its turn. @param {Row} row */
  #isFurther(row) {
    const edge = furthest(this);
    if (!edge || isWhole(this) || !isNewestFirst(this) || row.o === undefined) return false;
    return compareOrders(row.o, placeOf(edge).o) < 0;
  }

  #say() {
    this.dispatchEvent(new CustomEvent("list:changed", { bubbles: true }));
  }
}

/** @param {Batch} batch */
export function receive(batch) {
  for (const list of shownLists) list.receive(batch);
}

export function pendingChanged() {
  for (const list of shownLists) list.showPending();
}

/** After a sleep, or another tab's work: level with the store. */
export async function refreshLists() {
  await Promise.all([...shownLists].map((list) => list.refresh()));
}
