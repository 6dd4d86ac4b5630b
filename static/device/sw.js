/** The service worker: versioned assets, shells, pages with patience. Touches no POST. */

/**
 * What this file needs of a worker's scope; the DOM's types have none of it.
 * @typedef {Event & {waitUntil: (work: Promise<unknown>) => void}} LifeEvent
 * @typedef {LifeEvent & {request: Request, respondWith: (answer: Promise<Response>) => void}} AskedEvent
 * @typedef {{app: string, assets: string[], rows_version: string}} Build
 * @typedef {Object} Worker
 * @property {Build} ALVEOLE
 * @property {Location} location
 * @property {() => Promise<void>} skipWaiting
 * @property {{claim: () => Promise<void>}} clients
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 */

import { isFile, isPicture, servePicture } from "./media.js";
import { known, setKnown } from "./note.js";
import { servePage } from "./serving.js";
import { ASSETS, BORN, keepShells, sweep } from "./shells.js";

const worker = /** @type {Worker} */ (/** @type {unknown} */ (self));
const { app, assets } = worker.ALVEOLE;
const KEPT = ASSETS + app;
const PAGES = ["/offline/", "/signed-out/"];

worker.addEventListener("install", (/** @type {LifeEvent} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {LifeEvent} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (/** @type {AskedEvent} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (isPicture(url.pathname) && request.mode !== "navigate") {
    return event.respondWith(servePicture(request, (work) => event.waitUntil(work)));
  }
  if (isFile(url.pathname)) return;
  // Turbo fetches pages as plain requests: what is asked for tells them apart, not the mode.
  if ((request.headers.get("Accept") ?? "").includes("text/html")) event.respondWith(servePage(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(serveAsset(request));
});

async function install() {
  const cache = await caches.open(KEPT);
  // Without cookies: these pages are for whoever is here then, and name nobody.
  const asked = /** @type {const} */ ({ cache: "reload", credentials: "omit" });
  // Assets are named by their content: the copies that the page has just loaded will do.
  await cache.addAll([...new Set(assets), ...PAGES.map((url) => new Request(url, asked))]);
  await cache.put(BORN, new Response(String(Date.now())));
  // The new app's shells before the old ones' assets may go; without network the old shells go on working.
  const held = await known();
  if (held && held.app !== app) {
    const fresh = await keepShells(held.identity, held.slugs, { app }).catch(() => undefined);
    if (fresh) await setKnown(fresh);
  }
  await worker.skipWaiting();
}

async function activate() {
  await worker.clients.claim();
  const held = await known();
  if (held) await sweep(held, app);
}

/** @param {Request} request */
async function serveAsset(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.status === 200 && response.type === "basic")
    await (await caches.open(KEPT)).put(request, response.clone());
  return response;
}
