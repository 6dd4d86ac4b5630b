/** What was copied in one sphere is not pasted into another without having been asked about, once. */

/** @import { Device } from "./device.js" */

import { digestOf, guardOf, isForeign } from "./guard.js";
import { copied } from "./words.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/** @param {unknown} target @returns {target is Field} */
const isField = (target) => target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;

/** @param {() => Device | null} device */
export function guardPastes(device) {
  for (const name of ["copy", "cut"]) document.addEventListener(name, () => noteCopy(device()));
  // Not `paste`: a phone's keyboard also puts in what it kept by itself, without any.
  document.addEventListener("beforeinput", (event) => holdPaste(event, device()));
}

/** Remembers where, and not what. @param {Device | null} here */
function noteCopy(here) {
  const { sphere, sphereName: name = "" } = document.body.dataset;
  const text = String(getSelection());
  if (!here || !sphere || !text.trim()) return;
  guardOf(here.identity).keepCopy({ sphere, name, digest: digestOf(text), agreed: [] });
}

/** @param {InputEvent} event @param {Device | null} here */
function holdPaste(event, here) {
  const { target: field, data: text } = event;
  const { sphere, sphereName = "" } = document.body.dataset;
  // One letter at a time is typed.
  if (!here || !sphere || !text || text.length < 2 || !event.cancelable) return;
  if (!isField(field) || !field.form?.querySelector('input[name="_command"]')) return;
  const guard = guardOf(here.identity);
  const copy = guard.copy();
  if (!copy || !isForeign(copy, text, sphere)) return;
  event.preventDefault();
  const { selectionStart, selectionEnd } = field;
  ask(copy.name, sphereName, (isAgreed) => {
    // The tap on the button took the place in the text away, which closing alone does not give back.
    field.focus();
    field.setSelectionRange(selectionStart, selectionEnd);
    if (!isAgreed) return;
    guard.keepCopy({ ...copy, agreed: [...copy.agreed, sphere] });
    // Old, and the only way to put text in that people can undo.
    document.execCommand("insertText", false, text);
  });
}

/** @param {string} from @param {string} to @param {(isAgreed: boolean) => void} answered */
function ask(from, to, answered) {
  const dialog = copied("#ask-paste")?.querySelector("dialog");
  if (!dialog) return answered(true);
  for (const [selector, name] of [
    ["[data-from]", from],
    ["[data-to]", to],
  ]) {
    const place = dialog.querySelector(selector);
    if (place) place.textContent = name;
  }
  dialog.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    if (button) dialog.close(button.value);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    answered(dialog.returnValue === "paste");
  });
  document.body.append(dialog);
  dialog.showModal();
}
