import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { held, heldFor, iconLeads } from "../../static/device/held.js";
import { known, setKnown, setSignOutOwed } from "../../static/device/note.js";
import { keepShells } from "../../static/device/shells.js";
import { Caches } from "./helpers.js";

const ID = "01a201fe-5eeb-70f4-81b7-8ef7073143de";
const BLANK = "00000000-0000-0000-0000-000000000001";
const ALICE = { identity: "alice", app: "a1", language: "fr" };
const TALK = `/s/chantier/conversations/${ID}/`;

/** The addresses of which shells were asked, in order. @type {string[]} */
let asked = [];

/** What a server gives of a sphere's pages, or of those outside. @param {string} path */
function shellsOf(path) {
  if (path === "/shells/") {
    const me = { name: "me", pattern: "^/me/$", html: "me", first: "network" };
    return [{ name: "home", pattern: "^/$", html: "my day" }, me];
  }
  const talk = `${path.replace("shells/", "conversations/")}([0-9a-f-]{36})/`;
  return [{ name: "talk", pattern: `^${talk}$`, html: `talk ${BLANK}` }];
}

beforeEach(async () => {
  asked = [];
  globalThis.caches = /** @type {any} */ (new Caches());
  globalThis.fetch = async (path) => {
    asked.push(String(path));
    return Response.json({ ...ALICE, shells: shellsOf(String(path)) });
  };
  await setKnown(await keepShells("alice", ["chantier", "famille"]));
});

/** @param {string} path */
const url = (path) => new URL(path, "http://localhost");

test("a visit is shown the page that the device keeps, with its ids", async () => {
  assert.equal(await heldFor(url(TALK), ALICE), `talk ${ID}`);
  assert.equal(await heldFor(url("/"), ALICE), "my day");
});

test("what is not kept, or asks the network first, goes the ordinary way", async () => {
  for (const path of ["/nowhere/", "/me/", "/?before=3", TALK.replace("chantier", "elsewhere"), "/s/chantier/x/"]) {
    assert.equal(await heldFor(url(path), ALICE), null, path);
  }
  await setKnown({ ...ALICE, slugs: ["famille"] });
  assert.equal(await heldFor(url(TALK), ALICE), null, "a sphere that was left");
  await setKnown(undefined);
  assert.equal(await heldFor(url("/"), ALICE), null, "nothing is known");
});

test("nobody is shown what is kept for another identity, build or language", async () => {
  for (const other of [{ identity: "bob" }, { app: "a2" }, { language: "en" }]) {
    assert.equal(await heldFor(url(TALK), { ...ALICE, ...other }), null, JSON.stringify(other));
  }
});

test("while a sign-out is owed no page is shown but those for nobody", async () => {
  await setSignOutOwed("alice");
  assert.equal(await heldFor(url("/"), ALICE), null);
  assert.deepEqual(await held(url("/")), { isOwed: true, shell: null });
  assert.deepEqual(await held(url("/sign-in/")), { isOwed: false, shell: null });
});

test("shells are asked for in the order that is wanted, young ones not again, and others forgotten", async () => {
  assert.deepEqual(asked, ["/shells/", "/s/chantier/shells/", "/s/famille/shells/"]);
  asked = [];
  /** @type {[string, string[]][]} */
  const steps = [];
  const before = async (/** @type {string} */ slug, /** @type {{slugs: string[]}} */ soFar) =>
    void steps.push([slug, soFar.slugs]);
  const next = await keepShells("alice", ["velo", "famille", "club"], { age: 60_000, before });
  assert.deepEqual(asked, ["/shells/", "/s/velo/shells/", "/s/club/shells/"]);
  assert.deepEqual(steps, [
    ["velo", ["famille"]],
    ["club", ["famille", "velo"]],
  ]);
  assert.deepEqual(next, { ...ALICE, slugs: ["famille", "velo", "club"] });
  await setKnown({ ...next, slugs: ["chantier"] });
  assert.equal(await heldFor(url(TALK), ALICE), null);
  assert.deepEqual((await known())?.slugs, ["chantier"]);
});

test("a guest's own icon leads to what this device keeps, and nobody else's does", () => {
  const jeanne = { identity: "jeanne", slugs: ["famille"] };
  const icon = url("/k/abc?for=jeanne");
  assert.equal(iconLeads(icon, jeanne), "/s/famille/");
  assert.equal(iconLeads(icon, { ...jeanne, slugs: ["chantier", "famille"] }), "/");
  for (const path of ["/k/abc", "/k/abc?for=papi", "/i/abc?for=jeanne", "/k/abc?for="]) {
    assert.equal(iconLeads(url(path), jeanne), null, path);
  }
  assert.equal(iconLeads(icon, undefined), null, "nobody is known here");
  assert.equal(iconLeads(url("/k/abc"), { ...jeanne, identity: "" }), null);
});
