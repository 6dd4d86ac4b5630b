/** Keeping the shells of what the store holds, and saying so to the service worker. */

/** @import { Store } from "./store.js" */

import { known, setKnown } from "./note.js";
import { all } from "./reads.js";
import { forgetSpheres, hasAssets, keepShells } from "./shells.js";

const YOUNG = 12 * 3600 * 1000;

let isKeeping = false;

/**
 * After a complete sync, when idle: the store now holds what shells show.
 * @param {Store} store @param {string} identity @param {string} app  of this document
 */
export async function keepKnown(store, identity, app) {
  if (isKeeping || store.refused || !globalThis.caches || !navigator.serviceWorker) return;
  isKeeping = true;
  try {
    await navigator.serviceWorker.ready;
    // A shell is of no use without its scripts: another build's shells wait for that build's worker.
    if (!(await hasAssets(app))) return;
    await new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(() => resolve(undefined)));
    const spheres = await all(store, "spheres.sphere");
    const slugs = [...new Set(spheres.map((row) => String(row.facts.slug ?? "")).filter(Boolean))];
    const next = await keepShells(identity, slugs.sort(), { app, age: YOUNG });
    if (JSON.stringify(await known()) !== JSON.stringify(next)) await setKnown(next);
  } catch {
    // The next sync tries again; what was kept before goes on being served.
  } finally {
    isKeeping = false;
  }
}

/**
 * Spheres that are no longer ours: their shells go, and whoever stands in one is led home.
 * @param {string[]} spheres
 */
export async function leftSpheres(spheres) {
  if (spheres.includes(document.body.dataset.sphere ?? "")) {
    const slug = /^\/s\/([^/]+)\//.exec(location.pathname)?.[1];
    const held = await known();
    if (held && slug) {
      const slugs = held.slugs.filter((one) => one !== slug);
      await setKnown({ ...held, slugs });
      await forgetSpheres(held, slugs);
    }
    location.replace("/");
  }
}
