/** `<look-again>`: asks quietly whether this browser was let in, and goes there; nothing moves under a screen reader. */

const PAUSE = 5000;

/** What is answered once it no longer waits; 202 is: not yet. */
const OTHERS = [200, 404, 410];

export class LookAgain extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  async #look() {
    const answer = await fetch(location.href, { method: "HEAD", redirect: "manual" }).catch(() => undefined);
    // Led elsewhere: in. Another page: a no, or a link that was cut.
    if (answer && (answer.type === "opaqueredirect" || OTHERS.includes(answer.status))) location.reload();
    else if (this.isConnected) this.connectedCallback();
  }
}
