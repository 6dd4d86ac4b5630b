import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { DiskRefused, done } from "../../static/device/idb.js";
import { Overtaken, Pull } from "../../static/device/pages.js";
import { all, found, listed, mine, versions } from "../../static/device/reads.js";
import { LISTED, Store } from "../../static/device/store.js";
import { answer, freshDisk, record } from "./helpers.js";

beforeEach(freshDisk);

/** @param {number} last @param {object} [some] */
const records = (last, some = {}) => Array.from({ length: last }, (_, index) => record({ n: index + 1, ...some }));

async function opened() {
  const store = new Store("alice");
  await store.open();
  return store;
}

/** @param {Store} store @param {number} last */
async function holding(store, last) {
  await store.apply(answer({ records: records(last), cursors: { j1: ["e1", last] } }), new Pull());
}

const LIST = { kind: "messaging.message", parent: "c1" };
const ids = async (/** @type {Store} */ store) =>
  (await listed(store, LIST, { limit: 100, isNewestFirst: true })).rows.map((row) => row.id);

test("rows and cursors are kept together and survive a restart", async () => {
  await holding(await opened(), 3);
  const again = await opened();
  assert.deepEqual(await ids(again), ["m1", "m2", "m3"]);
  assert.deepEqual(await again.cursors(), { j1: ["e1", 3] });
  assert.equal(await again.rowsVersion(), "v1");
});

test("a live record moves the cursor by one", async () => {
  const store = await opened();
  await holding(store, 3);
  const { hasGap } = await store.applyLive([record({ n: 4 })]);
  assert.equal(hasGap, false);
  assert.deepEqual(await store.cursors(), { j1: ["e1", 4] });
});

test("what changed long after it arrived is not kept alone, with nothing of what stood around it", async () => {
  const store = await opened();
  const changed = (/** @type {number} */ n, /** @type {number} */ f) => record({ n, f, id: `m${f}`, html: "new", w: 1 });
  await store.apply(answer({ records: [record({ n: 8 }), record({ n: 9 })], cursors: { j1: ["e1", 9] } }), new Pull());
  /** @type {string[]} */
  const told = [];
  store.changed.follow((batch) => told.push(...batch.rows.map((row) => row.id)));
  await store.applyLive([changed(10, 2), changed(11, 9), record({ n: 12 }), changed(13, 12)]);
  await store.apply(
    answer({ records: [changed(14, 3), changed(15, 8), changed(17, 16)], cursors: { j1: ["e1", 17] } }),
    new Pull(),
  );
  assert.deepEqual(await ids(store), ["m8", "m9", "m12", "m16"]);
  assert.deepEqual(told, ["m2", "m9", "m12", "m3", "m8", "m16"]);
  // A deletion is kept whatever it is of, and what is kept stays so.
  await store.applyLive([{ ...record({ n: 18, f: 4, id: "m4" }), gone: true }, changed(19, 8)]);
  assert.equal((await versions(store, LIST.kind, ["m4"])).length, 1);
  assert.equal((await found(store, LIST.kind, "m8"))?.n, 19);
});

test("what arrived during a catch-up that was cut is kept, however late its last change comes", async () => {
  const store = await opened();
  await holding(store, 3);
  const first = answer({ records: [record({ n: 4 }), record({ n: 6 })], cursors: { j1: ["e1", 6] }, more: true });
  await store.apply(first, new Pull());
  // Arrived as number 5, and changed since: it stands further on.
  const late = record({ n: 8, f: 5, id: "m5", w: 1 });
  await store.applyLive([record({ n: 7 })]);
  await store.apply(answer({ records: [late], cursors: { j1: ["e1", 8] } }), new Pull());
  assert.deepEqual(await ids(store), ["m1", "m2", "m3", "m4", "m5", "m6", "m7"]);
});

test("a gap keeps the cursor and asks for a pull, yet the row is shown", async () => {
  const store = await opened();
  await holding(store, 3);
  /** @type {string[]} */
  const told = [];
  store.changed.follow((batch) => told.push(...batch.rows.map((row) => row.id)));
  assert.equal((await store.applyLive([record({ n: 5 })])).hasGap, true);
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
  assert.deepEqual(told, ["m5"]);
});

