import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Store } from "../../static/device/store.js";
import { Sync } from "../../static/device/sync.js";
import { Tabs, answer, freshDisk, record, until } from "./helpers.js";

/** The server's half of a socket. */
class FakeSocket {
  static OPEN = 1;
  /** @type {FakeSocket[]} */ static all = [];
  readyState = 0;
  /** @type {any[]} */ said = [];
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;

  constructor() {
    FakeSocket.all.push(this);
  }

  /** @param {string} text */
  send(text) {
    this.said.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  /** @param {object} frame */
  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  /** @param {number} code */
  drop(code) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

const ready = { t: "ready", identity: "alice", app: "a1", rows_version: "v1", pull: [] };

/** @type {Sync[]} */
const syncs = [];
/** @type {any[]} */
let asked = [];

beforeEach(() => {
  freshDisk();
  FakeSocket.all = [];
  asked = [];
  Object.assign(globalThis, { WebSocket: FakeSocket });
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
});
afterEach(() => {
  for (const sync of syncs.splice(0)) sync.stop();
});

/** @param {(asked: any) => Response} feed @param {Tabs} [tabs] */
async function tab(feed, tabs = new Tabs()) {
  globalThis.fetch = async (_url, init) => {
    asked.push(JSON.parse(String(init?.body)));
    return feed(asked.at(-1));
  };
  const store = new Store("alice");
  await store.open();
  /** @type {string[]} */
  const events = [];
  const channel = /** @type {any} */ (tabs.channel());
  const sync = new Sync(
    store,
    channel,
    {
      otherIdentity: () => void events.push("other identity"),
      signedOut: (is) => void (is && events.push("signed out")),
      version: ({ app }) => void (app !== "a1" && events.push(`app ${app}`)),
      complete: () => void events.push("complete"),
    },
    "ws://here",
  );
  syncs.push(sync);
  /** @type {string[]} */
  const shown = [];
  store.changed.follow((batch) => shown.push(...batch.rows.map((row) => row.id)));
  return { store, sync, events, shown, channel };
}

/** @param {object} body @param {number} [status] */
const json = (body, status = 200) => new Response(JSON.stringify(body), { status });
const page = (/** @type {object} */ some) => json(answer(some));
const three = { records: [1, 2, 3].map((n) => record({ n })), cursors: { j1: ["e1", 3] } };

async function connected(/** @type {Sync} */ sync) {
  const count = FakeSocket.all.length;
  sync.start();
  await until(() => FakeSocket.all.length > count);
  const socket = /** @type {FakeSocket} */ (FakeSocket.all.at(-1));
  socket.open();
  return socket;
}

test("hello names the identity, the rows version and the cursors; what is behind is pulled", async () => {
  const { sync, store, events, shown } = await tab(() => page(three));
  const socket = await connected(sync);
  assert.deepEqual(socket.said[0], { t: "hello", identity: "alice", rows_version: "", cursors: {} });
  socket.say({ ...ready, pull: ["j1"] });
  await until(() => sync.state === "live");
  assert.deepEqual(asked[0], { identity: "alice", rows_version: "", cursors: {}, page: null });
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
  assert.deepEqual(shown, ["m1", "m2", "m3"]);
  assert.deepEqual(events, ["complete"]);
});

test("whoever is level asks for nothing", async () => {
  const { sync, store } = await tab(() => page(three));
  await sync.pull();
  asked = [];
  const socket = await connected(sync);
  assert.deepEqual(socket.said[0].cursors, { j1: ["e1", 3] });
  socket.say(ready);
  await until(() => sync.state === "live");
  assert.deepEqual(asked, []);
  assert.equal(await store.rowsVersion(), "v1");
});

test("frames are applied one after the other; a gap is pulled", async () => {
  let last = 3;
  const { sync, store, shown } = await tab(() =>
    page(last === 3 ? three : { records: [record({ n: 6 }), record({ n: 7 })], cursors: { j1: ["e1", 7] } }),
  );
  await sync.pull();
  const socket = await connected(sync);
  socket.say(ready);
  socket.say({ t: "records", records: [record({ n: 4 })] });
  socket.say({ t: "records", records: [record({ n: 5 })] });
  await until(async () => (await store.cursors()).j1?.[1] === 5);
  last = 7;
  socket.say({ t: "records", records: [record({ n: 7 })] });
  await until(async () => (await store.cursors()).j1?.[1] === 7);
  assert.deepEqual([...new Set(shown)].sort(), ["m1", "m2", "m3", "m4", "m5", "m6", "m7"]);
});

test("pages are asked for until there are no more, with the token of the last one", async () => {
  const pages = [
    { reset: ["j1"], records: [record({ n: 1 })], more: true, page: "next" },
    { records: [record({ n: 2 })], cursors: { j1: ["e1", 3] }, more: true },
    { records: [record({ n: 3 })], cursors: { j1: ["e1", 3] } },
  ];
  const { sync, store } = await tab(() => page(/** @type {object} */ (pages[asked.length - 1])));
  await sync.pull();
  assert.deepEqual(
    asked.map((one) => [one.page, one.cursors]),
    [
      [null, {}],
      ["next", {}],
      [null, { j1: ["e1", 3] }],
    ],
  );
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
});

test("nothing that is for another identity is applied", async () => {
  const feed = await tab(() => page({ ...three, identity: "bob" }));
  await feed.sync.pull();
  assert.deepEqual([feed.events, feed.shown], [["other identity"], []]);

  const refused = await tab(() => json({}, 412));
  await refused.sync.pull();
  assert.deepEqual(refused.events, ["other identity"]);

  const hello = await tab(() => page(three));
  const socket = await connected(hello.sync);
  socket.say({ ...ready, identity: "bob", pull: ["j1"] });
  await until(() => hello.events.length);
  assert.deepEqual([hello.events, hello.shown], [["other identity"], []]);

  const closed = await tab(() => page(three));
  (await connected(closed.sync)).drop(4412);
  assert.deepEqual(closed.events, ["other identity"]);
});

test("a session that ended is said, and rows stay readable", async () => {
  const { sync, store, events } = await tab(() => (asked.length > 1 ? json({}, 401) : page(three)));
  await sync.pull();
  await sync.pull();
  assert.deepEqual(events, ["complete", "signed out"]);
  assert.equal(sync.state, "offline");
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
});

test("a captive portal's page is no feed", async () => {
  const { sync, events, shown } = await tab(() => new Response("<html>Welcome to our café</html>"));
  await sync.pull();
  assert.deepEqual([events, shown, sync.state], [[], [], "offline"]);
});

test("another build is said and changes nothing else", async () => {
  const { sync, events, shown } = await tab(() => page({ ...three, app: "a2" }));
  await sync.pull();
  assert.deepEqual(events, ["app a2", "complete"]);
  assert.equal(shown.length, 3);
});

test("what one tab was given, the lists of the others show", async () => {
  const tabs = new Tabs();
  const [one, two] = [await tab(() => page(three), tabs), await tab(() => page(three), tabs)];
  await one.sync.pull();
  assert.deepEqual(two.shown, ["m1", "m2", "m3"]);
});

test("asked again while it pulls, it goes round once more", async () => {
  const { sync } = await tab(() => page(three));
  sync.pull();
  sync.pull();
  sync.pull();
  await until(() => asked.length === 2 && sync.state === "live");
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(asked.length, 2);
});

test("offline closes the socket that would only stall; a look opens another", async () => {
  const { sync } = await tab(() => page(three));
  const socket = await connected(sync);
  socket.say(ready);
  await until(() => sync.state !== "offline" || asked.length);
  sync.lost();
  assert.equal(socket.readyState, 3);
  assert.equal(sync.state, "offline");
  sync.look();
  await until(() => FakeSocket.all.length === 2);
});

test("a malformed frame costs the socket, not the page", async () => {
  const { sync, store } = await tab(() => page(three));
  await sync.pull();
  const socket = await connected(sync);
  socket.say({ t: "records" });
  await until(() => socket.readyState === 3);
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
});
