import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Overtaken } from "../../static/device/pages.js";
import { Turns } from "../../static/device/turns.js";
import { Locks, Tabs } from "./helpers.js";

const MINUTE = 60_000;

beforeEach(() => {
  Object.defineProperty(globalThis, "navigator", { value: { locks: new Locks() }, configurable: true });
  mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000_000 });
});
afterEach(() => mock.timers.reset());

const turns = (/** @type {Tabs} */ tabs) => new Turns("pull|alice", /** @type {any} */ (tabs.channel()));
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Work that is over when the test says so. */
function work() {
  let finish = () => {};
  const over = new Promise((resolve) => (finish = () => resolve("done")));
  const one = { isBegun: false, finish: () => finish(), run: () => ((one.isBegun = true), over) };
  return one;
}

test("a tab waits for as long as the other one moves", async () => {
  const tabs = new Tabs();
  const [one, two] = [work(), work()];
  const first = turns(tabs).take(one.run);
  const second = turns(tabs).take(two.run);
  await settled();
  for (let at = 0; at < MINUTE; at += 1000) mock.timers.tick(1000);
  await settled();
  assert.deepEqual([one.isBegun, two.isBegun], [true, false]);
  one.finish();
  await first;
  two.finish();
  assert.equal(await second, "done");
});

test("a tab that does not move loses its turn after twelve seconds, and learns of it", async () => {
  const [one, two] = [work(), work()];
  const first = turns(new Tabs()).take(one.run);
  const second = turns(new Tabs()).take(two.run);
  await settled();
  mock.timers.tick(9000);
  await settled();
  assert.equal(two.isBegun, false);
  mock.timers.tick(6000);
  await assert.rejects(first, Overtaken);
  assert.equal(two.isBegun, true);
  two.finish();
  assert.equal(await second, "done");
});

test("what goes wrong in one's own turn is no other tab's doing", async () => {
  const cut = () => Promise.reject(new DOMException("cut", "AbortError"));
  await assert.rejects(turns(new Tabs()).take(cut), { name: "AbortError" });
});
