import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Pull } from "../../static/device/pages.js";
import { Store } from "../../static/device/store.js";
import { Sync } from "../../static/device/sync.js";
import { Locks, Tabs, answer, freshDisk, record, until } from "./helpers.js";

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
  mock.restoreAll();
  for (const sync of syncs.splice(0)) sync.stop();
});

/** @param {(asked: any) => Response | Promise<Response>} feed @param {Tabs} [tabs] */
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
      oldest: () => undefined,
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

test("a session that ended and is there again gets its socket back", async () => {
  const { sync } = await tab(() => page(three));
  mock.method(Math, "random", () => 0);
  const socket = await connected(sync);
  socket.say(ready);
  await until(() => asked.length && sync.state === "live");
  socket.drop(4401);
  await until(() => FakeSocket.all.length === 2);
});

test("one tab too many asks the feed, and for a socket after 30 s only, whoever looks at it", async () => {
  let now = Date.now();
  mock.method(Date, "now", () => now);
  mock.method(Math, "random", () => 0);
  /** @type {{work: () => void, ms: number}[]} */
  const pauses = [];
  const usual = setTimeout;
  mock.method(globalThis, "setTimeout", (/** @type {any} */ work, /** @type {number} */ ms) => {
    if (!String(work).includes("#connect")) return usual(work, ms);
    pauses.push({ work, ms });
  });
  const { sync } = await tab(() => page(three));
  const socket = await connected(sync);
  socket.say(ready);
  await until(() => asked.length && sync.state === "live");
  asked = [];
  socket.drop(4429);
  await until(() => pauses.length === 1);
  assert.deepEqual([asked.length, sync.state, pauses[0]?.ms], [1, "live", 30_000]);
  now += 10_000;
  sync.look();
  await until(() => pauses.length === 2);
  assert.deepEqual([asked.length, sync.state, pauses[1]?.ms], [2, "live", 20_000]);
  assert.equal(FakeSocket.all.length, 1);
  now += 20_000;
  pauses[1]?.work();
  await until(() => FakeSocket.all.length === 2);
});

test("patience grows while sockets greet and pulls fail, and begins anew when one succeeds", async () => {
  let isDown = true;
  const { sync } = await tab(() => (isDown ? json({}, 500) : page(three)));
  mock.method(Math, "random", () => 0);
  /** @type {number[]} */
  const waits = [];
  const usual = setTimeout;
  mock.method(globalThis, "setTimeout", (/** @type {any} */ work, /** @type {number} */ ms) => {
    const isPause = String(work).includes("#connect");
    if (isPause) waits.push(ms);
    return usual(work, isPause ? 0 : ms);
  });
  sync.start();
  for (let round = 1; round <= 3; round += 1) {
    await until(() => FakeSocket.all.length === round);
    FakeSocket.all[round - 1]?.open();
    if (round === 3) isDown = false;
    FakeSocket.all[round - 1]?.say({ ...ready, pull: ["j1"] });
  }
  await until(() => sync.state === "live");
  const failed = waits.at(-1) ?? 0;
  assert.ok(failed >= 2000, `${waits}`);
  FakeSocket.all[2]?.drop(1006);
  assert.equal(waits.at(-1), 0);
});

test("frames of another rows version are not applied: the feed is asked", async () => {
  const { sync, store, shown } = await tab(() => page(three));
  await sync.pull();
  const socket = await connected(sync);
  socket.say({ ...ready, rows_version: "v0" });
  await until(() => asked.length === 2);
  await until(() => sync.state === "live");
  socket.say({ t: "records", records: [record({ n: 4, html: "of v0" })] });
  await until(() => asked.length === 3);
  assert.deepEqual(await store.cursors(), { j1: ["e1", 3] });
  assert.ok(!shown.includes("m4"));
});

test("without a disk too, frames of another rows version are not applied", async () => {
  // @ts-expect-error: as in a browser that has none
  globalThis.indexedDB = undefined;
  const { store, shown } = await tab(() => page(three));
  await store.apply(answer(three), new Pull());
  assert.equal((await store.applyLive([record({ n: 4 })], "v0")).hasGap, true);
  assert.equal((await store.applyLive([record({ n: 4 })], "v1")).hasGap, false);
  assert.equal(shown.filter((id) => id === "m4").length, 1);
});

/** A snapshot of many pages, each of them as slow as the test wants. @param {() => Promise<unknown>} slow */
function snapshot(slow, pages = 6) {
  return async (/** @type {any} */ { page: token, cursors }) => {
    if (cursors.j1) return page({ cursors: { j1: ["e1", pages] } });
    const n = Number(token ?? 1);
    await slow();
    const isLast = n === pages;
    return page({
      records: [record({ n })],
      more: !isLast,
      page: isLast ? null : String(n + 1),
      cursors: isLast ? { j1: ["e1", pages] } : {},
    });
  };
}

for (const how of ["with locks", "without locks"]) {
  test(`two tabs ${how} take one snapshot, however slow it is`, async () => {
    const tabs = new Tabs();
    if (how === "with locks") Object.assign(navigator, { locks: new Locks() });
    let now = Date.now();
    mock.method(Date, "now", () => now);
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      now += 6000;
      for (const channel of tabs.all) channel.say({ t: "pulling" });
    };
    const [one, two] = [await tab(snapshot(slow), tabs), await tab(snapshot(slow), tabs)];
    one.sync.pull();
    if (how === "with locks") two.sync.pull();
    else await until(() => asked.length === 2).then(() => void two.sync.pull());
    await until(() => one.sync.state === "live" && two.sync.state === "live");
    assert.equal(asked.filter(({ cursors }) => !cursors.j1).length, 6);
    assert.deepEqual(await two.store.cursors(), { j1: ["e1", 6] });
    });
}

test("a pull that was overtaken ends, and asks again when the other is through", async () => {
  const tabs = new Tabs();
  let goOn = () => {};
  const slow = () => new Promise((resolve) => (goOn = () => resolve(undefined)));
  const { sync, store } = await tab(snapshot(slow, 3), tabs);
  sync.pull();
  await until(() => asked.length === 1);
  goOn();
  await until(() => asked.length === 2);
  const other = new Pull();
  await store.apply(answer({ records: [record({ n: 1 })], more: true, page: "2" }), other);
  goOn();
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(asked.length, 2);
  assert.equal(sync.state, "pulling");
  await store.apply(answer(three), other);
  tabs.channel().say({ t: "pulled" });
  await until(() => sync.state === "live");
  assert.equal(asked.length, 3);
  assert.deepEqual(asked[2].cursors, { j1: ["e1", 3] });
});
