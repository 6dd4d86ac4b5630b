import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Outbox, insisting } from "../../static/device/outbox.js";
import { Shelf } from "../../static/device/shelf.js";
import { Tabs, command, freshDisk, record } from "./helpers.js";

beforeEach(freshDisk);

/** @param {{deliver?: (records: any[]) => Promise<unknown>, tabs?: Tabs, identity?: string}} [some] */
async function opened({ deliver = async () => {}, tabs = new Tabs(), identity = "alice" } = {}) {
  const outbox = new Outbox(identity, /** @type {any} */ (tabs.channel()), deliver);
  await outbox.refresh();
  return outbox;
}

const draft = async (/** @type {Outbox} */ outbox) => (await outbox.drafts()).find(({ key }) => key === "k")?.fields;
const ids = (/** @type {Outbox} */ outbox) => outbox.commands.map((one) => one.id);

test("a command is there at once, and on disk before anybody may send it", async () => {
  const outbox = await opened();
  const written = outbox.queue(command({ id: "1" }), "key");
  assert.deepEqual(ids(outbox), ["1"]);
  assert.equal(outbox.next().size, 0);
  await written;
  assert.equal(outbox.next().get("s1")?.id, "1");
  assert.deepEqual(ids(await opened()), ["1"], "after a restart");
});

test("order is the order of intent, across tabs", async () => {
  const tabs = new Tabs();
  const [one, two] = [await opened({ tabs }), await opened({ tabs })];
  for (const [outbox, id] of /** @type {const} */ ([
    [one, "z"],
    [two, "a"],
    [one, "m"],
  ])) {
    await outbox.queue(command({ id }), "");
  }
  await one.refresh();
  await two.refresh();
  assert.deepEqual(ids(one), ["z", "a", "m"]);
  assert.deepEqual(ids(two), ["z", "a", "m"]);
});

test("an outbox is its identity's alone", async () => {
  await (await opened()).queue(command(), "");
  assert.deepEqual(ids(await opened({ identity: "bob" })), []);
});

test("what an answer brought is delivered before the command is erased", async () => {
  /** @type {string[]} */
  const seen = [];
  const outbox = await opened({
    deliver: async (records) => {
      const kept = await outbox.shelf.commands();
      seen.push(`${records[0].id} while ${kept.length} kept`);
    },
  });
  const one = command({ id: "1" });
  await outbox.queue(one, "");
  await outbox.settle(one, { outcome: "accepted", records: [record({ n: 1 })], location: "" });
  assert.deepEqual(seen, ["m1 while 1 kept"]);
  assert.deepEqual(ids(await opened()), []);
});

test("a delivery that fails keeps the command", async () => {
  const outbox = await opened({ deliver: () => Promise.reject(new Error("no")) });
  const one = command({ id: "1" });
  await outbox.queue(one, "");
  await assert.rejects(outbox.settle(one, { outcome: "accepted", records: [], location: "" }));
  assert.deepEqual(ids(await opened()), ["1"]);
});

test("a refused command stays with its sentence until a person decides", async () => {
  const outbox = await opened();
  const one = command({ id: "1" });
  await outbox.queue(one, "");
  await outbox.settle(one, { outcome: "refused", sentence: "Too long.", errors: { body: ["Cut it."] } });
  const again = await opened();
  assert.deepEqual([again.commands[0]?.state, again.commands[0]?.sentence], ["refused", "Too long."]);
  await again.discard("1");
  assert.deepEqual(ids(again), []);
});

test("what is only waiting cannot be let go: it may have been sent", async () => {
  const outbox = await opened();
  await outbox.queue(command({ id: "1" }), "");
  await outbox.discard("1");
  await outbox.reopen("1", { key: "k", fields: [["body", "x"]], at: 0 });
  await outbox.keepMine("1");
  assert.deepEqual(ids(outbox), ["1"]);
});

/** @param {Outbox} outbox @param {Partial<import("../../static/device/types.js").Command>} some */
async function refused(outbox, some) {
  const one = command(some);
  await outbox.queue(one, "");
  await outbox.settle(one, { outcome: "refused", sentence: "No.", errors: {} });
  return one;
}

