/** What is not settled yet, on screen: the row-to-be from its kind's template, and marks on rows about to change. */

/** @import { Outbox } from "./outbox.js" */
/** @import { Command } from "./types.js" */

import { describe } from "./efforts.js";
import { writeNames } from "./names.js";
import { showFiles } from "./previews.js";
import { isPending, rowOf, rowsOf, redraw } from "./rows.js";
import { finishTimes } from "./times.js";
import { copied } from "./words.js";

/** What a marked row looked like before. @type {WeakMap<Element, string>} */
const originals = new WeakMap();

/** What commands of a name do to a row beyond its fields. @type {Map<string, (row: Element, command: Command) => void>} */
export const effects = new Map();

/**
 * Brings a list's pending rows and marks level with the outbox.
 * @param {Element} list @param {Element} body @param {Outbox} outbox
 */
export function showPending(list, body, outbox) {
  const kind = list.getAttribute("kind");
  const made = outbox.commands.filter(
    (one) => one.kind === kind && !one.object && one.parent === list.getAttribute("parent"),
  );
  const held = outbox.heldBack();
  const wanted = new Set(made.map((one) => one.id));
  const isOver = (/** @type {Element} */ row) => !wanted.has(row.getAttribute("data-pending-command") ?? "");
  for (const row of rowsOf(list)) if (isPending(row) && isOver(row)) row.remove();
  for (const command of made) {
    let row = rowOf(list, command.mints[0] ?? "");
    if (!row) {
      row = pendingRow(list, body, command) ?? undefined;
      if (row) put(list, row);
    }
    if (row && isPending(row)) state(row, outbox, command, held.get(command.id));
  }
  order(
    list,
    made.map((one) => one.mints[0] ?? ""),
  );
  for (const row of rowsOf(list))
    if (!isPending(row)) mark(row, outbox.commands.filter((one) => one.object === row.id));
}

/**
 * Another tab's words may have been meant before ours and be heard of after them.
 * @param {Element} list @param {string[]} ids
 */
function order(list, ids) {
  const rows = rowsOf(list).filter(isPending);
  const wanted = ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
  if (list.getAttribute("order") === "desc") wanted.reverse();
  if (wanted.some((row, index) => row !== rows[index])) rows.at(-1)?.after(...wanted);
}

/** @param {Element} list @param {Element} row */
function put(list, row) {
  if (list.getAttribute("order") === "desc") list.prepend(row);
  else list.insertBefore(row, rowsOf(list).at(-1)?.nextSibling ?? null);
}

/** @param {Element} list @param {Element} body @param {Command} command */
function pendingRow(list, body, command) {
  const content = copied(`template[data-pending="${CSS.escape(command.kind)}"]`, body);
  if (!content || !command.mints[0]) return null;
  const row = list.ownerDocument.createElement("live-row");
  row.append(content);
  row.id = command.mints[0];
  row.setAttribute("data-kind", command.kind);
  row.setAttribute("data-pending", "new");
  row.setAttribute("data-pending-command", command.id);
  row.setAttribute("data-own", "");
  if (list.getAttribute("role") === "list") row.setAttribute("role", "listitem");
  writeFields(row, command);
  showFiles(row, command);
  for (const time of row.querySelectorAll("time")) time.dateTime = new Date(command.said_at).toISOString();
  for (const name of row.querySelectorAll("[data-author-name]")) {
    if (!name.getAttribute("data-author-name"))
      name.setAttribute("data-author-name", body.getAttribute("data-me") ?? "");
  }
  finishTimes(row);
  writeNames(row);
  const says = copied("#outbox-state");
  if (says) row.append(says);
  return row;
}

/** @param {Element} row @param {Command} command */
function writeFields(row, command) {
  for (const [name, value] of command.fields) {
    if (name.startsWith("_") || typeof value !== "string") continue;
    for (const place of row.querySelectorAll(`[data-field="${CSS.escape(name)}"]`)) place.textContent = value;
  }
}

/** @param {Element} row @param {Outbox} outbox @param {Command} command @param {Command | undefined} cause */
function state(row, outbox, command, cause) {
  const said = describe(outbox, command, cause);
  row.setAttribute("data-state", said.state);
  write(row.querySelector("[data-state-text]"), said.text);
  write(row.querySelector("[data-state-detail]"), said.detail);
}

/** @param {Element | null} element @param {string} text */
function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** A row that commands are about to change or take away. @param {Element} row @param {Command[]} commands */
function mark(row, commands) {
  const original = originals.get(row);
  const ids = commands.map(({ id }) => id).join(" ");
  if (original !== undefined && row.getAttribute("data-pending-command") === ids) return;
  if (original !== undefined) redraw(row, () => Object.assign(row, { innerHTML: original }));
  row.removeAttribute("data-reacting");
  if (!commands.length) {
    originals.delete(row);
    row.removeAttribute("data-pending");
    return row.removeAttribute("data-pending-name");
  }
  if (original === undefined) originals.set(row, row.innerHTML);
  row.setAttribute("data-pending", "changed");
  row.setAttribute("data-pending-command", ids);
  for (const command of commands) {
    row.setAttribute("data-pending-name", command.name);
    writeFields(row, command);
    effects.get(command.name)?.(row, command);
  }
}
