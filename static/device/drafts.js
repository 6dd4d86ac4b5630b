/** Half-written words survive a visit and a reload: kept per form, beside the commands. */

/** @import { Outbox } from "./outbox.js" */
/** @import { Command, Draft, Held } from "./types.js" */

import { filesOf } from "./uploads.js";

const DELAY = 300;
const KEPT_TYPES = ["text", "search", "email", "url", "tel", "number", "date", "time", "datetime-local"];

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

/** @param {string} page @param {string} action */
const keyOf = (page, action) => `${page} ${action}`;

/** @param {HTMLFormElement} form @param {string} page  its path */
export const draftKey = (form, page) => keyOf(page, form.getAttribute("action") ?? "");

/**
 * What a draft keeps of a form: what people wrote, what they saw, and the id of what is to be.
 * @param {HTMLFormElement} form
 */
function kept(form) {
  return /** @type {Control[]} */ ([...form.elements]).filter((control) => {
    if (!control.name) return false;
    if (control instanceof HTMLInputElement && control.type === "hidden") {
      return control.name.startsWith("_seen_") || control.hasAttribute("data-mint");
    }
    return isWritten(control) || isBox(control);
  });
}

/** @param {Control} control @returns {control is HTMLInputElement} */
const isBox = (control) => control instanceof HTMLInputElement && ["radio", "checkbox"].includes(control.type);

/** @param {Control} control */
function isWritten(control) {
  if (control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) return true;
  return control instanceof HTMLInputElement && KEPT_TYPES.includes(control.type);
}

/** @param {Control} control */
const isTouched = (control) =>
  isBox(control)
    ? control.checked !== control.defaultChecked
    : "defaultValue" in control && isWritten(control) && control.value !== control.defaultValue;

/** @param {HTMLFormElement} form @param {string} page @returns {Draft} */
export function draftOf(form, page) {
  const controls = kept(form);
  const said = controls.filter((one) => !isBox(one) || one.checked);
  const held = trayOf(form)?.held ?? [];
  const isDraft = controls.some(isWritten) && (controls.some(isTouched) || held.length > 0);
  const fields = isDraft ? said.map((one) => /** @type {[string, string]} */ ([one.name, one.value])) : [];
  const draft = { key: draftKey(form, page), fields, at: Date.now(), isWhole: true, replaces: form.dataset.replaces };
  return held.length ? { ...draft, held: [...held] } : draft;
}

/** What holds the files of a form; before its element is defined, a place to leave them. @param {HTMLFormElement} form */
const trayOf = (form) => /** @type {(Element & {held?: Held[]}) | null} */ (form.querySelector("file-tray"));

/** Chosen already, perhaps before the tray was more than a name. @param {HTMLFormElement} form */
function hasFiles(form) {
  const tray = trayOf(form);
  /** @type {HTMLInputElement | null | undefined} */
  const input = tray?.querySelector('input[type="file"]');
  return Boolean(tray?.held?.length || input?.files?.length);
}

/** The draft that gives a command's words back to its form. @param {Command} command @returns {Draft} */
export function draftFrom(command) {
  /** @type {[string, string][]} */
  const fields = [];
  // An id that somebody else has would be refused for ever: the form mints another.
  const taken = command.errors?.id ? command.mints : [];
  for (const [name, value] of command.fields) {
    if (typeof value !== "string" || (name.startsWith("_") && !name.startsWith("_seen_"))) continue;
    if (taken.includes(value)) continue;
    const difference = name.startsWith("_seen_") ? command.conflict?.[name.slice("_seen_".length)] : undefined;
    fields.push([name, difference ? difference.theirs : value]);
  }
  const alts = command.fields.filter(([name]) => name === "alt").map(([, alt]) => String(alt));
  const held = filesOf(command).map((file, index) => ({ file, alt: alts[index] ?? "" }));
  return { key: keyOf(command.page, command.path), fields, at: Date.now(), isWhole: true, held };
}

/** @param {HTMLFormElement[]} forms @param {string} page @param {Outbox} outbox */
export async function restoreDrafts(forms, page, outbox) {
  const writable = forms.filter((form) => kept(form).some(isWritten));
  const drafts = writable.length ? await outbox.drafts() : [];
  for (const form of writable) {
    const draft = drafts.find(({ key }) => key === draftKey(form, page));
    if (draft && !kept(form).some(isTouched) && !hasFiles(form)) restore(form, draft);
  }
}

/** Which draft the browser itself took to the server, in this tab. */
const HANDED_OVER = "alveole:draft";

/** The next page tells whether it arrived. @param {HTMLFormElement} form */
export function handOver(form) {
  try {
    sessionStorage.setItem(HANDED_OVER, draftKey(form, location.pathname));
  } catch {
    // A browser that keeps nothing has no draft to forget either.
  }
}

function handedOver() {
  try {
    const key = sessionStorage.getItem(HANDED_OVER);
    sessionStorage.removeItem(HANDED_OVER);
    return key;
  } catch {
    return null;
  }
}

/**
 * What was taken leads on to another page; what was refused, or never arrived, keeps its words.
 * @param {Outbox | undefined} outbox  none on a page for nobody: there it was not taken
 */
export async function forgetTaken(outbox) {
  const key = handedOver();
  if (key === null) return;
  const [arrival] = performance.getEntriesByType("navigation");
  const isLedOn = arrival instanceof PerformanceNavigationTiming && arrival.redirectCount > 0;
  if (isLedOn) await outbox?.keepDraft({ key, fields: [], at: 0 });
}

/** @param {HTMLFormElement} form @param {Draft} draft */
function restore(form, draft) {
  const values = new Map(draft.fields);
  for (const control of /** @type {Control[]} */ ([...form.elements])) {
    const value = values.get(control.name);
    if (isBox(control)) {
      // Several may share a name; one that is not chosen says nothing, and only a whole form tells what was not.
      const isChosen = draft.fields.some(([name, chosen]) => name === control.name && chosen === control.value);
      if (value !== undefined || (draft.isWhole && control.type === "checkbox")) control.checked = isChosen;
      continue;
    }
    if (value === undefined) continue;
    control.value = value;
    if (control.hasAttribute("data-mint")) control.toggleAttribute("data-kept", Boolean(value));
  }
  const tray = trayOf(form);
  if (tray && draft.held?.length) tray.held = draft.held;
  if (draft.replaces) form.dataset.replaces = draft.replaces;
  form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
}

/** Keeps drafts while people write. */
export class Drafts {
  /** Forms written in since they were last kept, and where. @type {Map<HTMLFormElement, string>} */ #written =
    new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {() => Outbox | undefined} outbox */
  constructor(outbox) {
    this.outbox = outbox;
    addEventListener("input", (event) => {
      const form = event.target instanceof Element && event.target.closest("form");
      if (!form || !form.querySelector('input[name="_command"]')) return;
      this.#written.set(form, location.pathname);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), DELAY);
    });
    addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => this.flush());
  }

  /** Its words were taken. @param {HTMLFormElement} form */
  forget(form) {
    this.#written.delete(form);
  }

  /** At once: the page is about to go, or its address has changed already. */
  async flush() {
    const drafts = [...this.#written].map(([form, page]) => {
      const draft = draftOf(form, page);
      // Emptied by hand: what is written there next are other words.
      if (!draft.fields.length) delete form.dataset.replaces;
      return draft;
    });
    this.#written.clear();
    await Promise.all(drafts.map((draft) => this.outbox()?.keepDraft(draft)));
  }
}
