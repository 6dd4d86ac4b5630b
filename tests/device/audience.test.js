import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { counted } from "../../static/device/audience.js";
import { Pull } from "../../static/device/pages.js";
import { Store } from "../../static/device/store.js";
import { answer, freshDisk, record } from "./helpers.js";

const members = ["alice", "bob", "carol"].map((id, index) =>
  record({ n: index + 1, k: "spheres.member", id, p: null, o: id, facts: { role: id === "carol" ? "visitor" : "member" } }),
);

/** @type {Store} */
let store;

beforeEach(async () => {
  freshDisk();
  store = new Store("alice");
  await store.open();
});

test("who hears it is counted from the device's own rows, in that sphere only", async () => {
  await store.apply(answer({ records: members, cursors: { j1: ["e1", 3] } }), new Pull());
  assert.deepEqual(await counted({ sphere: "s1", me: "alice" }, { store }), { people: 1, visitors: 1, guests: 0 });
  assert.equal(await counted({ sphere: "s2", me: "alice" }, { store }), null);
});

test("a part of the members is no number", async () => {
  const pull = new Pull();
  await store.apply(answer({ records: members.slice(0, 2), more: true, page: "2" }), pull);
  assert.equal(await counted({ sphere: "s1", me: "alice" }, { store }), null);
  await store.apply(answer({ records: members.slice(2), cursors: { j1: ["e1", 3] } }), pull);
  assert.deepEqual(await counted({ sphere: "s1", me: "alice" }, { store }), { people: 1, visitors: 1, guests: 0 });
});
