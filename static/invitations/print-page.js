/** `<print-page>`: a button that prints; without JavaScript the browser's own menu does. */

export class PrintPage extends HTMLElement {
  connectedCallback() {
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}