test("an older version never replaces a newer one, whichever way it comes", async () => {
  const store = await opened();
  await holding(store, 3);
  await store.applyLive([record({ n: 4, f: 1, id: "m1", html: "new" })]);
  const { batch } = await store.applyLive([record({ n: 1, html: "old" })]);
  assert.deepEqual(batch.rows, []);
  assert.equal((await found(store, "messaging.message", "m1"))?.html, "new");
});

test("another tab that wrote the same frame first does not keep it from our lists", async () => {
  const [ours, theirs] = [await opened(), await opened()];
  await holding(ours, 3);
  await theirs.applyLive([record({ n: 4 })]);
  const { batch, hasGap } = await ours.applyLive([record({ n: 4 })]);
  assert.equal(hasGap, false);
  assert.deepEqual(
    batch.rows.map((row) => row.id),
    ["m4"],
  );
});

test("a tombstone stays, leaves the lists, and takes its children along", async () => {
  const store = await opened();
  await holding(store, 3);
  await store.applyLive([record({ n: 4, k: "threads.comment", id: "k1", p: "m2" })]);
  await store.applyLive([record({ n: 5, f: 2, id: "m2", gone: true })]);
  assert.deepEqual(await ids(store), ["m1", "m3"]);
  assert.equal((await versions(store, "messaging.message", ["m2"]))[0]?.gone, true);
  assert.deepEqual(await all(store, "threads.comment"), []);
});

test("a journal that is not listed any more is erased, and its sphere is said to be left", async () => {
  const store = await opened();
  await holding(store, 3);
  const journals = { j2: { sphere: "s2", epoch: "e", head: 1 } };
  const other = [record({ n: 1, j: "j2", s: "s2", p: "c2", id: "x" })];
  const batch = await store.apply(answer({ journals, records: other, cursors: { j2: ["e", 1] } }), new Pull());
  assert.deepEqual(batch.erased, ["j1"]);
  assert.deepEqual(batch.left, ["s1"]);
  assert.deepEqual(await ids(store), []);
  assert.deepEqual(await store.cursors(), { j2: ["e", 1] });
});

test("one journal of two that is lost does not take the sphere with it", async () => {
  const store = await opened();
  const journals = { j1: { sphere: "s1", epoch: "e1", head: 1 }, j2: { sphere: "s1", epoch: "e", head: 1 } };
  const both = [record({ n: 1 }), record({ n: 1, j: "j2", id: "x" })];
  await store.apply(answer({ journals, records: both, cursors: { j1: ["e1", 1], j2: ["e", 1] } }), new Pull());
  const batch = await store.apply(answer(), new Pull());
  assert.deepEqual([batch.erased, batch.left], [["j2"], []]);
  assert.deepEqual(await ids(store), ["m1"]);
});

test("another epoch erases, because its numbers mean other things", async () => {
  const store = await opened();
  await holding(store, 3);
  const restored = { journals: { j1: { sphere: "s1", epoch: "e2", head: 1 } }, reset: ["j1"] };
  await store.apply(
    answer({ ...restored, records: [record({ n: 1, id: "new" })], cursors: { j1: ["e2", 1] } }),
    new Pull(),
  );
  assert.deepEqual(await ids(store), ["new"]);
});

test("another rows version erases everything, over as many pages as the server needs", async () => {
  const store = await opened();
  const journals = { j1: { sphere: "s1", epoch: "e1", head: 1 }, j2: { sphere: "s2", epoch: "e", head: 1 } };
  const two = record({ n: 1, j: "j2", s: "s2", id: "x" });
  await store.apply(
    answer({ journals, records: [record({ n: 1 }), two], cursors: { j1: ["e1", 1], j2: ["e", 1] } }),
    new Pull(),
  );
  const pull = new Pull();
  const first = answer({ journals, rows_version: "v2", reset: ["j1"], records: [record({ n: 1 })], more: true });
  await store.apply({ ...first, cursors: { j1: ["e1", 1] } }, pull);
  assert.deepEqual(await store.cursors(), { j1: ["e1", 1] }, "the second journal's rows were stale too");
  await store.apply(
    answer({ journals, rows_version: "v2", reset: ["j2"], records: [two], cursors: { j2: ["e", 1] } }),
    pull,
  );
  assert.deepEqual(await store.cursors(), { j1: ["e1", 1], j2: ["e", 1] });
});

