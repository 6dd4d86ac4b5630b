/** Where a document begins: who is it for, what is here already, and what must be settled first. */

import { become, device, notice, notices } from "./device.js";
import { Drafts } from "./drafts.js";
import { Drain } from "./drain.js";
import { takeForms } from "./forms.js";
import { keepKnown, leftSpheres } from "./keeping.js";
import { csrfToken, dropOthers, followSignOut, freshToken, goneFromHere, hearSignOut } from "./leaving.js";
import { replaceDocument, settleSignOut } from "./leaving.js";
import { LiveList, pendingChanged, receive, refreshLists } from "./lists.js";
import { followed } from "./names.js";
import { signOutOwed } from "./note.js";
import { followOlder } from "./older.js";
import { Outbox } from "./outbox.js";
import { OutboxList } from "./outbox-list.js";
import { closeDoors, fillPage } from "./page.js";
import { pause } from "./patience.js";
import { post } from "./post.js";
import { OfflineBanner, OutboxBadge, SyncAge } from "./states.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { finishTimes, tellDates } from "./times.js";
import { back, showFromNetwork, startVisits, visit } from "./visits.js";
import { MessageComposer } from "../messaging/composer.js";

/** What this document was begun with. */
const begun = { ...document.body.dataset };
const { identity = "", app = "" } = begun;

/** The parts, tied together. @returns {import("./device.js").Device} */
function assemble() {
  const channel = hearSignOut(identity);
  const store = new Store(identity);
  const outbox = new Outbox(identity, channel, async (records) => {
    const { hasGap, batch } = await store.applyLive(records);
    channel.say({ t: "rows", batch });
    if (hasGap) sync.pull();
  });
  const signedOut = (/** @type {boolean} */ isSignedOut) => notice({ isSignedOut });
  const sync = new Sync(
    store,
    channel,
    {
      otherIdentity: replaceDocument,
      signedOut,
      version: (answer) => answer.app !== app && updated(),
      complete: () => keepKnown(store, identity, app),
    },
    location.origin.replace(/^http/, "ws"),
  );
  const drain = new Drain(
    outbox,
    channel,
    { post, token: csrfToken, freshToken },
    {
      otherIdentity: replaceDocument,
      signedOut,
      silent: (isSilent) => notice({ isOffline: isSilent || sync.state === "offline" }),
    },
  );
  return { identity, store, outbox, sync, drain, channel };
}

/** The server runs another build: said, never forced upon half-written words. */
function updated() {
  if (notices.isUpdated) return;
  notice({ isUpdated: true });
  navigator.serviceWorker
    ?.getRegistration()
    .then((registration) => registration?.update())
    .catch(() => {});
}

/** @param {import("./device.js").Device} here */
function tie(here) {
  const { store, outbox, sync, drain } = here;
  store.changed.follow((batch) => {
    receive(batch);
    followed(batch, document);
    if (batch.left.length) leftSpheres(batch.left);
    const ids = new Set(batch.rows.map((row) => row.id));
    drain.arrived(outbox.commands.filter(({ mints, object }) => [...mints, object].some((id) => ids.has(id))));
  });
  store.refusal.follow(sayDisk);
  outbox.changed.follow(() => {
    pendingChanged();
    sayDisk();
    say(document.body);
  });
  outbox.settled.follow(({ command, verdict }) => {
    if (verdict.outcome === "accepted" && command.follow && location.pathname === command.page) visit(verdict.location);
  });
  sync.changed.follow((state) => {
    say(document.body);
    notice({ isOffline: state === "offline" });
    lookFurther();
  });
  sync.opened.follow(() => drain.wake());

  function sayDisk() {
    const reasons = [store.refused, outbox.refused];
    notice({ isDiskRefused: reasons.some((reason) => reason === "missing" || reason === "refused") });
    if (reasons.includes("outdated")) notice({ isUpdated: true });
  }
}

/** A shell was shown, and the store, level with the server, has not what it is about: the server's page will say. */
function lookFurther() {
  const isMissing = document.body.matches("[data-shell][data-missing]");
  if (isMissing && device()?.sync.state === "live") showFromNetwork();
}

/** Moments at which the line may be there again. @param {import("./device.js").Device} here */
function watch({ sync, drain }) {
  const wake = () => {
    sync.look();
    drain.wake();
  };
  addEventListener("online", wake);
  addEventListener("focus", wake);
  addEventListener("offline", () => sync.lost());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    refreshLists();
    wake();
  });
  setInterval(() => finishTimes(document), 60_000);
}

/** @param {HTMLElement} body @param {string} path */
async function ready(body, path) {
  const here = device();
  if (!here) return finishTimes(body);
  say(body);
  await fillPage(body, here, path);
}

/** What tests and styles may wait for. @param {HTMLElement} body */
function say(body) {
  const here = device();
  if (!here) return;
  body.dataset.sync = here.sync.state;
  body.dataset.outbox = String(here.outbox.commands.length);
}

function defineElements() {
  customElements.define("live-list", LiveList);
  customElements.define("outbox-badge", OutboxBadge);
  customElements.define("offline-banner", OfflineBanner);
  customElements.define("sync-age", SyncAge);
  customElements.define("outbox-list", OutboxList);
  customElements.define("message-composer", MessageComposer);
}

async function start() {
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
  const owed = await signOutOwed();
  if (owed !== undefined && !(await settleOwed(owed))) return;
  const drafts = new Drafts(() => device()?.outbox);
  // For nobody there is no store, no outbox and no sync: only the pages themselves.
  if (identity) await begin();
  // Before the lists are filled: what is sent meanwhile must not go by the browser's own way, which needs a network.
  followSignOut();
  takeForms(device, drafts, visit, back);
  await ready(document.body, location.pathname);
  defineElements();
  followOlder();
  tellDates();
  document.addEventListener("list:changed", () => closeDoors(document.body));
  startVisits({
    fits: (body) => body.dataset.identity === undefined || fits(body),
    fill: async (body) => {
      await drafts.flush();
      await ready(body, location.pathname);
    },
    // What happened between the filling of the page and its showing was said on the page before.
    shown: () => {
      say(document.body);
      lookFurther();
    },
  });
  const here = device();
  here?.sync.start();
  here?.drain.wake();
}

async function begin() {
  await dropOthers(identity);
  const here = assemble();
  become(here);
  tie(here);
  await Promise.all([here.store.open(), here.outbox.refresh()]);
  watch(here);
}

/**
 * Another identity, build or language wants a document of its own.
 * @param {HTMLElement} body
 */
function fits(body) {
  return ["identity", "app", "rowsVersion"].every((name) => body.dataset[name] === begun[name]) && !notices.isUpdated;
}

/** Somebody signed out here and the server has not heard. False when this page must not live. @param {string} owed */
async function settleOwed(owed) {
  const isSettled = await Promise.race([settleSignOut(identity), pause(8000).then(() => false)]);
  if (identity === owed) goneFromHere();
  else document.body.toggleAttribute("data-sign-out-owed", !isSettled);
  return identity !== owed;
}

start();
