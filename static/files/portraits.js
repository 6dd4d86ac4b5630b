/** Photos and logos: over initials and shapes, which stand in for them wherever a picture is not to be had. */

/** @import { Command } from "../device/types.js" */

import { filesOf } from "../device/uploads.js";

/** @param {Element | null | undefined} place @param {string} address  nothing: none */
export function paint(place, address) {
  if (!place) return;
  const present = place.querySelector("img");
  if ((present?.getAttribute("src") ?? "") === address) return;
  present?.remove();
  if (!address) return;
  const image = new Image();
  image.alt = "";
  image.decoding = "async";
  image.loading = "lazy";
  // Not this row's own: when the row goes, the picture is still others'.
  image.dataset.painted = "";
  image.src = address;
  place.append(image);
}

/** @param {Element} row */
const placeIn = (row) => row.querySelector(".avatar, .mark");

/** What was chosen is seen at once, on this device. @param {Element} row @param {Command} command */
export function showChosen(row, command) {
  const [file] = filesOf(command);
  const place = placeIn(row);
  if (!file || !place) return;
  const address = URL.createObjectURL(file);
  paint(place, address);
  place.querySelector("img")?.addEventListener("load", () => URL.revokeObjectURL(address));
}

/** @param {Element} row */
export const showNone = (row) => paint(placeIn(row), "");

/** @type {[name: string, show: (row: Element, command: Command) => void][]} */
export const portraitEffects = [
  ["portraits.choose.1", showChosen],
  ["portraits.choose_logo.1", showChosen],
  ["portraits.remove.1", showNone],
  ["portraits.remove_logo.1", showNone],
];

/** Without network, or withdrawn: what is behind it says enough. */
export function followPortraits() {
  document.addEventListener("error", ({ target }) => isPortrait(target) && target.remove(), true);
  // One that failed before anybody listened is asked for once more.
  for (const image of document.images) if (isPortrait(image) && image.complete && !image.naturalWidth) image.src = image.src;
}

/** @param {EventTarget | null} target @returns {target is HTMLImageElement} */
const isPortrait = (target) => target instanceof HTMLImageElement && target.matches(":is(.avatar, .mark) > img");
