/** The same three elements on every page: what waits, whether there is a line, and how old what you see is. */

import { device, noticed, notices } from "./device.js";
import { timeText } from "./times.js";
import { plural, word } from "./words.js";

/** An element that follows signals while it is on a page. */
class Following extends HTMLElement {
  /** @type {(() => void)[]} */ #leaving = [];

  connectedCallback() {
    const here = device();
    if (here) this.#leaving = this.follow(here);
    this.show();
  }

  disconnectedCallback() {
    for (const leave of this.#leaving) leave();
  }

  /** @param {import("./device.js").Device} _here @returns {(() => void)[]} */
  follow(_here) {
    return [];
  }

  show() {}
}

/** "3 not sent", when it is true. */
export class OutboxBadge extends Following {
  /** @override @param {import("./device.js").Device} here */
  follow(here) {
    return [here.outbox.changed.follow(() => this.show())];
  }

  /** @override */
  show() {
    const count = device()?.outbox.commands.length ?? 0;
    const text = count ? plural("not_sent", count) : "";
    this.hidden = count === 0;
    const number = this.querySelector("[data-count]");
    const label = this.querySelector("[data-label]");
    if (number && number.textContent !== String(count)) number.textContent = String(count);
    if (label && label.textContent !== text) label.textContent = text;
  }
}

/** What a person should know about this device now, each with its sentence and its way out. */
export class OfflineBanner extends Following {
  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-reload]")) location.reload();
    });
  }

  /** @override */
  follow() {
    return [noticed.follow(() => this.show())];
  }

  /** @override */
  show() {
    /** @type {Record<string, boolean>} */
    const wanted = {
      "signed-out": notices.isSignedOut,
      offline: notices.isOffline && !notices.isSignedOut,
      updated: notices.isUpdated,
      disk: notices.isDiskRefused,
    };
    for (const part of this.querySelectorAll("[data-when]")) {
      /** @type {HTMLElement} */ (part).hidden = !wanted[part.getAttribute("data-when") ?? ""];
    }
    this.hidden = !Object.values(wanted).includes(true);
  }
}

/** "As of 09:12, no network". */
export class SyncAge extends Following {
  /** @type {ReturnType<typeof setInterval> | undefined} */ #ticks;

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.#ticks = setInterval(() => this.show(), 30_000);
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#ticks);
  }

  /** @override @param {import("./device.js").Device} here */
  follow(here) {
    return [here.sync.changed.follow(() => this.show()), noticed.follow(() => this.show())];
  }

  /** @override */
  async show() {
    const here = device();
    if (!here) return void (this.hidden = true);
    const { state } = here.sync;
    const at = here.sync.heardAt || (await here.store.syncedAt().catch(() => 0));
    const isSilent = state === "offline" || notices.isOffline;
    const time = at ? timeText(new Date(at)) : "";
    const text = !isSilent
      ? word(state === "pulling" ? "pulling" : "live")
      : time
        ? word("as_of", { time })
        : word("never");
    this.dataset.state = isSilent ? "offline" : state;
    this.hidden = false;
    if (this.textContent !== text) this.textContent = text;
  }
}