test("a snapshot has a cursor with its last page only", async () => {
  const store = await opened();
  const pull = new Pull();
  await store.apply(answer({ reset: ["j1"], records: records(2), more: true, page: "2" }), pull);
  assert.deepEqual(await store.cursors(), {});
  await store.apply(answer({ records: [record({ n: 3 })], cursors: { j1: ["e1", 3] } }), pull);
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
  assert.deepEqual(await ids(store), ["m1", "m2", "m3"]);
});

test("a snapshot that was cut starts from nothing: what was deleted meanwhile must not stay", async () => {
  const store = await opened();
  await store.apply(answer({ reset: ["j1"], records: records(2), more: true, page: "2" }), new Pull());
  await store.apply(answer({ records: [record({ n: 2 })], cursors: { j1: ["e1", 3] } }), new Pull());
  assert.deepEqual(await ids(store), ["m2"]);
});

test("a pull that another tab overtook writes nothing more", async () => {
  const [ours, theirs] = [await opened(), await opened()];
  const pull = new Pull();
  await ours.apply(answer({ records: records(2), more: true, page: "2" }), pull);
  await theirs.apply(answer({ records: records(3), cursors: { j1: ["e1", 3] } }), new Pull());
  const late = answer({ records: [record({ n: 9 })], cursors: { j1: ["e1", 9] } });
  await assert.rejects(ours.apply(late, pull), Overtaken);
  assert.deepEqual(await ours.cursors(), { j1: ["e1", 3] });
});

