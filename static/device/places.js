/**
 * Going back leads to where one was. By row, not by pixel: lists are filled from their newest end, and rows out of
 * sight have heights that are guesses.
 */

/** @typedef {{windows: Map<string, number>, id: string, top: number, y: number}} Place */

const DELAY = 150;

/** @type {Map<string, Place>} by history entry */
const places = new Map();
let entry = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @returns {string} what Turbo calls the present entry of history */
const present = () => history.state?.turbo?.restorationIdentifier ?? location.href;

/** Whether the entry before this one is a page of ours: Turbo counts them from where one came in. */
export const canGoBack = () => (history.state?.turbo?.restorationIndex ?? 0) > 0;

/** @param {Element} list */
const nameOf = (list) => ["kind", "parent", "object"].map((name) => list.getAttribute(name) ?? "").join("|");

/** @param {ParentNode} root */
const lists = (root) => [...root.querySelectorAll("live-list:not([data-heading])")];

function note() {
  const row = [...document.querySelectorAll("main live-row")].find((one) => one.getBoundingClientRect().bottom > 0);
  const windows = new Map(lists(document).map((list) => [nameOf(list), list.querySelectorAll("live-row").length]));
  places.set(entry, { windows, id: row?.id ?? "", top: row?.getBoundingClientRect().top ?? 0, y: scrollY });
}

/** The page begins to go: what it shows from now on is not where one was. */
export function pausePlaces() {
  if (timer !== undefined && entry) note();
  clearTimeout(timer);
  timer = undefined;
  entry = "";
}

/** A page that one comes back to needs as many rows as it had. @param {ParentNode} body  not yet shown */
export function widen(body) {
  const place = places.get(present());
  for (const list of lists(body)) {
    const count = place?.windows.get(nameOf(list));
    if (count) list.setAttribute("window", String(Math.max(count, Number(list.getAttribute("window")) || 0)));
  }
}

/** The page is shown. @param {boolean} isRestored  by going back or forth */
export function resumePlaces(isRestored) {
  entry = present();
  const place = places.get(entry);
  if (!isRestored || !place) return;
  const row = place.id ? document.getElementById(place.id) : null;
  // Twice: rows that come into sight take their true heights.
  for (let round = 0; row && round < 2; round += 1) scrollBy(0, row.getBoundingClientRect().top - place.top);
  if (!row) scrollTo(0, place.y);
}

export function watchPlaces() {
  entry = present();
  history.scrollRestoration = "manual";
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer);
      if (entry) timer = setTimeout(note, DELAY);
    },
    { passive: true },
  );
}
