/** `<share-link>`: copies a link, and hands it to another app where the device has a way to. */

export class ShareLink extends HTMLElement {
  connectedCallback() {
    const copy = this.#button("[data-copy]");
    const share = this.#button("[data-share]");
    if (copy) this.#offer(copy, () => this.#copy());
    if (share && navigator.share) this.#offer(share, () => navigator.share({ url: this.#link.value }));
    this.#link.addEventListener("focus", () => this.#link.select());
  }

  get #link() {
    return /** @type {HTMLInputElement} */ (this.querySelector("[data-link]"));
  }

  /** @param {string} which @returns {HTMLButtonElement | null} */
  #button(which) {
    return this.querySelector(which);
  }

  /** @param {HTMLButtonElement} button @param {() => Promise<void>} act */
  #offer(button, act) {
    button.hidden = false;
    // Given up by the person, or not possible: the link stands there to be copied by hand.
    button.addEventListener("click", () => act().catch(() => this.#link.select()));
  }

  #isCopied() {
    // A link is made to be carried elsewhere: nobody is asked about it where it is pasted.
    const unguarded = (/** @type {Event} */ event) => event.stopPropagation();
    this.addEventListener("copy", unguarded);
    this.#link.select();
    const isCopied = document.execCommand("copy");
    this.removeEventListener("copy", unguarded);
    return isCopied;
  }

  async #copy() {
    // First the way that asks for no permission: in the windows of other apps, and without https, there is no other.
    if (!this.#isCopied()) await navigator.clipboard.writeText(this.#link.value);
    const copied = /** @type {HTMLElement} */ (this.querySelector("[data-copied]"));
    copied.hidden = false;
  }
}
