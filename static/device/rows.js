/** Row elements: made from the store's rows, put in their place, replaced there. The server's are the same. */

/** @import { Shown } from "./reads.js" */
/** @import { Row } from "./types.js" */

import { drawMenu } from "./menus.js";
import { compareRows, parseOrder } from "./rules.js";

/** @param {Element} list @returns {Element[]} */
export const rowsOf = (list) => [...list.children].filter((child) => child.localName === "live-row");

/** @param {Element} list @param {string} id */
export const rowOf = (list, id) => rowsOf(list).find((row) => row.id === id);

/** @param {Element} row */
export const isPending = (row) => row.getAttribute("data-pending") === "new";

/** @param {Element} row @returns {{o: number | string, f: number, id: string, j: string, n: number}} */
export function placeOf(row) {
  const value = (/** @type {string} */ name) => row.getAttribute(name) ?? "";
  return {
    o: parseOrder(value("data-o")),
    f: Number(value("data-first")),
    id: row.id,
    j: value("data-journal"),
    n: Number(value("data-n")),
  };
}

/**
 * @param {Document} page  whose document the element is for
 * @param {Shown} row
 * @param {Element} list
 */
export function rowElement(page, row, list) {
  const element = page.createElement("live-row");
  element.id = row.id;
  const attributes = { kind: row.k, journal: row.j, n: row.n, o: row.o, first: row.f };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(`data-${name}`, String(value));
  if (typeof row.facts.author === "string") element.setAttribute("data-author", row.facts.author);
  if (list.getAttribute("role") === "list") element.setAttribute("role", "listitem");
  element.innerHTML = row.html;
  return element;
}

/**
 * Puts `element` where its order wants it; pending rows keep the newest end.
 * @param {Element} list @param {Element} element
 */
export function place(list, element) {
  const sign = list.getAttribute("order") === "desc" ? -1 : 1;
  const its = placeOf(element);
  const others = rowsOf(list).filter((row) => row !== element && !isPending(row));
  // Most rows come last: look from the end.
  let after = others.length;
  while (after > 0 && sign * compareRows(placeOf(others[after - 1]), its) > 0) after -= 1;
  const last = others[after - 1];
  const first = sign < 0 ? rowsOf(list).filter(isPending).at(-1) : null;
  const before = last ? last.nextSibling : first ? first.nextSibling : (rowsOf(list).find((row) => row !== element) ?? null);
  if (element.nextSibling !== before || element.parentNode !== list) list.insertBefore(element, before);
}

/** Puts a newer row over an older one. @param {Element} present @param {Element} element */
export function replace(present, element) {
  for (const { name, value } of present.attributes) {
    if (name.startsWith("data-mine-")) element.setAttribute(name, value);
  }
  redraw(present, () => {
    present.replaceWith(element);
    return element;
  });
}

/**
 * Changes what a row is made of without losing the keyboard's place, or closing its menu.
 * @param {Element} present @param {() => Element} change  gives the row that stands there then
 */
export function redraw(present, change) {
  const reachable = "a, button, input, textarea, select, summary";
  const active = present.ownerDocument.activeElement;
  const index = active && present.contains(active) ? [...present.querySelectorAll(reachable)].indexOf(active) : -1;
  const isPicking = index >= 0 && active?.closest(".picker");
  const isOpen = present.querySelector(".more[open]");
  const element = change();
  if (isOpen) {
    element.querySelector(".more")?.setAttribute("open", "");
    drawMenu(element);
  }
  const all = [...element.querySelectorAll(reachable)];
  // By what it is: what came or went before it moved its place.
  const same = all.find((one) => index >= 0 && one.isEqualNode(active)) ?? all[index];
  const heir = isPicking ? element.querySelector(".react") : same;
  if (heir instanceof HTMLElement) heir.focus({ preventScroll: true });
}

/**
 * Whether `row` says something newer than what stands there.
 * @param {Pick<Row, "j" | "n" | "gone">} row @param {Element} present
 */
export function isNewer(row, present) {
  if (isPending(present)) return true;
  const its = placeOf(present);
  return row.j === its.j ? row.n > its.n : !row.gone;
}
