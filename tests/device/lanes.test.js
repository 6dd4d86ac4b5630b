import assert from "node:assert/strict";
import { test } from "node:test";

import { heldBack, laneOf, sendable } from "../../static/device/lanes.js";
import { command } from "./helpers.js";

const A = "01a20000-0000-7000-8000-00000000000a";
const B = "01a20000-0000-7000-8000-00000000000b";

const next = (/** @type {ReturnType<typeof command>[]} */ ...commands) =>
  [...sendable(commands).values()].map((one) => one.id);

test("one at a time per sphere, in order of intent", () => {
  assert.deepEqual(next(command({ id: "1" }), command({ id: "2" }), command({ id: "3", lane: "s2" })), ["1", "3"]);
});

test("files have a lane of their own, and hold back no words", () => {
  assert.equal(laneOf("s1", true), "s1|files");
  assert.deepEqual(next(command({ id: "photo", lane: "s1|files" }), command({ id: "words" })), ["photo", "words"]);
});

test("what names a file that is still on its way waits for it", () => {
  const photo = command({ id: "photo", lane: "s1|files", mints: [A] });
  const words = command({ id: "words", fields: [["file", A]] });
  assert.deepEqual(next(photo, words), ["photo"]);
  assert.deepEqual(next(words), ["words"]);
});

test("a refused command holds back only those that name what it would have made", () => {
  const refused = command({ id: "1", state: "refused", mints: [A] });
  const named = command({ id: "2", path: `/s/x/messages/${A}/edition/` });
  const other = command({ id: "3" });
  assert.deepEqual(next(refused, named, other), ["3"]);
  assert.equal(heldBack([refused, named, other]).get("2")?.id, "1");
});

test("being held back is handed on", () => {
  const refused = command({ id: "1", state: "conflict", mints: [A] });
  const second = command({ id: "2", fields: [["parent", A]], mints: [B] });
  const third = command({ id: "3", path: `/s/x/threads/${B}/` });
  assert.deepEqual(next(refused, second, third), []);
});

test("in one lane, order is enough: nothing is held back by what is merely before it", () => {
  const first = command({ id: "1", mints: [A] });
  const second = command({ id: "2", path: `/s/x/messages/${A}/deletion/` });
  assert.equal(heldBack([first, second]).size, 0);
  assert.deepEqual(next(first, second), ["1"]);
});
