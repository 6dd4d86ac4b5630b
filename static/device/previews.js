/** What waits to be sent, as it will be seen: pictures from this device, other files by name. */

/** @import { Command } from "./types.js" */

import { filesOf } from "./uploads.js";

/** @param {Element} row @param {Command} command */
export function showFiles(row, command) {
  const files = filesOf(command);
  const body = row.querySelector('[data-field="body"]');
  if (!files.length || !body) return;
  const alts = command.fields.filter(([name]) => name === "alt").map(([, value]) => String(value));
  const box = document.createElement("div");
  box.className = "files";
  box.append(...files.map((file, index) => shown(file, alts[index] ?? "")));
  body.after(box);
}

/** @param {File} file @param {string} alt */
function shown(file, alt) {
  const name = document.createElement("p");
  name.className = "file";
  name.textContent = file.name;
  if (!/^image\/(jpeg|png|webp|gif|avif)$/.test(file.type)) return name;
  const image = new Image();
  const url = URL.createObjectURL(file);
  image.className = "picture";
  image.alt = alt || file.name;
  image.onload = () => URL.revokeObjectURL(url);
  image.onerror = () => image.replaceWith(name);
  image.src = url;
  return image;
}
