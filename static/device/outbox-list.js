/** `<outbox-list>`: every command that is not settled, what is being done about it, and what a person may decide. */

/** @import { Command } from "./types.js" */

import { device } from "./device.js";
import { draftFrom } from "./drafts.js";
import { describe } from "./efforts.js";
import { finishTimes } from "./times.js";
import { copied, word } from "./words.js";
import { visit } from "./visits.js";

export class OutboxList extends HTMLElement {
  /** @type {(() => void) | undefined} */ #leave;
  /** Whose form holds other words. */ #waitsForForm = "";

  connectedCallback() {
    this.#leave = device()?.outbox.changed.follow(() => this.show());
    this.onclick = (event) => this.#decide(event);
    this.show();
  }

  disconnectedCallback() {
    this.#leave?.();
  }

  show() {
    const outbox = device()?.outbox;
    if (!outbox) return;
    const held = outbox.heldBack();
    const ids = new Set(outbox.commands.map((command) => command.id));
    for (const item of this.#items()) if (!ids.has(item.dataset.command ?? "")) item.remove();
    for (const command of outbox.commands) {
      const item = this.#item(command);
      if (!item) return;
      const { state, text, detail } = describe(outbox, command, held.get(command.id));
      if (item.dataset.state !== state) item.dataset.state = state;
      write(item, "[data-state-text]", text);
      write(item, "[data-state-detail]", detail);
      const refusal = item.querySelector("[data-refusal]");
      if (refusal) /** @type {HTMLElement} */ (refusal).hidden = state !== "refused";
      const formIsTaken = command.id === this.#waitsForForm ? word("form_taken") : "";
      const sentences = new Set([command.sentence ?? "", ...Object.values(command.errors ?? {}).flat(), formIsTaken]);
      write(item, "[data-sentence]", [...sentences].join(" ").trim());
    }
    this.toggleAttribute("data-empty", !outbox.commands.length);
  }

  #items() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-command]")]);
  }

  /** @param {Command} command @returns {HTMLElement | null} */
  #item(command) {
    const present = this.#items().find((item) => item.dataset.command === command.id);
    // A conflict is another card: made anew when the state turned to it.
    if (present && (command.state === "conflict") === "conflict" in present.dataset) return present;
    const content = copied(command.state === "conflict" ? "#outbox-conflict" : "#outbox-item");
    const item = /** @type {HTMLElement | null} */ (content?.firstElementChild ?? null);
    if (!item) return null;
    item.dataset.command = command.id;
    write(item, "[data-title]", command.title);
    write(item, "[data-excerpt]", command.excerpt);
    const place = item.querySelector("a[data-place]");
    if (place) place.setAttribute("href", command.page);
    for (const time of item.querySelectorAll("time[data-since]")) {
      time.setAttribute("datetime", new Date(command.said_at).toISOString());
    }
    if (command.state === "conflict") writeVersions(item, command);
    finishTimes(item);
    if (present) present.replaceWith(item);
    else this.append(item);
    return item;
  }

  /** @param {MouseEvent} event */
  async #decide(event) {
    const button = event.target instanceof Element ? event.target.closest("button[data-act]") : null;
    const id = button?.closest("[data-command]")?.getAttribute("data-command");
    const outbox = device()?.outbox;
    const command = outbox?.commands.find((one) => one.id === id);
    if (!button || !outbox || !command) return;
    const act = button.getAttribute("data-act");
    if (act === "mine") await outbox.keepMine(command.id);
    else if (act === "theirs" || act === "discard") await outbox.discard(command.id);
    else if (act === "retry") device()?.drain.wake();
    else if (act === "edit") {
      if (await outbox.reopen(command.id, draftFrom(command))) return visit(command.page);
      this.#waitsForForm = command.id;
      this.show();
    }
  }
}

/** @param {Element} item @param {string} selector @param {string} text */
function write(item, selector, text) {
  const element = item.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

/** Both versions of each field, with both authors. @param {Element} item @param {Command} command */
function writeVersions(item, command) {
  const places = item.querySelector("[data-versions]");
  for (const [field, { theirs, by, at, label, words }] of Object.entries(command.conflict ?? {})) {
    const content = copied("#outbox-versions");
    if (!content || !places) return;
    const mine = command.fields.find(([name]) => name === field)?.[1] ?? "";
    write(/** @type {any} */ (content), "[data-mine]", words?.mine ?? String(mine));
    write(/** @type {any} */ (content), "[data-theirs]", words?.theirs ?? theirs);
    write(/** @type {any} */ (content), "[data-field]", label ?? "");
    write(/** @type {any} */ (content), "[data-by]", by);
    for (const time of content.querySelectorAll("time[data-at]")) time.setAttribute("datetime", at);
    finishTimes(content);
    places.append(content);
  }
}
