import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Drain } from "../../static/device/drain.js";
import { Outbox } from "../../static/device/outbox.js";
import { Locks, Tabs, command, freshDisk, until } from "./helpers.js";

/** @type {Locks} */
let locks;
beforeEach(() => {
  freshDisk();
  locks = new Locks();
  Object.defineProperty(globalThis, "navigator", { value: { locks, onLine: true }, configurable: true });
});

/** @type {Drain[]} */
const drains = [];
afterEach(() => {
  for (const drain of drains.splice(0)) drain.stop();
});

/**
 * @typedef {(command: import("../../static/device/types.js").Command, how: any, events: any) => any} Server
 * @param {Server} server  what each post gets
 * @param {Tabs} [tabs]
 */
function tab(server, tabs = new Tabs()) {
  const channel = /** @type {any} */ (tabs.channel());
  const outbox = new Outbox("alice", channel, async () => {});
  /** @type {string[]} */
  const posts = [];
  /** @type {string[]} */
  const events = [];
  const line = {
    post: async (/** @type {any} */ one, /** @type {any} */ how, /** @type {any} */ told) => {
      posts.push(one.id);
      return server(one, how, told);
    },
    token: () => "token",
    freshToken: async () => void events.push("fresh token"),
  };
  const drain = new Drain(outbox, channel, line, {
    otherIdentity: () => void events.push("other identity"),
    signedOut: (is) => void (is && events.push("signed out")),
    silent: () => {},
  });
  drains.push(drain);
  return { outbox, drain, posts, events };
}

const yes = (/** @type {{id: string}} */ { id }) => ({
  status: 200,
  command: id,
  retryAfter: null,
  body: JSON.stringify({ outcome: "accepted", identity: "alice", records: [] }),
});
const no = (/** @type {{id: string}} */ { id }) => ({
  status: 403,
  command: id,
  retryAfter: null,
  body: JSON.stringify({ outcome: "refused", sentence: "No." }),
});
const nothing = { status: 0, command: null, retryAfter: null, body: "" };

test("everything goes, in order, and the outbox is empty", async () => {
  const { outbox, posts } = tab(yes);
  for (const id of ["1", "2", "3"]) outbox.queue(command({ id }), "");
  await until(() => posts.length === 3 && !outbox.commands.length);
  assert.deepEqual(posts, ["1", "2", "3"]);
});

test("stopped while its lock is on the way, it sends nothing and lets the page live", async () => {
  const { outbox, drain, posts } = tab(yes);
  const request = locks.request.bind(locks);
  let ended = "";
  locks.request = (/** @type {any[]} */ ...asked) => {
    drain.stop();
    const held = request(.../** @type {Parameters<typeof request>} */ (asked));
    held.then(() => (ended = "with the lock given back"));
    return held;
  };
  outbox.queue(command({ id: "1" }), "");
  // Lanes begun again and again would leave no turn to anything else, this test included.
  await until(() => ended);
  assert.deepEqual(posts, []);
  assert.equal(outbox.commands.length, 1);
});

test("a lost answer is asked for again when the line is back, and nothing overtakes it", async () => {
  let isOnline = false;
  const { outbox, drain, posts } = tab((one) => (isOnline ? yes(one) : nothing));
  outbox.queue(command({ id: "1" }), "");
  outbox.queue(command({ id: "2" }), "");
  await until(() => outbox.failures.has("1"));
  assert.deepEqual(posts, ["1"]);
  isOnline = true;
  drain.wake();
  await until(() => !outbox.commands.length);
  assert.deepEqual(posts, ["1", "1", "2"]);
});

test("a row that came before its lost answer has the receipt asked for at once", async () => {
  /** @type {(answer: any) => void} */
  let answered = () => {};
  const { outbox, drain, posts } = tab((one) =>
    posts.length > 1 ? yes(one) : new Promise((resolve) => (answered = resolve)),
  );
  outbox.queue(command({ id: "1" }), "");
  await until(() => posts.length === 1);
  drain.arrived(outbox.commands);
  answered(nothing);
  await until(() => !outbox.commands.length);
  assert.deepEqual(posts, ["1", "1"]);
});

test("without a wake it is tried again by a timer, with growing patience", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  try {
    const { outbox, posts } = tab(() => nothing);
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const wait = async (/** @type {number} */ ms) => {
      mock.timers.tick(ms);
      for (let round = 0; round < 50; round += 1) await settle();
    };
    outbox.queue(command({ id: "1" }), "");
    await wait(0);
    assert.equal(posts.length, 1);
    await wait(3900);
    assert.equal(posts.length, 1);
    await wait(200);
    assert.equal(posts.length, 2);
    await wait(7900);
    assert.equal(posts.length, 2);
    await wait(200);
    assert.equal(posts.length, 3);
  } finally {
    mock.timers.reset();
  }
});

