/**
 * Small notes that page and service worker both read: a cache of their own, which is there even when IndexedDB is
 * not; localStorage where there is no cache (plain http on a network, which has no service worker either).
 */

/** @import { Known } from "./types.js" */

const CACHE = "device";

/** @param {string} name */
const address = (name) => `/-/${name}`;

/** @param {string} name @returns {Promise<any>} undefined when there is none */
async function read(name) {
  if (!globalThis.caches) return JSON.parse(globalThis.localStorage?.getItem(address(name)) ?? "null") ?? undefined;
  const found = await caches.match(address(name), { cacheName: CACHE });
  return found ? found.json() : undefined;
}

/** @param {string} name @param {unknown} value  undefined erases it */
async function write(name, value) {
  const text = JSON.stringify(value);
  if (!globalThis.caches) {
    if (value === undefined) return globalThis.localStorage?.removeItem(address(name));
    return globalThis.localStorage?.setItem(address(name), text);
  }
  const cache = await caches.open(CACHE);
  if (value === undefined) await cache.delete(address(name));
  else await cache.put(address(name), new Response(text));
}

/** What the service worker may serve. @returns {Promise<Known | undefined>} */
export const known = () => read("known").catch(() => undefined);
/** @param {Known | undefined} value */
export const setKnown = (value) => write("known", value);

/** The identity that left while nobody could be told. @returns {Promise<string | undefined>} */
export const signOutOwed = () => read("sign-out").catch(() => undefined);
/** @param {string | undefined} identity */
export const setSignOutOwed = (identity) => write("sign-out", identity);
