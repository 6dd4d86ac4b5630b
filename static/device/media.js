/** Pictures that were seen are seen again without network; they go with whoever they were shown to. */

import { known, signOutOwed } from "./note.js";
import { slugOf } from "./shells.js";

export const PREFIX = "media|";
const MOST = 1500;
const SMALL = /^\/s\/[^/]+\/files\/[0-9a-f-]{36}\/(thumbnail|preview)\/$/;
const FILE = /^\/s\/[^/]+\/(files|uploads)\//;

/** @param {string} path */
export const isPicture = (path) => SMALL.test(path);

/** What is as large as it likes: the browser's own business. @param {string} path */
export const isFile = (path) => FILE.test(path);

/** @param {string} identity */
const cacheOf = (identity) => `${PREFIX}${identity}|`;

/** Answers by which nobody is to see a picture any more: deleted, withdrawn, or not ours. */
const WITHDRAWN = [403, 404, 410];

/** Whose pictures may be kept and shown here now. @param {string} url @returns {Promise<string | undefined>} */
async function holder(url) {
  const [owed, whose] = await Promise.all([signOutOwed(), known()]);
  const isOurs = owed === undefined && whose?.slugs.includes(slugOf(new URL(url).pathname));
  return isOurs ? whose?.identity : undefined;
}

/**
 * What is kept is shown at once; the server is asked beside it whether it may still be.
 * @param {Request} request @param {(work: Promise<unknown>) => void} [beside]  lets the worker live as long
 * @returns {Promise<Response>}
 */
export async function servePicture(request, beside = () => {}) {
  const { url } = request;
  const identity = await holder(url);
  if (!identity) return fetch(request);
  const kept = await caches.match(url, { cacheName: cacheOf(identity), ignoreVary: true });
  if (kept) {
    beside(askAnew(identity, url, kept.headers.get("ETag") ?? "").catch(() => {}));
    return kept;
  }
  const response = await fetch(request);
  if (response.status === 200 && !response.redirected) await keep(identity, url, response.clone());
  return response;
}

/** @param {string} identity @param {string} url @param {string} etag */
async function askAnew(identity, url, etag) {
  const response = await fetch(url, { headers: etag ? { "If-None-Match": etag } : {}, redirect: "manual" });
  if (response.status === 200) return keep(identity, url, response);
  if (response.type === "opaqueredirect" || WITHDRAWN.includes(response.status)) await drop(identity, url);
}

/** @param {string} identity @param {string} url */
async function drop(identity, url) {
  const name = cacheOf(identity);
  if (!(await caches.has(name))) return;
  const cache = await caches.open(name);
  await cache.delete(url);
  if (!(await cache.keys()).length) await caches.delete(name);
}

/** @param {string} identity @param {string} url @param {Response} response */
async function keep(identity, url, response) {
  // Whoever it came for may have gone while it was on its way.
  if ((await holder(url)) !== identity) return;
  const cache = await caches.open(cacheOf(identity));
  // Without room the picture is shown all the same.
  await cache.put(url, response).catch(() => {});
  if ((await holder(url)) !== identity) return drop(identity, url);
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(old);
}

/** The small pictures that a row shows or leads to. @param {Element} row */
const named = (row) =>
  [...row.querySelectorAll("img[src]:not([data-painted]), a[href]")]
    .map((one) => one.getAttribute("src") ?? one.getAttribute("href") ?? "")
    .filter(isPicture);

/**
 * A row went, or another took its place: pictures that only the old one named go with it.
 * @param {Element} old @param {Element} [present]
 */
export async function forgetUnnamed(old, present) {
  const stay = present ? named(present) : [];
  const gone = named(old).filter((path) => !stay.includes(path));
  if (!gone.length || !globalThis.caches) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const cache = await caches.open(name);
    for (const path of gone) await cache.delete(path);
  }
}

/** Of spheres that were left. @param {string} identity @param {string[]} slugs  that stay */
export async function forgetPictures(identity, slugs) {
  if (!(await caches.has(cacheOf(identity)))) return;
  const cache = await caches.open(cacheOf(identity));
  for (const { url } of await cache.keys()) {
    if (!slugs.includes(slugOf(new URL(url).pathname))) await cache.delete(url);
  }
}
