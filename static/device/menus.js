/** The menu of a row, which the page has once: drawn when it is opened, since most never are. */

/**
 * A row's menu with its addresses, or null where its kind has none to draw.
 * @param {Element} row @returns {DocumentFragment | null}
 */
export function menuOf(row) {
  const kind = CSS.escape(row.getAttribute("data-kind") ?? "");
  const template = row.ownerDocument.querySelector(`template[data-menu="${kind}"]`);
  if (!(template instanceof HTMLTemplateElement)) return null;
  const menu = document.importNode(template.content, true);
  for (const element of menu.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      element.setAttribute(name, value.replace(template.dataset.of ?? "", row.id));
    }
  }
  return menu;
}

/** @param {Element} row */
export function drawMenu(row) {
  const menu = menuOf(row);
  if (menu) row.querySelector(".more > .actions")?.replaceChildren(menu);
}

export function followMenus() {
  // Heard before it opens: what is seen first is the menu.
  document.addEventListener("click", ({ target }) => {
    const more = target instanceof Element ? target.closest("summary")?.parentElement : null;
    const row = more?.matches(".more:not([open])") ? more.closest("live-row") : null;
    if (row) drawMenu(row);
  });
}
