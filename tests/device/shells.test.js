import assert from "node:assert/strict";
import { test } from "node:test";

import { cacheName, filled, matched, slugOf, source } from "../../static/device/shells.js";

const ID = "01a201fe-5eeb-70f4-81b7-8ef7073143de";
const OTHER = "01a201fe-5eeb-70f4-81b7-8ef7073143df";
const IDS = "([0-9a-f-]{36})";
const entries = [
  { name: "sphere", pattern: "^/s/chantier\\-34ufh/$" },
  { name: "conversation", pattern: `^/s/chantier\\-34ufh/conversations/${IDS}/$` },
  { name: "two", pattern: `^/s/chantier\\-34ufh/polls/${IDS}/options/${IDS}/$` },
  { name: "loose", pattern: "^/loose/([^/]+)/$" },
];

test("an address finds its shell and its ids", () => {
  assert.equal(matched(entries, "/s/chantier-34ufh/")?.entry.name, "sphere");
  assert.deepEqual(matched(entries, `/s/chantier-34ufh/conversations/${ID}/`)?.ids, [ID]);
  assert.deepEqual(matched(entries, `/s/chantier-34ufh/polls/${ID}/options/${OTHER}/`)?.ids, [ID, OTHER]);
  assert.equal(matched(entries, "/s/famille-aaaaa/"), null);
  assert.equal(matched(entries, `/s/chantier-34ufh/conversations/${ID}/more/`), null);
});

test("only what looks like an id is let into the HTML", () => {
  assert.equal(matched(entries, "/loose/<script>/"), null);
  assert.equal(matched(entries, `/loose/${ID.toUpperCase()}/`), null);
  const blank = "<p>00000000-0000-0000-0000-000000000001</p>";
  assert.equal(filled(blank, ['"><script>']), blank);
});

test("the Nth blank is the Nth id, wherever it stands", () => {
  const html = "a 00000000-0000-0000-0000-000000000002 b 00000000-0000-0000-0000-000000000001 c";
  assert.equal(filled(html, [ID, OTHER]), `a ${OTHER} b ${ID} c`);
  assert.equal(filled("00000000-0000-0000-0000-000000000003", [ID]), "00000000-0000-0000-0000-000000000003");
});

test("shells are one identity's, one app's and one language's", () => {
  assert.equal(cacheName({ identity: "alice", app: "a1", language: "fr" }), "shells|alice|a1|fr");
  assert.equal(slugOf("/s/famille-aaaaa/members/"), "famille-aaaaa");
  assert.equal(slugOf("/outbox/"), "");
  assert.deepEqual([source(), source("x")], ["/shells/", "/s/x/shells/"]);
});
