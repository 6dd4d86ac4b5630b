/** A picture that fills the screen, over the page it stands in; without script its link leads to it alone. */

import { followPortraits } from "./portraits.js";
import { copied } from "../device/words.js";

/** @param {MouseEvent} event */
function open(event) {
  const link = event.target instanceof Element && event.target.closest("a.picture");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const dialog = copied("#viewer")?.firstElementChild;
  const small = link.querySelector("img");
  if (!(dialog instanceof HTMLDialogElement) || !small) return;
  event.preventDefault();
  const image = /** @type {HTMLImageElement} */ (dialog.querySelector("img"));
  image.alt = small.alt;
  image.width = Number(small.getAttribute("width"));
  image.height = Number(small.getAttribute("height"));
  image.src = link.href;
  // What was seen small is there without network too.
  image.onerror = () => {
    image.onerror = null;
    image.src = small.src;
  };
  const save = /** @type {HTMLAnchorElement} */ (dialog.querySelector("a"));
  save.href = link.dataset.save ?? link.href;
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

export function followPictures() {
  followPortraits();
  document.addEventListener("click", open);
}