test("a list gives its newest rows, then those before, then says that there are no more", async () => {
  const store = await opened();
  await holding(store, 25);
  const first = await listed(store, LIST, { limit: 10, isNewestFirst: true });
  assert.deepEqual(
    first.rows.map((row) => row.n),
    [16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
  );
  assert.equal(first.isAll, false);
  const rest = await listed(store, LIST, { limit: 20, before: 16, isNewestFirst: true });
  assert.equal(rest.rows.length, 15);
  assert.equal(rest.isAll, true);
});

test("a list from its top goes the other way", async () => {
  const store = await opened();
  await holding(store, 25);
  const first = await listed(store, LIST, { limit: 10, isNewestFirst: false });
  assert.deepEqual(
    first.rows.map((row) => row.n),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  const next = await listed(store, LIST, { limit: 10, after: 10, isNewestFirst: false });
  assert.equal(next.rows[0]?.n, 11);
});

test("exactly as many rows as asked for are all of them", async () => {
  const store = await opened();
  await holding(store, 10);
  assert.equal((await listed(store, LIST, { limit: 10, isNewestFirst: true })).isAll, true);
  await store.applyLive([record({ n: 11 })]);
  assert.equal((await listed(store, LIST, { limit: 10, isNewestFirst: true })).isAll, false);
});

test("rows that share the order of the next one come with it, or all at once", async () => {
  const store = await opened();
  const orders = [1, 2, 2, 3, 4].map((o, index) => record({ n: index + 1, o }));
  await store.apply(answer({ records: orders, cursors: { j1: ["e1", 5] } }), new Pull());
  const numbers = async (/** @type {number} */ limit) =>
    (await listed(store, LIST, { limit, isNewestFirst: true })).rows.map((row) => row.n);
  assert.deepEqual(await numbers(3), [4, 5]);
  assert.deepEqual(await numbers(4), [2, 3, 4, 5]);
  const pair = { limit: 1, before: 3, isNewestFirst: true };
  assert.deepEqual((await listed(store, LIST, pair)).rows.map((row) => row.n), [1, 2, 3]);
});

test("a browser that goes by a cursor finds the same rows", async () => {
  const store = await opened();
  const orders = [1, 2, 2, 3, 4, 5, 6].map((o, index) => record({ n: index + 1, o }));
  await store.apply(answer({ records: orders, cursors: { j1: ["e1", 7] } }), new Pull());
  const asks = [1, 2, 3, 5, 7, 8].flatMap((limit) => [
    { limit, isNewestFirst: true },
    { limit, isNewestFirst: false },
    { limit, before: 4, isNewestFirst: true },
    { limit, after: 1, isNewestFirst: false },
  ]);
  const all = () => Promise.all(asks.map((range) => listed(store, LIST, range)));
  const usual = await all();
  assert.ok("getAllRecords" in IDBIndex.prototype);
  const kept = Object.getOwnPropertyDescriptor(IDBIndex.prototype, "getAllRecords");
  delete (/** @type {any} */ (IDBIndex.prototype).getAllRecords);
  try {
    assert.deepEqual(await all(), usual);
  } finally {
    Object.defineProperty(IDBIndex.prototype, "getAllRecords", /** @type {PropertyDescriptor} */ (kept));
  }
});

test("what is read in one turn shares a transaction, and the next turn has another", async () => {
  const store = await opened();
  await holding(store, 3);
  const [first, second] = await Promise.all([store.disk.reading(LISTED), store.disk.reading(LISTED)]);
  assert.equal(first, second);
  await done(first);
  assert.notEqual(await store.disk.reading(LISTED), first);
  assert.deepEqual(await ids(store), ["m1", "m2", "m3"]);
});

test("what is mine is found by what it is about", async () => {
  const store = await opened();
  assert.equal(await mine(store, ["c1"]), null);
  const read = record({ n: 1, k: "spheres.mine", id: "r", html: "", facts: { on: "c1", key: "read", value: "7" } });
  await store.apply(answer({ records: [read], cursors: { j1: ["e1", 1] } }), new Pull());
  assert.equal((await mine(store, ["c1", "c2"]))?.[0]?.facts?.value, "7");
});

test("leaving a sphere leaves the others alone", async () => {
  const store = await opened();
  const journals = { j1: { sphere: "s1", epoch: "e1", head: 1 }, j2: { sphere: "s2", epoch: "e", head: 1 } };
  const both = [record({ n: 1 }), record({ n: 1, j: "j2", s: "s2", id: "x" })];
  await store.apply(answer({ journals, records: both, cursors: { j1: ["e1", 1], j2: ["e", 1] } }), new Pull());
  await store.eraseSphere("s1");
  assert.deepEqual(await store.cursors(), { j2: ["e", 1] });
  assert.deepEqual(
    (await all(store, "messaging.message")).map((row) => row.id),
    ["x"],
  );
});

test("a disk that refuses still lets the lists hear, and frames be followed", async () => {
  const store = await opened();
  await holding(store, 3);
  store.disk.transaction = async () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  /** @type {string[]} */
  const told = [];
  store.changed.follow((batch) => told.push(...batch.rows.map((row) => row.id)));
  await store.applyLive([record({ n: 4 })]);
  assert.deepEqual(told, ["m4"]);
  assert.equal(store.refused, "refused");
});

test("a page that cannot be written moves no cursor", async () => {
  const store = await opened();
  await holding(store, 3);
  const spoiled = record({ n: 4, facts: { no: () => {} } });
  await store.apply(answer({ records: [spoiled], cursors: { j1: ["e1", 4] } }), new Pull());
  assert.equal(store.refused, "refused");
  assert.deepEqual(await (await opened()).cursors(), { j1: ["e1", 3] });
});

test("without IndexedDB the store follows in memory", async () => {
  // @ts-expect-error: as in a browser that has none
  globalThis.indexedDB = undefined;
  const store = await opened();
  assert.equal(store.refused, "missing");
  await holding(store, 3);
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
  assert.equal((await store.applyLive([record({ n: 4 })])).hasGap, false);
  assert.equal((await store.applyLive([record({ n: 6 })])).hasGap, true);
  assert.deepEqual(await ids(store), []);
});

test("a newer build's database is left alone", async () => {
  const newer = indexedDB.open("rows|alice", 9);
  await new Promise((resolve) => (newer.onsuccess = resolve));
  newer.result.close();
  assert.equal((await opened()).refused, "outdated");
});

test("a database deleted at sign-out does not come back empty", async () => {
  const [ours, theirs] = [await opened(), await opened()];
  await ours.delete();
  await assert.rejects(theirs.disk.open(), (error) => error instanceof DiskRefused && error.reason === "deleted");
  assert.deepEqual(
    (await indexedDB.databases()).map((one) => one.name),
    [],
  );
});
