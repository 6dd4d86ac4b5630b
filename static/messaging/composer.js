/** `<message-composer>`: grows with its words; Enter sends where there is a keyboard, Ctrl+Enter everywhere. */

export class MessageComposer extends HTMLElement {
  #grow = () => this.#fit();

  connectedCallback() {
    this.addEventListener("input", this.#grow);
    this.addEventListener("draft:restored", this.#grow);
    this.addEventListener("outbox:taken", this.#taken);
    this.addEventListener("keydown", this.#keyed);
    this.#fit();
  }

  disconnectedCallback() {
    this.removeEventListener("input", this.#grow);
    this.removeEventListener("draft:restored", this.#grow);
    this.removeEventListener("outbox:taken", this.#taken);
    this.removeEventListener("keydown", this.#keyed);
  }

  get #words() {
    return this.querySelector("textarea");
  }

  #fit() {
    const words = this.#words;
    if (!words || CSS.supports("field-sizing", "content")) return;
    const page = document.scrollingElement ?? document.documentElement;
    const isAtEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 48;
    words.rows = 1;
    const line = parseFloat(getComputedStyle(words).lineHeight) || 24;
    words.rows = Math.max(1, Math.floor((words.scrollHeight - words.clientHeight) / line) + 1);
    if (isAtEnd) page.scrollTop = page.scrollHeight;
  }

  #taken = () => {
    this.#fit();
    this.#words?.focus({ preventScroll: true });
    // What was just said is at the end: go there.
    requestAnimationFrame(() => {
      const page = document.scrollingElement ?? document.documentElement;
      page.scrollTop = page.scrollHeight;
    });
  };

  /** @param {KeyboardEvent} event */
  #keyed = (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey) return;
    // A phone's Enter makes a line: its thumb has the button beside it.
    const hasKeyboard = matchMedia("(pointer: fine)").matches;
    if (!event.ctrlKey && !event.metaKey && !hasKeyboard) return;
    event.preventDefault();
    const words = this.#words;
    if (words?.value.trim() && !words.readOnly) words.form?.requestSubmit();
  };
}
