/** Reactions: the picker that a row opens, and what a tap shows before the server knows of it. */

/** @import { Command } from "../device/types.js" */

import { menuOf } from "../device/menus.js";
import { copied } from "../device/words.js";

const REACT = "threads.react.1";
const UNREACT = "threads.unreact.1";

/** The reaction that stands on a row as mine, sent or not. @param {Element} row */
const mineOn = (row) => row.getAttribute("data-reacting") ?? row.getAttribute("data-mine-reaction") ?? "";

export function followReactions() {
  document.addEventListener("click", (event) => {
    const tapped = event.target instanceof Element ? event.target.closest("button") : null;
    const row = tapped?.closest("live-row");
    if (!tapped || !row) return;
    if (tapped.matches(".react")) {
      event.preventDefault();
      open(tapped, row);
    } else if (tapped.dataset.pick) choose(tapped.dataset.pick, row);
    // The row is the same for everybody: whose reaction it is, only this device knows.
    else if (tapped.dataset.reaction) tapped.value = mineOn(row) === tapped.dataset.reaction ? UNREACT : REACT;
  });
  document.addEventListener("keydown", (event) => {
    const picker = event.target instanceof Element ? event.target.closest(".picker") : null;
    const row = picker?.closest("live-row");
    if (event.key === "Escape" && row) close(row)?.focus();
  });
}

/** @param {HTMLButtonElement} button @param {Element} row */
function open(button, row) {
  if (row.querySelector(".picker")) return void close(row);
  const picker = copied("#picker");
  if (!picker) return;
  for (const one of picker.querySelectorAll("[data-pick]"))
    one.setAttribute("aria-pressed", String(one.getAttribute("data-pick") === mineOn(row)));
  button.after(picker);
  button.setAttribute("aria-expanded", "true");
  /** @type {HTMLElement | null} */ (row.querySelector("[data-pick]"))?.focus();
}

/** @param {Element} row @returns {HTMLButtonElement | null} what opened it */
function close(row) {
  const button = /** @type {HTMLButtonElement | null} */ (row.querySelector(".react"));
  row.querySelector(".picker")?.remove();
  button?.setAttribute("aria-expanded", "false");
  return button;
}

/** Said by the button that opened the picker, which stands in the row by then as it was. @param {string} of @param {Element} row */
function choose(of, row) {
  const button = close(row);
  const more = row.querySelector("details.more");
  more?.removeAttribute("open");
  /** @type {HTMLElement | null | undefined} */ (more?.querySelector("summary"))?.focus();
  if (!button?.form) return;
  button.value = mineOn(row) === of ? UNREACT : REACT;
  button.setAttribute("formaction", address(row, of));
  button.form.requestSubmit(button);
  button.removeAttribute("formaction");
}

/** @param {Element} row @param {string} of */
function address(row, of) {
  const react = row.querySelector(".react") ?? menuOf(row)?.querySelector(".react");
  return `${react?.getAttribute("data-at")}?of=${of}`;
}

/** How a row looks once this command is done. @param {Element} row @param {Command} command */
export function showReaction(row, { name, path }) {
  const of = name === REACT ? (new URL(path, location.href).searchParams.get("of") ?? "") : "";
  const before = mineOn(row);
  row.setAttribute("data-reacting", of);
  if (before === of) return;
  if (before) count(row, before, -1);
  if (of) count(row, of, 1);
}

/** @param {Element} row @param {string} of @param {number} by */
function count(row, of, by) {
  const chip = chipOn(row, of);
  const number = Number(chip?.querySelector("[data-number]")?.textContent) + by;
  if (!chip || number < 1) return chip?.remove();
  for (const place of chip.querySelectorAll("[data-number]")) place.textContent = String(number);
}

/** @param {Element} row @param {string} of */
function chipOn(row, of) {
  const named = `[data-reaction="${CSS.escape(of)}"]`;
  const present = row.querySelector(named);
  if (present) return present;
  const made = copied("#reactions")?.querySelector(named);
  const more = row.querySelector("details.more");
  if (!made || !more) return null;
  made.setAttribute("formaction", address(row, of));
  let chips = row.querySelector(".answers");
  if (!chips) {
    chips = document.createElement("div");
    chips.className = "answers";
    more.before(chips);
  }
  chips.prepend(made);
  return made;
}