test("editing what was refused gives its form the words, and keeps it until they are sent again", async () => {
  const outbox = await opened();
  await refused(outbox, { id: "1", mints: ["m"] });
  await outbox.queue(command({ id: "2", fields: [["on", "m"]] }), "");
  assert.equal(await outbox.reopen("1", { key: "k", fields: [["body", "Bonjour"]], at: 1 }), true);
  assert.deepEqual(ids(await opened()), ["1", "2"]);
  assert.deepEqual(await draft(outbox), [["body", "Bonjour"]]);
  const written = outbox.queue(command({ id: "3", mints: ["m"], replaces: "1" }), "k");
  assert.deepEqual(ids(outbox), ["3", "2"], "in its place, so that what stands on it comes after");
  assert.equal(outbox.next().size, 0);
  await written;
  assert.deepEqual(ids(await opened()), ["3", "2"]);
  assert.equal(await draft(outbox), undefined);
});

test("a form that holds other words is left alone, and what was refused stays", async () => {
  const outbox = await opened();
  await refused(outbox, { id: "1" });
  await refused(outbox, { id: "2" });
  const reopen = (/** @type {string} */ id) => outbox.reopen(id, { key: "k", fields: [["body", id]], at: 1 });
  assert.equal(await reopen("1"), true);
  assert.equal(await reopen("2"), false);
  await outbox.keepDraft({ key: "k", fields: [["body", "1, shorter"]], at: 2, replaces: "1" });
  assert.equal(await reopen("1"), true);
  assert.deepEqual(await draft(outbox), [["body", "1, shorter"]]);
  assert.deepEqual(ids(await opened()), ["1", "2"]);
});

test("words of another tab, sent from the same form, take nothing along", async () => {
  const outbox = await opened();
  await refused(outbox, { id: "1" });
  await outbox.reopen("1", { key: "k", fields: [["body", "Bonjour"]], at: 1 });
  await outbox.queue(command({ id: "2" }), "k");
  assert.deepEqual(ids(await opened()), ["1", "2"]);
  assert.deepEqual(await draft(outbox), [["body", "Bonjour"]]);
});

test("insisting is another intent: another number, and theirs as seen", async () => {
  const outbox = await opened();
  const one = command({
    id: "1",
    fields: [
      ["_seen_body", "a"],
      ["_seen_title", "t"],
      ["body", "mine"],
    ],
  });
  await outbox.queue(one, "");
  const conflict = { body: { seen: "a", theirs: "b", by: "Bob", at: "" } };
  await outbox.settle(one, { outcome: "conflict", sentence: "Two.", conflict });
  assert.equal(outbox.next().size, 0);
  await outbox.keepMine("1");
  const [kept] = (await opened()).commands;
  assert.notEqual(kept?.id, "1");
  assert.deepEqual(kept?.fields, [
    ["_seen_body", "b"],
    ["_seen_title", "t"],
    ["body", "mine"],
  ]);
  assert.equal(kept?.state, "waiting");
  assert.equal(outbox.next().size, 1);
  assert.equal(insisting(one).conflict, undefined);
});

test("taking a form lets go of its draft in the same transaction", async () => {
  const outbox = await opened();
  await outbox.keepDraft({ key: "k", fields: [["body", "Bon"]], at: 0 });
  await outbox.queue(command(), "k");
  assert.equal(await draft(outbox), undefined);
});

test("an empty draft is no draft", async () => {
  const outbox = await opened();
  await outbox.keepDraft({ key: "k", fields: [["body", "Bon"]], at: 0 });
  await outbox.keepDraft({ key: "k", fields: [], at: 1 });
  assert.equal(await draft(outbox), undefined);
});

test("a disk that refuses hands over to memory, says so, and sending goes on", async () => {
  const outbox = await opened();
  const full = async () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  const usual = outbox.shelf.disk.transaction.bind(outbox.shelf.disk);
  outbox.shelf.disk.transaction = (names, mode) => (mode === "readwrite" ? full() : usual(names, mode));
  const one = command({ id: "1" });
  await outbox.queue(one, "");
  assert.equal(outbox.refused, "refused");
  await outbox.refresh();
  assert.equal(outbox.next().get("s1")?.id, "1");
  await outbox.settle(one, { outcome: "refused", sentence: "No.", errors: {} });
  assert.equal(outbox.commands[0]?.state, "refused");
  await outbox.discard("1");
  assert.deepEqual(ids(outbox), []);
});

