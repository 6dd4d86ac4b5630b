/** The zone of this device, for whoever arrives by an invitation: nobody is asked for it. */

/** @param {ParentNode} root */
export function sayZone(root) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  for (const input of root.querySelectorAll("input[data-zone-here]")) /** @type {HTMLInputElement} */ (input).value = zone;
}
