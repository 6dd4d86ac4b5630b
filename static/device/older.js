/** `<a data-older>`: what was said before, from the store while it has some, then from the server's page. */

import { device } from "./device.js";
import { furthest, further, queryOf, settledRows } from "./filling.js";
import { finish } from "./names.js";
import { fetchPatiently } from "./patience.js";
import { isLacking } from "./reads.js";
import { place, rowOf } from "./rows.js";
import { steadily } from "./scroll.js";
import { NETWORK_ONLY } from "./serving.js";
import { finishTimes } from "./times.js";
import { word } from "./words.js";

export function followOlder() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-older]") : null;
    const list = link?.closest("live-list");
    const here = device();
    if (!link || !list || !here || event.defaultPrevented) return;
    event.preventDefault();
    if (link.getAttribute("aria-busy") !== "true") show(/** @type {HTMLAnchorElement} */ (link), list);
  });
}

/** Lists of which this device holds nothing, while the server may: level with it, they ask. @param {ParentNode} page */
export function fillEmpty(page) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (page.querySelectorAll("live-list > a[data-older]"))) {
    const list = /** @type {Element} */ (link.parentElement);
    const isAsking = link.getAttribute("aria-busy") === "true";
    if (!isAsking && list.hasAttribute("data-filled") && !settledRows(list).length) show(link, list);
  }
}

/** Where the page is of what is mine, and this device does not hold all of it: the server's page has it. @param {ParentNode} page */
export async function fillMarked(page) {
  const lists = [...page.querySelectorAll("live-list[marked][data-filled]")];
  const here = device();
  if (!here || !lists.length || !(await isLacking(here.store, lists.map(queryOf)))) return;
  const theirs = await fetchPage("");
  for (const list of lists) await adopt(list, theirs);
}

/** @param {HTMLAnchorElement} link @param {Element} list */
async function show(link, list) {
  const here = device();
  if (!here) return;
  link.setAttribute("aria-busy", "true");
  try {
    if (!(await further(list, document.body, here.store))) await fetchOlder(link, list);
  } catch {
    link.textContent = word("older_offline") || link.textContent;
  } finally {
    link.removeAttribute("aria-busy");
  }
}

/** @param {HTMLAnchorElement} link @param {Element} list */
async function fetchOlder(link, list) {
  const edge = furthest(list);
  const here = device();
  if (!here) return link.remove();
  const before = edge ? `?before=${encodeURIComponent(edge.getAttribute("data-first") ?? "")}` : "";
  if (!(await adopt(list, await fetchPage(before)))) link.remove();
}

/** The server's page of what is in view, and not the kept one, which lacks something. @param {string} query */
async function fetchPage(query) {
  const headers = { Accept: "text/html", [NETWORK_ONLY]: "1" };
  const { response, body } = await fetchPatiently(`${location.pathname}${query}`, { headers }, { cut: 15_000 });
  if (!response.ok || !body) throw new Error("no page");
  const page = new DOMParser().parseFromString(await body.text(), "text/html");
  if (page.body.dataset.identity !== device()?.identity) throw new Error("not ours");
  return page;
}

/** Puts in what a page has of a list. @param {Element} list @param {Document} page @returns {Promise<boolean>} whether there is more */
async function adopt(list, page) {
  const parent = list.getAttribute("parent");
  const where = parent ? `[parent="${CSS.escape(parent)}"]` : "[marked]";
  const theirs = page.querySelector(`live-list[kind="${CSS.escape(list.getAttribute("kind") ?? "")}"]${where}`);
  const rows = theirs ? settledRows(theirs) : [];
  const hasMore = rows.length > 0 && theirs?.querySelector("[data-older]") !== null;
  steadily(list, () => {
    for (const row of rows) if (!rowOf(list, row.id)) place(list, document.adoptNode(row));
    finishTimes(list);
  });
  const here = device();
  if (here) await finish(list, document.body, here.store);
  return hasMore;
}
