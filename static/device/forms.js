/** Forms become commands: taken in the submit event itself, so that what is typed next is never touched. */

/** @import { Device } from "./device.js" */
/** @import { Drafts } from "./drafts.js" */
/** @import { Command, Field } from "./types.js" */

import { v7 as uuid7 } from "uuid";

import { notices } from "./device.js";
import { draftKey, handOver } from "./drafts.js";
import { laneOf } from "./lanes.js";
import { csrfToken } from "./leaving.js";
import { setKnown } from "./note.js";
import { isOnlineOnly, renumber } from "./online-only.js";

const LONGEST_EXCERPT = 160;

/** @param {SubmitEvent} event @returns {HTMLFormElement | null} the form, when it is the outbox's to take */
function ours(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || "plain" in form.dataset) return null;
  return form.querySelector('input[name="_command"]') ? form : null;
}

/**
 * @param {() => Device | null} device
 * @param {Drafts} drafts
 * @param {(path: string) => void} visit
 * @param {(otherwise: string) => void} back
 */
export function takeForms(device, drafts, visit, back) {
  document.addEventListener("submit", (event) => {
    const form = ours(event);
    const here = device();
    if (!form || !here) return others(event);
    if (isOnlineOnly(form)) return notices.isOffline ? event.preventDefault() : byBrowser(form);
    event.preventDefault();
    const command = commandOf(form, /** @type {HTMLElement | null} */ (event.submitter), here.identity);
    const draft = draftKey(form, location.pathname);
    drafts.forget(form);
    form.reset();
    delete form.dataset.replaces;
    remint(form);
    form.dispatchEvent(new CustomEvent("outbox:taken", { bubbles: true }));
    here.outbox.queue(command, draft);
    askToPersist();
    if (form.dataset.then) visit(form.dataset.then);
    else if (command.object && form.dataset.object) back(spherePath(location.pathname));
  });
}

/**
 * Other forms are the browser's, and may change what pages say: the next pages are asked of the server.
 * @param {SubmitEvent} event
 */
function others(event) {
  if (event.defaultPrevented) return;
  if (event.target instanceof HTMLFormElement) refreshToken(event.target);
  setKnown(undefined).catch(() => {});
}

/** A shell that was kept holds an old token, or none. @param {HTMLFormElement} form */
function refreshToken(form) {
  const input = form.querySelector('input[name="csrfmiddlewaretoken"]');
  const { origin } = new URL(form.getAttribute("action") ?? "", location.href);
  const token = csrfToken();
  if (input && token && origin === location.origin) /** @type {HTMLInputElement} */ (input).value = token;
}

/**
 * The browser posts it, as anew as the outbox would; a second tap before the answer came says the same again, and is
 * answered as the first. @param {HTMLFormElement} form
 */
function byBrowser(form) {
  refreshToken(form);
  if (!("posted" in form.dataset)) {
    renumber(form);
    remint(form);
  }
  form.dataset.posted = "";
  handOver(form);
}

/** Back on a page that the browser kept, people say something else. */
export function forgetPosted() {
  for (const form of document.forms) delete form.dataset.posted;
}

/** The page of the sphere that a page belongs to. @param {string} path */
const spherePath = (path) => path.match(/^\/s\/[^/]+\//)?.[0] ?? "/";

/**
 * @param {HTMLFormElement} form @param {HTMLElement | null} submitter @param {string} identity
 * @returns {Command}
 */
export function commandOf(form, submitter, identity) {
  const mints = minted(form);
  const fields = fieldsOf(form, /** @type {HTMLButtonElement | null} */ (submitter));
  const sphere = document.body.dataset.sphere ?? "";
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.pathname;
  const { pathname, search } = new URL(action, location.href);
  const row = submitter?.closest("live-row");
  return {
    id: uuid7(),
    identity,
    name: String(fields.find(([name]) => name === "_name")?.[1] ?? ""),
    path: pathname + search,
    fields,
    sphere,
    lane: laneOf(
      sphere,
      fields.some(([, value]) => typeof value !== "string"),
    ),
    mints,
    uploads: fields.flatMap(([, value]) => (typeof value === "string" ? [] : [uuid7()])),
    kind: form.dataset.kind ?? row?.getAttribute("data-kind") ?? "",
    parent: form.dataset.parent ?? "",
    object: form.dataset.object ?? row?.id ?? "",
    page: location.pathname,
    title: form.dataset.label || submitter?.dataset.label || submitter?.textContent?.trim() || document.title,
    excerpt: excerptOf(form) || namesOf(fields),
    said_at: Date.now(),
    follow: form.hasAttribute("data-follow"),
    replaces: form.dataset.replaces,
    state: "waiting",
  };
}

/** What was written, and no more: who, when, under which number and with which token is said when it is sent. */
const SAID_AT_SENDING = ["csrfmiddlewaretoken", "_command", "_identity", "_said_at"];

/** @param {HTMLFormElement} form @param {HTMLButtonElement | null} submitter */
function fieldsOf(form, submitter) {
  /** @type {Field[]} */
  const fields = [];
  for (const [name, value] of new FormData(form)) {
    const isEmptyFile = value instanceof File && !value.name && !value.size;
    if (!SAID_AT_SENDING.includes(name) && !isEmptyFile) fields.push([name, value]);
  }
  if (submitter?.name) fields.push([submitter.name, submitter.value]);
  return fields;
}

/** @param {HTMLFormElement} form @returns {HTMLInputElement[]} */
const mintInputs = (form) => [...form.querySelectorAll("input")].filter((input) => input.hasAttribute("data-mint"));

/** The ids of what this form makes, minted now unless a draft kept them. @param {HTMLFormElement} form */
function minted(form) {
  for (const input of mintInputs(form)) if (!input.hasAttribute("data-kept")) input.value = uuid7();
  return mintInputs(form).map((input) => input.value);
}

/** @param {HTMLFormElement} form */
function remint(form) {
  for (const input of mintInputs(form)) {
    input.removeAttribute("data-kept");
    input.value = uuid7();
  }
}

/** @param {HTMLFormElement} form */
function excerptOf(form) {
  const written = [...form.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox])")];
  const texts = written.map((one) => /** @type {HTMLInputElement} */ (one).value.trim());
  return (texts.find(Boolean) ?? "").slice(0, LONGEST_EXCERPT);
}

/** @param {Field[]} fields */
const namesOf = (fields) =>
  fields
    .flatMap(([, value]) => (typeof value === "string" ? [] : [value.name]))
    .join(", ")
    .slice(0, LONGEST_EXCERPT);

let hasAsked = false;

/** Asked for at the first tap that needs it, never on arrival. */
function askToPersist() {
  if (hasAsked) return;
  hasAsked = true;
  navigator.storage?.persist?.().catch(() => {});
}
