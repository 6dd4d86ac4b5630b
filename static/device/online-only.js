/** Forms that the outbox cannot take, because their answer is what matters: closed without network, saying why. */

import { v7 as uuid7 } from "uuid";

import { notices } from "./device.js";

/** @param {HTMLFormElement} form */
export const isOnlineOnly = (form) => Boolean(form.dataset.onlineOnly);

/** Closes and opens what stands on a page. @param {ParentNode} root */
export function closeOnlineOnly(root) {
  for (const form of root.querySelectorAll("form[data-online-only]")) close(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function close(form) {
  const { isOffline } = notices;
  for (const button of form.querySelectorAll("button")) button.disabled = isOffline;
  const reason = form.querySelector("[data-form-error]") ?? document.createElement("p");
  reason.setAttribute("data-form-error", "");
  reason.setAttribute("role", "status");
  reason.textContent = isOffline ? (form.dataset.onlineOnly ?? "") : "";
  if (isOffline) form.append(reason);
  else reason.remove();
}

/** A page that was kept holds the number of a command that was sent long ago. @param {HTMLFormElement} form */
export function renumber(form) {
  const input = form.querySelector('input[name="_command"]');
  if (input) /** @type {HTMLInputElement} */ (input).value = uuid7();
}
