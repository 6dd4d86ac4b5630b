/** `<mention-list>`: who may be called by name where one writes, from this device; chosen by keyboard, mouse or thumb. */

import { device } from "../device/device.js";
import { listed } from "../device/reads.js";

const CALLING = /(?:^|[\s(["'’«,;:!?])@@?([^\n@]{0,40})$/;
const MOST = 6;
const KINDS = ["spheres.member", "groups.group"];

/** Without capitals and accents. @param {string} text */
const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** @param {string} name @param {string} begun */
const fits = (name, begun) => bare(name).startsWith(begun) || bare(name).split(/\s+/).some((word) => word.startsWith(begun));

export class MentionList extends HTMLElement {
  #chosen = 0;
  #asked = 0;

  connectedCallback() {
    const words = this.#words;
    words?.setAttribute("aria-autocomplete", "list");
    words?.setAttribute("aria-controls", this.#options.id);
    words?.addEventListener("input", this.#look);
    words?.addEventListener("keydown", this.#keyed);
    words?.addEventListener("blur", this.#close);
    this.addEventListener("pointerdown", this.#tapped);
  }

  disconnectedCallback() {
    const words = this.#words;
    words?.removeEventListener("input", this.#look);
    words?.removeEventListener("keydown", this.#keyed);
    words?.removeEventListener("blur", this.#close);
    this.removeEventListener("pointerdown", this.#tapped);
  }

  get #words() {
    return this.closest("form")?.querySelector("textarea");
  }

  get #options() {
    return /** @type {HTMLElement} */ (this.querySelector("[role=listbox]"));
  }

  /** What is begun before the caret. */
  get #begun() {
    const words = this.#words;
    return words ? words.value.slice(0, words.selectionStart).match(CALLING)?.[1] : undefined;
  }

  #look = async () => {
    const begun = this.#begun;
    const here = device();
    const asked = (this.#asked += 1);
    if (begun === undefined || !here) return this.#close();
    const { sphere } = document.body.dataset;
    const every = { limit: Infinity, isNewestFirst: false };
    const found = await Promise.all(KINDS.map((kind) => listed(here.store, { kind, sphere }, every)));
    if (asked !== this.#asked) return;
    const names = [...new Set(found.flatMap(({ rows }) => rows.map(({ facts }) => String(facts.name))))];
    this.#show(names.filter((name) => fits(name, bare(begun))).slice(0, MOST));
  };

  /** @param {string[]} names */
  #show(names) {
    if (!names.length) return this.#close();
    const options = names.map((name, index) => {
      const option = document.createElement("li");
      option.setAttribute("role", "option");
      option.id = `mention-${index}`;
      option.dir = "auto";
      option.textContent = name;
      return option;
    });
    this.#options.replaceChildren(...options);
    this.#options.hidden = false;
    this.#choose(0);
    const said = this.querySelector("[role=status]");
    if (said) said.textContent = (said.getAttribute(names.length === 1 ? "data-one" : "data-many") ?? "").replace("%n", String(names.length));
  }

  /** @param {number} index */
  #choose(index) {
    const options = [...this.#options.children];
    this.#chosen = (index + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.#chosen)));
    this.#words?.setAttribute("aria-activedescendant", options[this.#chosen]?.id ?? "");
  }

  #close = () => {
    this.#options.hidden = true;
    this.#options.replaceChildren();
    this.#words?.removeAttribute("aria-activedescendant");
    const said = this.querySelector("[role=status]");
    if (said) said.textContent = "";
  };

  /** @param {KeyboardEvent} event */
  #keyed = (event) => {
    // Backwards goes to what stands before, as everywhere.
    if (this.#options.hidden || event.isComposing || (event.key === "Tab" && event.shiftKey)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#choose(this.#chosen + step);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#options.children[this.#chosen]);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    // The composer would send.
    event.stopPropagation();
  };

  /** @param {PointerEvent} event */
  #tapped = (event) => {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (!option) return;
    event.preventDefault();
    this.#take(option);
  };

  /** @param {Element | undefined} option */
  #take(option) {
    const words = this.#words;
    const begun = this.#begun;
    this.#close();
    if (!words || begun === undefined || !option) return;
    const end = words.selectionStart;
    words.setRangeText(`${option.textContent} `, end - begun.length, end, "end");
    words.dispatchEvent(new Event("input", { bubbles: true }));
    this.#asked += 1;
  }
}
