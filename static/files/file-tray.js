/**
 * `<file-tray>`: what goes with a form that is being written. Choosing twice adds; what it holds is handed over with
 * the form, kept with its draft, and gone with its reset. Without script its input posts by itself.
 */

/** @import { Held } from "../device/types.js" */

import { copied } from "../device/words.js";

const PICTURE = /^image\/(jpeg|png|webp|gif|avif)$/;

export class FileTray extends HTMLElement {
  /** @type {Held[]} */ #held = [];
  /** Of pictures in view. @type {Map<File, string>} */ #urls = new Map();
  /** @type {HTMLFormElement | null} */ #form = null;

  connectedCallback() {
    // Given before this element was more than a name.
    const early = /** @type {Held[] | undefined} */ (Object.getOwnPropertyDescriptor(this, "held")?.value);
    if (early) {
      Reflect.deleteProperty(this, "held");
      this.held = early;
    }
    this.#form = this.closest("form");
    this.#take();
    this.#form?.addEventListener("formdata", this.#hand);
    this.#form?.addEventListener("reset", this.#empty);
    this.addEventListener("change", this.#take);
    this.addEventListener("input", this.#written);
    this.addEventListener("click", this.#clicked);
    this.#show();
  }

  disconnectedCallback() {
    this.#form?.removeEventListener("formdata", this.#hand);
    this.#form?.removeEventListener("reset", this.#empty);
    this.removeEventListener("change", this.#take);
    this.removeEventListener("input", this.#written);
    this.removeEventListener("click", this.#clicked);
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }

  get held() {
    return this.#held;
  }

  set held(held) {
    this.#held = held;
    this.#show();
  }

  get #input() {
    return /** @type {HTMLInputElement | null} */ (this.querySelector('input[type="file"]'));
  }

  /** @param {File[]} files */
  add(files) {
    this.held = [...this.#held, ...files.map((file) => ({ file, alt: "" }))];
    this.#say("added", files);
    this.#tell();
  }

  #take = () => {
    const input = this.#input;
    if (!input?.files?.length) return;
    const files = [...input.files];
    input.value = "";
    this.add(files);
  };

  /** At each letter: the form's draft is taken from what is held. @param {Event} event */
  #written = (event) => {
    if (event.target instanceof HTMLInputElement) this.#describe(event.target);
  };

  /** @param {HTMLInputElement} words */
  #describe(words) {
    const held = this.#held[this.#items.indexOf(/** @type {HTMLElement} */ (words.closest("[data-held]")))];
    if (held) held.alt = words.value.trim();
  }

  /** @param {MouseEvent} event */
  #clicked = (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    const item = button && /** @type {HTMLElement | null} */ (button.closest("[data-held]"));
    if (!item) return;
    const index = this.#items.indexOf(item);
    const [out] = this.#held.slice(index);
    this.held = this.#held.filter((held) => held !== out);
    if (out) this.#say("removed", [out.file]);
    this.#input?.focus();
    this.#tell();
  };

  /** @param {FormDataEvent} event */
  #hand = (event) => {
    for (const item of this.#items) this.#describe(/** @type {HTMLInputElement} */ (item.querySelector("input")));
    for (const { file, alt } of this.#held) {
      event.formData.append("file", file, file.name);
      event.formData.append("alt", alt);
    }
  };

  #empty = () => {
    this.held = [];
  };

  /** As if something had been written: a draft is kept. */
  #tell() {
    this.#form?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** To whoever does not see the list. @param {"added" | "removed"} what @param {File[]} files */
  #say(what, files) {
    const status = this.querySelector('[role="status"]');
    const names = files.map(({ name }) => name).join(", ");
    if (status) status.textContent = `${status.getAttribute(`data-${what}`)} ${names}`;
  }

  get #items() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-held]")]);
  }

  #show() {
    const words = this.#form?.querySelector("textarea");
    // With something to see, nothing need be said.
    if (words) words.required = !this.#held.length;
    const list = this.querySelector("ul");
    if (!list) return;
    list.replaceChildren(...this.#held.flatMap((held) => this.#item(held) ?? []));
    list.hidden = !this.#held.length;
    for (const [file, url] of this.#urls) {
      if (this.#held.some((held) => held.file === file)) continue;
      URL.revokeObjectURL(url);
      this.#urls.delete(file);
    }
  }

  /** @param {Held} held */
  #item({ file, alt }) {
    const item = copied("[data-held-item]", this)?.firstElementChild;
    if (!(item instanceof HTMLElement)) return null;
    const isPicture = PICTURE.test(file.type);
    const image = /** @type {HTMLImageElement} */ (item.querySelector("img"));
    const words = /** @type {HTMLInputElement} */ (item.querySelector("input"));
    if (isPicture) image.src = this.#url(file);
    image.hidden = words.hidden = !isPicture;
    words.value = alt;
    const name = /** @type {HTMLElement} */ (item.querySelector("[data-name]"));
    name.textContent = file.name;
    // Of several, each says of which it is.
    for (const one of [words, /** @type {HTMLElement} */ (item.querySelector("button"))]) {
      one.setAttribute("aria-label", `${one.getAttribute("aria-label")} ${file.name}`);
    }
    return item;
  }

  /** @param {File} file */
  #url(file) {
    const url = this.#urls.get(file) ?? URL.createObjectURL(file);
    this.#urls.set(file, url);
    return url;
  }
}