test("what memory holds goes to the disk when it takes things again; until then it is said", async () => {
  const outbox = await opened();
  const usual = outbox.shelf.add.bind(outbox.shelf);
  const refusing = new Set(["1", "2"]);
  outbox.shelf.add = async (one, key) => (refusing.has(one.id) ? Promise.reject(new Error("full")) : usual(one, key));
  await outbox.queue(command({ id: "1" }), "");
  await outbox.queue(command({ id: "2" }), "");
  refusing.delete("1");
  await outbox.queue(command({ id: "3" }), "");
  assert.equal(outbox.refused, "refused");
  await outbox.refresh();
  assert.deepEqual(ids(outbox), ["1", "3", "2"]);
  refusing.clear();
  await outbox.queue(command({ id: "4" }), "");
  assert.equal(outbox.refused, "");
  assert.deepEqual(ids(await opened()), ["1", "3", "2", "4"]);
});

test("a draft that memory kept goes with the words that were sent", async () => {
  const outbox = await opened();
  const usual = outbox.shelf.keepDraft.bind(outbox.shelf);
  outbox.shelf.keepDraft = () => Promise.reject(new Error("full"));
  await outbox.keepDraft({ key: "k", fields: [["body", "Bon"]], at: 0 });
  outbox.shelf.keepDraft = usual;
  await outbox.queue(command(), "k");
  assert.equal(await draft(outbox), undefined);
});

test("without a disk too, what was refused stays until its words are sent again", async () => {
  // @ts-expect-error: as in a browser that has none
  globalThis.indexedDB = undefined;
  const outbox = await opened();
  await refused(outbox, { id: "1" });
  await outbox.queue(command({ id: "2" }), "");
  assert.equal(await outbox.reopen("1", { key: "k", fields: [["body", "Bonjour"]], at: 1 }), true);
  assert.equal(await outbox.reopen("1", { key: "k", fields: [["body", "Bonjour"]], at: 1 }), true);
  await outbox.refresh();
  assert.deepEqual(ids(outbox), ["1", "2"]);
  await outbox.queue(command({ id: "3", replaces: "1" }), "k");
  await outbox.refresh();
  assert.deepEqual(ids(outbox), ["3", "2"]);
});

test("without IndexedDB words live as long as the page, drafts too", async () => {
  // @ts-expect-error: as in a browser that has none
  globalThis.indexedDB = undefined;
  const outbox = await opened();
  assert.equal(outbox.refused, "missing");
  await outbox.queue(command({ id: "1", mints: ["m"] }), "");
  await outbox.keepDraft({ key: "k", fields: [["body", "Bon"]], at: 0 });
  await outbox.refresh();
  assert.deepEqual(ids(outbox), ["1"]);
  assert.deepEqual(await draft(outbox), [["body", "Bon"]]);
  const [one] = outbox.commands;
  await outbox.settle(/** @type {any} */ (one), { outcome: "accepted", records: [], location: "" });
  assert.deepEqual(ids(outbox), []);
});

test("a draft is on its way to the disk at once: its page may be going", async () => {
  const shelf = new Shelf("alice");
  await shelf.drafts();
  /** @type {string[]} */
  const commits = [];
  const { commit } = IDBTransaction.prototype;
  IDBTransaction.prototype.commit = function () {
    commits.push(this.mode);
    commit.call(this);
  };
  try {
    const kept = shelf.keepDraft({ key: "form", fields: [["body", "half-writ"]], at: 1 });
    // What a page still does in its last event, and no turn of the event loop after it.
    for (let turn = 0; turn < 20; turn += 1) await null;
    assert.deepEqual(commits, ["readwrite"]);
    await kept;
  } finally {
    IDBTransaction.prototype.commit = commit;
  }
  assert.equal((await new Shelf("alice").drafts()).length, 1);
});

test("how long words wait is counted from the oldest that the server has not settled", async () => {
  const outbox = await opened();
  assert.equal(outbox.oldest(60_000), undefined);
  await outbox.queue(command({ id: "1", said_at: 40_000 }), "a");
  await outbox.queue(command({ id: "2", said_at: 10_000 }), "b");
  assert.equal(outbox.oldest(60_000), 50);
  assert.equal(outbox.oldest(5_000), 0, "a clock that was set back");
  await outbox.settle(/** @type {any} */ (outbox.commands[1]), { outcome: "refused", sentence: "No.", errors: {} });
  assert.equal(outbox.oldest(60_000), 20, "what was refused waits for a person");
});
