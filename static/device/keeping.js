/** Keeping the shells of what the store holds, and saying so to the service worker. */

/** @import { Store } from "./store.js" */
/** @import { Known } from "./types.js" */

import { forgetCopy } from "./guard.js";
import { forgetPictures } from "./media.js";
import { known, setKnown } from "./note.js";
import { pause } from "./patience.js";
import { all, versions } from "./reads.js";
import { forgetSpheres, hasAssets, keepShells, slugOf } from "./shells.js";

const YOUNG = 12 * 3600 * 1000;
/** Other spheres' shells come that many ms later: whoever has just arrived has a line to share with them. */
const LATER = 5000;

let isKeeping = false;

/**
 * After a complete sync, when idle: the store now holds what shells show. Those of the sphere in view come first, or
 * of one of them; the others a little later, one by one.
 * @param {Store} store @param {string} identity @param {string} app  of this document
 */
export async function keepKnown(store, identity, app) {
  if (isKeeping || store.refused || !globalThis.caches || !navigator.serviceWorker) return;
  isKeeping = true;
  let isLevel = true;
  try {
    await navigator.serviceWorker.ready;
    // A shell is of no use without its scripts: another build's shells wait for that build's worker.
    if (!(await hasAssets(app))) return;
    await idle();
    const near = slugOf(location.pathname);
    const slugs = (await slugsIn(store)).sort((one, other) => Number(other === near) - Number(one === near));
    let isLater = false;
    /** @param {string} slug @param {Known} soFar */
    const before = async (slug, soFar) => {
      if (slug === slugs[0]) return;
      await note(store, soFar);
      if (!isLater) await pause(LATER);
      isLater = true;
      await idle();
    };
    const kept = await keepShells(identity, slugs, { app, age: YOUNG, looks: await looksIn(store), before });
    await note(store, kept);
    await forgetLeft(kept);
    // A sphere was joined or left meanwhile.
    isLevel = String(await slugsIn(store)) === String(slugs.sort());
  } catch {
    // The next sync tries again; what was kept before goes on being served.
  } finally {
    isKeeping = false;
  }
  if (!isLevel) await keepKnown(store, identity, app);
}

const idle = () => new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(() => resolve(undefined)));

/** @param {Store} store */
async function slugsIn(store) {
  const spheres = await all(store, "spheres.sphere");
  return [...new Set(spheres.map((row) => String(row.facts.slug ?? "")).filter(Boolean))].sort();
}

/**
 * What a sphere's pages show of it and of my role in it, as the numbers that told it last: name, hue and role stand
 * in its shells. @param {Store} store @returns {Promise<Map<string, string>>} by slug
 */
async function looksIn(store) {
  const spheres = await all(store, "spheres.sphere");
  const told = await versions(
    store,
    "spheres.sphere",
    spheres.map(({ id }) => id),
  );
  const numbers = (/** @type {string} */ id) => told.filter((row) => row.id === id).map(({ j, n }) => `${j} ${n}`);
  return new Map(spheres.map(({ id, facts }) => [String(facts.slug ?? ""), numbers(id).sort().join()]));
}

/** Without spheres that the store has no more. @param {Store} store @param {Known} kept */
async function note(store, kept) {
  const slugs = (await slugsIn(store)).filter((slug) => kept.slugs.includes(slug));
  const next = { ...kept, slugs };
  if (JSON.stringify(await known()) !== JSON.stringify(next)) await setKnown(next);
}

/** Left while nobody looked: their pictures go too. @param {Known} kept */
const forgetLeft = ({ identity, slugs }) => forgetPictures(identity, slugs).catch(() => {});

/**
 * Spheres that are no longer ours: their shells go, and whoever stands in one is led home.
 * @param {string[]} spheres
 */
export async function leftSpheres(spheres) {
  forgetCopy(document.body.dataset.identity ?? "", spheres);
  if (spheres.includes(document.body.dataset.sphere ?? "")) {
    const slug = /^\/s\/([^/]+)\//.exec(location.pathname)?.[1];
    const held = await known();
    if (held && slug) {
      const slugs = held.slugs.filter((one) => one !== slug);
      await setKnown({ ...held, slugs });
      await forgetSpheres(held, slugs);
      await forgetPictures(held.identity, slugs);
    }
    location.replace("/");
  }
}
