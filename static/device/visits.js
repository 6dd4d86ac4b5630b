/**
 * Visits by Turbo Drive, as a swapper of bodies and nothing else: no snapshots here, and forms, frames, streams and
 * prefetch are left out when it is bundled (static/turbo-drive.mjs). The only file that knows Turbo.
 */

import * as Turbo from "@hotwired/turbo";

import { pause } from "./patience.js";
import { canGoBack, pausePlaces, resumePlaces, watchPlaces, widen } from "./places.js";
import { NETWORK_ONLY } from "./serving.js";
import { toEnd } from "./scroll.js";
import { slugOf } from "./shells.js";

/** Tapping waits no longer than that for the store. */
const CAP = 300;

/** What was found that long ago, in ms, is looked for again: somebody may have signed out. */
const FRESH = 1000;

/** Addresses at which identities change hands, or are asked for once more: always whole documents. */
const HARD = ["/sign-in/", "/sign-out/", "/signed-out/", "/me/second-factor/", "/admin/"];

/**
 * @typedef {Object} VisitEvents
 * @property {(body: HTMLElement) => boolean} fits  whether this page may stand in the present document
 * @property {(url: URL) => Promise<string | null>} held  the page that this device shows at once for an address
 * @property {(body: HTMLElement) => Promise<void>} fill
 * @property {() => void} shown
 */

/** How many visits were begun by whoever looks, and how often the server was asked for the page in view. */
let begun = 0;
let asked = 0;

/** @param {VisitEvents} events */
export function startVisits(events) {
  Turbo.session.drive = true;
  Turbo.cache.exemptPageFromCache();
  let isRestored = false;
  watchPlaces();
  addEventListener("turbo:click", (event) => {
    const { url } = /** @type {CustomEvent<{url: string}>} */ (event).detail;
    if (HARD.some((path) => new URL(url).pathname.startsWith(path))) event.preventDefault();
  });
  addEventListener("turbo:visit", (event) => {
    const { action } = /** @type {CustomEvent<{action: string}>} */ (event).detail;
    if (action !== "replace") begun += 1;
    pausePlaces();
    isRestored = action === "restore";
  });
  const look = lookingAhead(events.held);
  addEventListener("turbo:before-fetch-request", (event) => {
    const { detail } = /** @type {CustomEvent<Asking>} */ (event);
    event.preventDefault();
    look(detail.url).then((html) => {
      // A visit that was given up meanwhile ends as it always does: its request is refused.
      if (html !== null && !detail.fetchOptions.signal.aborted) detail.fetchRequest = { response: new Page(html) };
      detail.resume();
    });
  });
  addEventListener("turbo:before-render", (event) => {
    const { newBody, resume } = /** @type {CustomEvent<{newBody: HTMLElement, resume: (value?: unknown) => void}>} */ (
      event
    ).detail;
    event.preventDefault();
    if (!events.fits(newBody)) return location.reload();
    if (isRestored) widen(newBody);
    Promise.race([events.fill(newBody).catch(() => {}), pause(CAP)]).then(resume);
  });
  let isFirst = true;
  addEventListener("turbo:load", () => {
    if (!isFirst) announce();
    resumePlaces(isRestored);
    if (!isRestored && !location.hash) document.querySelectorAll('live-list[role="log"]').forEach(showNewest);
    isFirst = false;
    events.shown();
  });
}

/**
 * What Turbo says before it asks for a page. `fetchRequest` is where it takes an answer from that is there already.
 * @typedef {{url: URL, fetchOptions: {signal: AbortSignal}, resume: () => void, fetchRequest?: object}} Asking
 */

/**
 * An answer that has come whole. It is read without a turn of the event loop: between asking for it and showing it, no
 * other visit can begin, which would find this one past stopping.
 */
class Page extends Response {
  #html;

  /** @param {string} html */
  constructor(html) {
    super(null, { headers: { "Content-Type": "text/html; charset=utf-8" } });
    this.#html = html;
  }

  /** @override */
  clone() {
    return this;
  }

  /** @override */
  async text() {
    return this.#html;
  }
}

/**
 * Looks for a page when the finger goes down on its link: it is there when the finger goes up.
 * @param {(url: URL) => Promise<string | null>} held
 */
function lookingAhead(held) {
  /** @type {{href: string, at: number, html: Promise<string | null>} | undefined} */
  let last;
  const look = (/** @type {URL} */ url) => Promise.race([held(url).catch(() => null), pause(CAP).then(() => null)]);
  addEventListener("pointerdown", ({ target }) => {
    const link = target instanceof Element ? target.closest("a") : null;
    if (link?.origin === location.origin)
      last = { href: link.href, at: performance.now(), html: look(new URL(link.href)) };
  });
  return (/** @type {URL} */ url) => {
    const found = last?.href === url.href && performance.now() - last.at < FRESH ? last.html : look(url);
    last = undefined;
    return found;
  };
}

/** A conversation opens at its end. */
function showNewest() {
  toEnd(document.scrollingElement ?? document.documentElement);
}

/** After a change of page: its title is said, and the keyboard stands at its heading. */
function announce() {
  const region = document.createElement("div");
  region.className = "spoken";
  region.setAttribute("role", "status");
  document.body.append(region);
  // A region speaks of what changes in it, so it must be there before.
  setTimeout(() => (region.textContent = document.title), 100);
  if (document.activeElement && document.activeElement !== document.body) return;
  const heading = document.querySelector("h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** @param {string} path */
export const visit = (path) => Turbo.visit(path);

/** To where one came from, but never out of the site. @param {string} otherwise  a path */
export const back = (otherwise) => (canGoBack() ? history.back() : visit(otherwise));

/**
 * The server's own page in place of a shell that has not what it is about. Where it leads elsewhere, the page of the
 * sphere says why. Whoever went on meanwhile is not brought back, and what was asked for last is what is shown.
 */
export async function showFromNetwork() {
  const before = begun;
  const mine = (asked += 1);
  const headers = { Accept: "text/html", [NETWORK_ONLY]: "1" };
  const response = await fetch(location.href, { headers, redirect: "manual" }).catch(() => null);
  const responseHTML = response && (await response.text());
  if (!response || begun !== before || mine !== asked) return;
  if (response.type === "opaqueredirect") return toSphere(location.pathname);
  const options = { action: "replace", response: { statusCode: response.status, redirected: false, responseHTML } };
  Turbo.visit(location.href, /** @type {any} */ (options));
}

/** @param {string} path */
function toSphere(path) {
  const home = `/s/${slugOf(path)}/`;
  if (slugOf(path) && path !== home) Turbo.visit(home);
}

/** Whether the server does not show whoever asks the sphere of this path any more. @param {string} path */
export async function isGone(path) {
  const response = await fetch(`/s/${slugOf(path)}/`, { method: "HEAD", redirect: "manual" }).catch(() => null);
  return response?.status === 404;
}
