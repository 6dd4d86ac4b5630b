/** Where a document begins: who is it for, what is here already, and what must be settled first. */

import { MEMBER, announceAudience, followSpeaking, lookAround, sayAudience } from "./audience.js";
import { guardPastes } from "./copies.js";
import { ledByCharter, tellsOfCharter } from "./charter.js";
import { become, device, notice, noticed, notices } from "./device.js";
import { Drafts, forgetTaken } from "./drafts.js";
import { Drain } from "./drain.js";
import { forgetPosted, takeForms } from "./forms.js";
import { heldFor } from "./held.js";
import { keepKnown, leftSpheres } from "./keeping.js";
import { csrfToken, dropOthers, followSignOut, freshToken, goneFromHere, hearSignOut } from "./leaving.js";
import { replaceDocument, settleSignOut } from "./leaving.js";
import { LiveList, pendingChanged, receive, refreshLists } from "./lists.js";
import { followMenus } from "./menus.js";
import { followed } from "./names.js";
import { signOutOwed } from "./note.js";
import { fillEmpty, fillMarked, followOlder } from "./older.js";
import { closeOnlineOnly } from "./online-only.js";
import { Outbox } from "./outbox.js";
import { OutboxList } from "./outbox-list.js";
import { closeDoors, fillPage } from "./page.js";
import { drawn, pause } from "./patience.js";
import { effects } from "./pending.js";
import { post } from "./post.js";
import { found } from "./reads.js";
import { OfflineBanner, OutboxBadge, SyncAge } from "./states.js";
import { isRestated, isRestatedAnew } from "./restated.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { beginTimes, finishTimes, tellDates } from "./times.js";
import { back, isGone, showFromNetwork, startVisits, visit } from "./visits.js";
import { LookAgain } from "../guests/look-again.js";
import { PrintPage } from "../invitations/print-page.js";
import { ShareLink } from "../invitations/share-link.js";
import { sayZone } from "../invitations/zone.js";
import { FileTray } from "../files/file-tray.js";
import { portraitEffects } from "../files/portraits.js";
import { followPictures } from "../files/viewer.js";
import { MessageComposer } from "../messaging/composer.js";
import { MentionList } from "../threads/mentions.js";
import { followReactions, showReaction } from "../threads/reactions.js";

for (const [name, show] of portraitEffects) effects.set(name, show);
effects.set("threads.react.1", showReaction);
effects.set("threads.unreact.1", showReaction);

/** What this document was begun with. */
const begun = { ...document.body.dataset };
const { identity = "", app = "" } = begun;
const language = document.documentElement.lang;

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
      oldest: () => outbox.oldest(Date.now()),
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
    const isDressed = sync.state === "live" && batch.rows.some(({ k }) => k === "spheres.sphere");
    if (isDressed) keepKnown(store, identity, app);
    if (isRestated(batch.rows) && sync.state === "live") showFromNetwork();
    const told = batch.rows.filter((row) => tellsOfCharter(row) || row.k === "spheres.sphere");
    if (told.length) lookFurther(told);
    if (batch.rows.some((row) => row.k === MEMBER)) sayAudience(document.body, here);
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
  noticed.follow(() => closeOnlineOnly(document));

  function sayDisk() {
    const reasons = [store.refused, outbox.refused];
    notice({ isDiskRefused: reasons.some((reason) => reason === "missing" || reason === "refused") });
    if (reasons.includes("outdated")) notice({ isUpdated: true });
  }
}

/** Where the server's page was shown in place of one that the store knows nothing of: once, not again and again. */
let doubted = "";

/**
 * The charter comes first. Then: the store is level with the server, and what is shown may not be: a sphere that this
 * person was removed from before the store ever heard of it, a shell of what the store has not, or of a sphere that
 * was archived, deleted, put back or published since. The server's page will say.
 * @param {import("./types.js").Row[]} [told]
 */
async function lookFurther(told) {
  const here = device();
  const { shell, missing, sphere, me } = document.body.dataset;
  const led = here && (await ledByCharter(document.body, here, location.pathname, told));
  if (led) return visit(led);
  if (here?.sync.state !== "live") return;
  if (shell !== undefined && missing !== undefined) return showFromNetwork();
  const row = sphere && (await found(here.store, "spheres.sphere", sphere));
  if (row && isRestatedAnew(row)) return showFromNetwork();
  if (shell !== undefined) fillEmpty(document);
  if (shell !== undefined) fillMarked(document).catch(() => {});
  if (!sphere || !me || row || here.store.refused || doubted === location.pathname) return;
  doubted = location.pathname;
  if (await isGone(location.pathname)) leftSpheres([sphere]);
  else showFromNetwork();
}

/** Moments at which the line may be there again. @param {import("./device.js").Device} here */
function watch(here) {
  const { sync, drain } = here;
  const wake = () => {
    if (device()) lookAround(document.body, here);
    sync.look();
    drain.wake();
  };
  addEventListener("online", wake);
  addEventListener("focus", wake);
  addEventListener("offline", () => sync.lost());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    forgetPosted();
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
  closeOnlineOnly(body);
  await Promise.all([fillPage(body, here, path), lookAround(body, here), ledByCharter(body, here, path)]);
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
  customElements.define("file-tray", FileTray);
  customElements.define("mention-list", MentionList);
  customElements.define("share-link", ShareLink);
  customElements.define("print-page", PrintPage);
  customElements.define("look-again", LookAgain);
}

async function start() {
  const owed = await signOutOwed();
  if (owed !== undefined && !(await settleOwed(owed))) return;
  const drafts = new Drafts(() => device()?.outbox);
  // For nobody there is no store, no outbox and no sync: only the pages themselves.
  const others = identity ? dropOthers(identity) : undefined;
  if (identity) await begin();
  await forgetTaken(device()?.outbox);
  // Before the lists are filled: what is sent meanwhile must not go by the browser's own way, which needs a network.
  followSignOut();
  takeForms(device, drafts, visit, back);
  followSpeaking();
  guardPastes(device);
  await ready(document.body, location.pathname);
  startVisits({
    fits: (body) => body.dataset.identity === undefined || fits(body),
    held: async (url) => (device() ? heldFor(url, { identity, app, language }) : null),
    fill: async (body) => {
      await drafts.flush();
      await ready(body, location.pathname);
    },
    // What happened between the filling of the page and its showing was said on the page before.
    shown: () => {
      say(document.body);
      lookFurther();
      announceAudience();
    },
  });
  // The rows first: nothing below is needed to read them.
  await drawn();
  announceAudience();
  beginTimes();
  defineElements();
  sayZone(document);
  followOlder();
  followPictures();
  followMenus();
  followReactions();
  tellDates();
  document.addEventListener("list:changed", () => closeDoors(document.body));
  await others;
  const here = device();
  here?.sync.start();
  here?.drain.wake();
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
}

async function begin() {
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
