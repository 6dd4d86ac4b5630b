/** Who was here before, and who goes: what may stay on a browser that people share. */

import { PREFIX as ROWS } from "./store.js";
import { channelOf } from "./channel.js";
import { become, device } from "./device.js";
import { forgetOthers } from "./guard.js";
import { deleteDatabase } from "./idb.js";
import { setKnown, setSignOutOwed, signOutOwed } from "./note.js";
import { fetchPatiently, pause } from "./patience.js";
import { PREFIX as MEDIA } from "./media.js";
import { PREFIX as SHELLS } from "./shells.js";

const NAMES = "alveole:rows";
const SIGNED_OUT = "/signed-out/";

/** @returns {string[]} */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(NAMES) ?? "[]");
  } catch {
    return [];
  }
}

/** Names of the row databases on this browser. Not every browser lists them, so they are written down too. */
async function rowDatabases() {
  const listed = indexedDB.databases ? await indexedDB.databases().catch(() => []) : [];
  return new Set([...remembered(), ...listed.map((one) => one.name ?? "").filter((name) => name.startsWith(ROWS))]);
}

/**
 * The first page of an identity drops every other's rows and shells. Outboxes stay, closed.
 * @param {string} identity  "" drops all
 */
export async function dropOthers(identity) {
  const ours = ROWS + identity;
  if (globalThis.indexedDB) {
    for (const name of await rowDatabases()) if (name !== ours) deleteDatabase(name).catch(() => {});
  }
  try {
    localStorage.setItem(NAMES, JSON.stringify(identity ? [ours] : []));
    forgetOthers(identity);
  } catch {
    // No storage at all: then there is nothing of anybody's either.
  }
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) {
    const prefix = [SHELLS, MEDIA].find((one) => name.startsWith(one));
    if (prefix && !name.startsWith(`${prefix}${identity}|`)) await caches.delete(name);
  }
}

/** Replaces the document, past every snapshot and shell. */
export async function replaceDocument() {
  device()?.sync.stop();
  device()?.drain.stop();
  await Promise.race([setKnown(undefined), pause(500)]);
  location.reload();
}

/** Local first: nothing stays readable, whether or not the server can be told now. */
export async function signOut() {
  const here = device();
  if (!here) return;
  become(null);
  here.sync.stop();
  here.drain.stop();
  // Noted first: a phone that dies now must still owe it.
  await Promise.race([setSignOutOwed(here.identity), pause(1000)]);
  here.channel.say({ t: "signed-out" });
  await Promise.race([Promise.allSettled([here.store.delete(), setKnown(undefined), dropOthers("")]), pause(2000)]);
  await Promise.race([settleSignOut(here.identity), pause(2000)]);
  goneFromHere();
}

/** Hard, and without a way back in history. */
export const goneFromHere = () => location.replace(SIGNED_OUT);

/** A sign-out form, and the other tabs of whoever signs out. */
export function followSignOut() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("signOut" in form.dataset) || !device()) return;
    event.preventDefault();
    signOut();
  });
}

/**
 * Tells the server about a sign-out that it has not heard of. True when nothing is owed any more: told, or void
 * because somebody else is signed in by now, or nobody.
 * @param {string} identity  of the page that asks, "" when anonymous
 * @returns {Promise<boolean>}
 */
export async function settleSignOut(identity) {
  const owed = await signOutOwed();
  if (!owed) return true;
  if (identity && identity !== owed) return setSignOutOwed(undefined).then(() => true);
  try {
    let status = await postSignOut(owed);
    if (status === 403) {
      await freshToken();
      status = await postSignOut(owed);
    }
    if (![200, 204, 303, 401, 412].includes(status)) return false;
    await setSignOutOwed(undefined);
    await dropOthers("");
    return true;
  } catch {
    return false;
  }
}

/** @param {string} owed @returns {Promise<number>} status; 303 for a redirect */
async function postSignOut(owed) {
  const { response } = await fetchPatiently(
    "/sign-out/",
    {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: new URLSearchParams({ _identity: owed }),
      redirect: "manual",
    },
    { cut: 8000 },
  );
  return response.type === "opaqueredirect" ? 303 : response.status;
}

/** The token as the cookie has it now: it changes at sign-in, under living tabs. */
export function csrfToken() {
  const name = document.body.dataset.csrfCookie ?? "csrftoken";
  const pair = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : "";
}

export async function freshToken() {
  await fetchPatiently("/token/", { cache: "no-store", redirect: "manual" }, { cut: 8000 }).catch(() => {});
}

/** Tabs of an identity hear of its sign-out. @param {string} identity */
export function hearSignOut(identity) {
  const channel = channelOf(identity);
  channel.heard.follow((message) => {
    if (message.t !== "signed-out") return;
    become(null);
    goneFromHere();
  });
  return channel;
}
