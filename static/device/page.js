/** A page made ready: lists filled, edit forms filled, drafts put back, doors closed where the heading is missing. */

/** @import { Device } from "./device.js" */

import { restoreDrafts } from "./drafts.js";
import { fill } from "./filling.js";
import { showPending } from "./pending.js";
import { found, listed, only } from "./reads.js";
import { finishTimes } from "./times.js";

/** More people than a form lets one choose from. */
const MOST = 10_000;

/** @param {ParentNode} root @returns {HTMLFormElement[]} */
export function commandForms(root) {
  const forms = /** @type {NodeListOf<HTMLFormElement>} */ (root.querySelectorAll("form"));
  return [...forms].filter((form) => form.querySelector('input[name="_command"]'));
}

/**
 * Works on pages that are not shown yet.
 * @param {HTMLElement} body @param {Device} here @param {string} path  where that page is
 */
export async function fillPage(body, here, path) {
  await Promise.all([
    ...[...body.querySelectorAll("live-list")].map((list) => fillList(list, body, here)),
    Promise.all([fillFacts(body, here), fillChoices(body, here)]).then(() => restoreDrafts(commandForms(body), path, here.outbox)),
  ]);
  closeDoors(body);
  finishTimes(body);
}

/** @param {Element} list @param {Element} body @param {Device} here */
async function fillList(list, body, here) {
  await fill(list, body, here.store);
  showPending(list, body, here.outbox);
}

/** Edit forms of a shell: the server could not fill them. @param {HTMLElement} body @param {Device} here */
async function fillFacts(body, here) {
  if (!body.hasAttribute("data-shell")) return;
  for (const form of commandForms(body)) {
    const { kind = "", object } = form.dataset;
    const inputs = form.querySelectorAll("[data-fact]");
    if (!inputs.length || !kind) continue;
    const row = await (object ? found(here.store, kind, object) : only(here.store, kind, body.dataset.sphere ?? ""));
    for (const input of inputs) {
      const value = row?.facts[input.getAttribute("data-fact") ?? ""];
      if (value === undefined || value === null) continue;
      setTo(/** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */ (input), String(value));
    }
  }
}

/** Whom a form of a shell lets one choose, and who is chosen. @param {HTMLElement} body @param {Device} here */
async function fillChoices(body, here) {
  if (!body.hasAttribute("data-shell")) return;
  const { sphere } = body.dataset;
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("[data-choices]"))) {
    const { choices = "", chosen = "", of } = box.dataset;
    const every = { limit: MOST, isNewestFirst: false };
    const [offered, taken] = await Promise.all([
      listed(here.store, { kind: choices, sphere }, every),
      of ? listed(here.store, { kind: chosen, parent: of, sphere }, every) : { rows: [] },
    ]);
    const ids = new Set(offered.rows.map(({ id }) => id));
    const members = taken.rows.map(({ facts }) => String(facts.member)).filter((id) => ids.has(id));
    box.append(...offered.rows.map((row) => choice(box, row, members.includes(row.id))));
    const seen = box.closest("form")?.querySelector('[name="_seen_members"]');
    if (seen) seen.setAttribute("value", members.join(","));
  }
}

/** @param {HTMLElement} box @param {import("./reads.js").Shown} row @param {boolean} isChosen */
function choice(box, row, isChosen) {
  const label = /** @type {HTMLElement} */ (copyOf(/** @type {HTMLTemplateElement} */ (box.querySelector("template"))));
  const input = /** @type {HTMLInputElement} */ (label.querySelector("input"));
  input.setAttribute("value", row.id);
  input.toggleAttribute("checked", isChosen);
  label.querySelector("span")?.append(String(row.facts.name));
  return label;
}

/** @param {HTMLTemplateElement} template */
const copyOf = (template) => document.importNode(template.content, true).firstElementChild;

/** As the server would have written it, so that an emptied form goes back to it. @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} field @param {string} value */
function setTo(field, value) {
  if (field instanceof HTMLSelectElement) {
    for (const option of field.options) option.defaultSelected = option.selected = option.value === value;
  } else if ("absent" in field.dataset) {
    // A box that is chosen where its value is not among those that the fact names.
    const input = /** @type {HTMLInputElement} */ (field);
    input.defaultChecked = input.checked = !value.split(",").includes(input.value);
  } else if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) {
    field.defaultChecked = field.checked = field.value === value;
  } else {
    field.value = field.defaultValue = value;
  }
}

/**
 * A thing that is not on this device has no heading row: its forms are closed, and the page says so.
 * @param {Element} body
 */
export function closeDoors(body) {
  const headings = [...body.querySelectorAll("live-list[data-heading]")];
  const isMissing = headings.some((list) => !list.querySelector("live-row"));
  body.toggleAttribute("data-missing", isMissing);
  for (const form of commandForms(body)) form.inert = isMissing;
}