test("a refused command is kept and the next ones go on", async () => {
  const { outbox, posts } = tab((one) => (one.id === "1" ? no(one) : yes(one)));
  outbox.queue(command({ id: "1" }), "");
  outbox.queue(command({ id: "2" }), "");
  await until(() => outbox.commands.length === 1 && outbox.commands[0]?.state === "refused");
  assert.deepEqual(posts, ["1", "2"]);
});

test("words go while a photo is on its way", async () => {
  /** @type {(answer: any) => void} */
  let uploaded = () => {};
  const { outbox } = tab((one) => (one.id === "photo" ? new Promise((resolve) => (uploaded = resolve)) : yes(one)));
  outbox.queue(command({ id: "photo", lane: "s1|files" }), "");
  await until(() => outbox.efforts.has("photo"));
  outbox.queue(command({ id: "words" }), "");
  await until(() => outbox.commands.length === 1);
  assert.equal(outbox.commands[0]?.id, "photo");
  uploaded(yes({ id: "photo" }));
  await until(() => !outbox.commands.length);
});

test("a refused token is renewed once, then patience", async () => {
  const { outbox, posts, events } = tab((one) => (posts.length < 2 ? { ...nothing, status: 403 } : yes(one)));
  outbox.queue(command({ id: "1" }), "");
  await until(() => !outbox.commands.length && posts.length === 2);
  assert.deepEqual(events, ["fresh token"]);
  const never = tab(() => ({ ...nothing, status: 403 }));
  never.outbox.queue(command({ id: "2" }), "");
  await until(() => never.outbox.failures.has("2"));
  assert.deepEqual(never.posts, ["2", "2"]);
});

test("a session that ended and another identity keep everything", async () => {
  const ended = tab(() => ({ ...nothing, status: 401 }));
  ended.outbox.queue(command({ id: "1" }), "");
  await until(() => ended.events.includes("signed out"));
  assert.equal(ended.outbox.commands.length, 1);
  freshDisk();
  const other = tab(() => ({ ...nothing, status: 412 }));
  other.outbox.queue(command({ id: "2" }), "");
  await until(() => other.events.includes("other identity"));
  assert.equal(other.outbox.commands.length, 1);
});

test("when the server asks for quiet, even a wake is quiet", async () => {
  const { outbox, drain, posts } = tab(() => ({ ...nothing, status: 429, retryAfter: "30" }));
  outbox.queue(command({ id: "1" }), "");
  await until(() => outbox.failures.has("1"));
  drain.wake();
  await outbox.refresh();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(posts.length, 1);
});

test("two tabs send once", async () => {
  const tabs = new Tabs();
  const [one, two] = [tab(yes, tabs), tab(yes, tabs)];
  for (const id of ["1", "2", "3", "4"]) (Number(id) % 2 ? one : two).outbox.queue(command({ id }), "");
  await until(async () => !(await one.outbox.shelf.commands()).length);
  assert.deepEqual([...one.posts, ...two.posts].sort(), ["1", "2", "3", "4"]);
});

test("a tab that holds the lock without moving loses it after twelve seconds", async () => {
  locks.request("drain|alice", {}, () => new Promise(() => {})).catch(() => {});
  const { outbox, posts, drain } = tab(yes);
  const start = Date.now();
  outbox.queue(command({ id: "1" }), "");
  await until(async () => (await outbox.shelf.commands()).length === 1);
  drain.wake();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(posts, []);
  const later = mock.method(Date, "now", () => start + 13_000);
  drain.wake();
  await until(() => posts.length === 1);
  later.mock.restore();
  await until(() => !outbox.commands.length);
});

test("a holder whose lock was stolen sends nothing more", async () => {
  /** @type {(answer: any) => void} */
  let answered = () => {};
  const { outbox, posts } = tab((one) => (one.id === "1" ? new Promise((resolve) => (answered = resolve)) : yes(one)));
  outbox.queue(command({ id: "1" }), "");
  outbox.queue(command({ id: "2" }), "");
  await until(() => posts.length === 1);
  const held = locks.request("drain|alice", { steal: true }, () => new Promise(() => {}));
  held.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 5));
  answered(yes({ id: "1" }));
  await until(() => outbox.commands.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(posts, ["1"]);
});

test("stopped is stopped", async () => {
  const { outbox, posts, drain } = tab(yes);
  drain.stop();
  await outbox.queue(command(), "");
  drain.wake();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(posts, []);
});

test("a wake lets go of what has fallen silent, and only of that", async () => {
  /** @type {boolean[]} */
  const aborted = [];
  const { outbox, drain, posts } = tab((one, { abort }, { silent }) => {
    if (one.id === "quiet" && posts.length < 3) silent();
    if (posts.length >= 3) return yes(one);
    return new Promise((resolve) => {
      abort.addEventListener("abort", () => {
        aborted.push(one.id);
        resolve(nothing);
      });
    });
  });
  outbox.queue(command({ id: "quiet" }), "");
  outbox.queue(command({ id: "moving", lane: "s1|files" }), "");
  await until(() => posts.length === 2);
  drain.wake();
  await until(() => aborted.length === 1);
  assert.deepEqual(aborted, ["quiet"]);
});
