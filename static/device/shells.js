/** Shells: pages without their objects, kept per identity, app and language, and matched to addresses. */

/** @import { Known, Shell } from "./types.js" */

import { fetchPatiently } from "./patience.js";

export const PREFIX = "shells|";
export const ASSETS = "assets|";
/** Written last into a cache of assets: when, and that it is complete. */
export const BORN = "/-/born";
const ID = /^[0-9a-f-]{36}$/;
const WEEKS = 3 * 7 * 24 * 3600 * 1000;

/** @typedef {{name: string, pattern: string, first?: string}} Entry  first "network": only when there is none */
/** @typedef {{entries: Entry[], policy: string, at: number, look?: string}} Index */

/** @param {Pick<Known, "identity" | "app" | "language">} known */
export const cacheName = ({ identity, app, language }) => `${PREFIX}${identity}|${app}|${language}`;

/** Where the shells of a sphere come from; of the pages outside spheres without a slug. @param {string} [slug] */
export const source = (slug) => (slug ? `/s/${slug}/shells/` : "/shells/");

/** @param {string} path @returns {string} the slug of a path in a sphere, else "" */
export const slugOf = (path) => /^\/s\/([^/]+)\//.exec(path)?.[1] ?? "";

/** @param {string} scope @param {string} name */
const keyOf = (scope, name) => `${scope}-/${encodeURIComponent(name)}`;

/**
 * The entry for a path and the ids in it. Only what looks like an id is let in: a shell is HTML.
 * @template {{pattern: string}} T
 * @param {T[]} entries @param {string} path
 * @returns {{entry: T, ids: string[]} | null}
 */
export function matched(entries, path) {
  for (const entry of entries) {
    const found = new RegExp(entry.pattern).exec(path);
    if (found && found.slice(1).every((id) => ID.test(id ?? ""))) return { entry, ids: found.slice(1) };
  }
  return null;
}

/** Puts the ids where the shell has its blanks. @param {string} html @param {string[]} ids */
export function filled(html, ids) {
  return html.replace(/00000000-0000-0000-0000-(\d{12})/g, (blank, number) => {
    const id = ids[Number(number) - 1];
    return id && ID.test(id) ? id : blank;
  });
}

/**
 * The shell for a path, or null. `isFirst`: it may be served before the network is asked.
 * @param {Known} known @param {string} path
 * @returns {Promise<{html: string, policy: string, isFirst: boolean} | null>}
 */
export async function shellFor(known, path) {
  const scope = source(slugOf(path));
  const kept = (/** @type {string} */ key) => caches.match(key, { cacheName: cacheName(known) });
  const found = await kept(scope);
  if (!found) return null;
  /** @type {Index} */
  const index = await found.json();
  const match = matched(index.entries, path);
  const shell = match && (await kept(keyOf(scope, match.entry.name)));
  if (!match || !shell) return null;
  const isHeld = !slugOf(path) || known.slugs.includes(slugOf(path));
  const html = filled(await shell.text(), match.ids);
  return { html, policy: index.policy, isFirst: isHeld && match.entry.first !== "network" };
}

/**
 * Keeps the shells of the pages outside spheres, then of these spheres in this order; forgets those of others. Raises
 * when one could not be had, or is for somebody else.
 * @param {string} identity @param {string[]} slugs
 * @param {Object} [wanted]
 * @param {string} [wanted.app]
 * @param {number} [wanted.age]  shells younger than that many ms are kept as they are
 * @param {Map<string, string>} [wanted.looks]  what the shells of a sphere show, by slug: with another they are old
 * @param {(slug: string, soFar: Known) => Promise<void>} [wanted.before]  awaited before a sphere's are asked for
 * @returns {Promise<Known>}
 */
export async function keepShells(identity, slugs, { app, age = 0, looks, before = async () => {} } = {}) {
  let known = await keepScope(source(), { identity, app });
  /** @type {string[]} */
  const young = [];
  for (const slug of slugs) if (await isYoung(known, slug, age, looks?.get(slug))) young.push(slug);
  const kept = [...young];
  for (const slug of slugs.filter((one) => !young.includes(one))) {
    await before(slug, { ...known, slugs: [...kept] });
    known = await keepScope(source(slug), { identity, app, look: looks?.get(slug) });
    kept.push(slug);
  }
  await forget(known, new Set(["", ...slugs].map(source)));
  return { ...known, slugs: kept };
}

/** @param {Known} known @param {string} slug @param {number} age @param {string} [look] */
async function isYoung(known, slug, age, look) {
  const found = await (await caches.open(cacheName(known))).match(source(slug));
  /** @type {Index | undefined} */
  const index = await found?.json();
  return index !== undefined && Date.now() - index.at < age && index.look === look;
}

/**
 * @param {string} scope @param {{identity: string, app?: string, look?: string}} wanted
 * @returns {Promise<Known>}
 */
async function keepScope(scope, { identity, app, look }) {
  const asked = { headers: { Accept: "application/json" }, redirect: /** @type {const} */ ("manual") };
  const { response, body } = await fetchPatiently(scope, asked, { cut: 20_000 });
  if (response.status !== 200 || !body) throw new Error("no shells");
  const answer = JSON.parse(await body.text());
  if (answer.identity !== identity || (app && answer.app !== app)) throw new Error("not ours");
  const known = { identity, app: answer.app, language: answer.language, slugs: [] };
  const cache = await caches.open(cacheName(known));
  /** @type {(Shell & Entry)[]} */
  const shells = answer.shells;
  for (const { name, html } of shells) await cache.put(keyOf(scope, name), new Response(html));
  /** @type {Index} */
  const index = {
    entries: shells.map(({ name, pattern, first }) => ({ name, pattern, first })),
    policy: response.headers.get("Content-Security-Policy") ?? "",
    at: Date.now(),
    look,
  };
  await cache.put(scope, new Response(JSON.stringify(index)));
  return known;
}

/** @param {Known} known @param {Set<string>} scopes */
async function forget(known, scopes) {
  const cache = await caches.open(cacheName(known));
  for (const { url } of await cache.keys()) {
    const path = new URL(url).pathname;
    const isShell = path.includes("/-/");
    if (!scopes.has(isShell ? path.slice(0, path.indexOf("/-/") + 1) : path)) await cache.delete(url);
  }
}

/** Whether everything that this app's pages load is kept. @param {string} app */
export async function hasAssets(app) {
  const name = `${ASSETS}${app}`;
  return (await caches.has(name)) && (await (await caches.open(name)).match(BORN)) !== undefined;
}

/** A sphere that was left. @param {Known} known @param {string[]} slugs  that stay */
export const forgetSpheres = (known, slugs) => forget(known, new Set(["", ...slugs].map(source)));

/**
 * Shells of older apps and other languages go as soon as there are newer ones; the assets that an old tab may still
 * want stay for weeks.
 * @param {Known} known @param {string} app  of the service worker
 */
export async function sweep(known, app) {
  const names = await caches.keys();
  for (const name of names) {
    if (name.startsWith(PREFIX) && name !== cacheName(known)) await caches.delete(name);
    if (!name.startsWith(ASSETS) || name === ASSETS + app || name === ASSETS + known.app) continue;
    const born = Number(await (await (await caches.open(name)).match(BORN))?.text());
    if (Date.now() - born > WEEKS) await caches.delete(name);
  }
}
