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

/** @param {Request} request @returns {Promise<Response>} */
export async function servePicture(request) {
  const { url } = request;
  const [owed, whose] = await Promise.all([signOutOwed(), known()]);
  const isOurs = owed === undefined && whose?.slugs.includes(slugOf(new URL(url).pathname));
  if (!whose || !isOurs) return fetch(request);
  const kept = await caches.match(url, { cacheName: cacheOf(whose.identity), ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.status === 200 && !response.redirected) await keep(whose.identity, url, response.clone());
  return response;
}

/** @param {string} identity @param {string} url @param {Response} response */
async function keep(identity, url, response) {
  const cache = await caches.open(cacheOf(identity));
  // Without room the picture is shown all the same.
  await cache.put(url, response).catch(() => {});
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(old);
}

/** Of spheres that were left. @param {string} identity @param {string[]} slugs  that stay */
export async function forgetPictures(identity, slugs) {
  if (!(await caches.has(cacheOf(identity)))) return;
  const cache = await caches.open(cacheOf(identity));
  for (const { url } of await cache.keys()) {
    if (!slugs.includes(slugOf(new URL(url).pathname))) await cache.delete(url);
  }
}
