import assert from "node:assert/strict";
import { test } from "node:test";

import * as rules from "../../static/device/rules.js";
import { answer, record } from "./helpers.js";

test("numbers are compared within one journal only", () => {
  const present = { j: "a", n: 5 };
  assert.equal(rules.supersedes({ j: "a", n: 6 }, present), true);
  assert.equal(rules.supersedes({ j: "a", n: 5 }, present), false);
  assert.equal(rules.supersedes({ j: "b", n: 1 }, present), true, "a thing that moved");
  assert.equal(rules.supersedes({ j: "b", n: 9, gone: true }, present), false, "its tombstone elsewhere");
});

test("a cursor moves by one or not at all", () => {
  assert.deepEqual(rules.stepped(["e", 4], 5), ["e", 5]);
  assert.deepEqual(rules.stepped(["e", 4], 4), ["e", 4], "seen already");
  assert.equal(rules.stepped(["e", 4], 6), null, "something is missing");
  assert.equal(rules.stepped(undefined, 1), null, "a journal that is not held");
});

test("a cursor never goes back, except into another epoch", () => {
  assert.equal(rules.advances(["e", 9], ["e", 4]), false);
  assert.equal(rules.advances(["e", 9], ["f", 4]), true);
  assert.equal(rules.advances(undefined, ["e", 0]), true);
});

test("what is not listed, was reset or has another epoch is erased", () => {
  const journals = { kept: { sphere: "s", epoch: "e", head: 1 }, other: { sphere: "s", epoch: "new", head: 1 } };
  const held = new Map([
    ["kept", ["e", 1]],
    ["left", ["e", 1]],
    ["other", ["old", 1]],
    ["reset", ["e", 1]],
    ["begun", undefined],
  ]);
  const listed = { ...journals, reset: journals.kept, begun: journals.kept };
  const doomed = rules.doomed(answer({ journals: listed, reset: ["reset", "begun"] }), held);
  assert.deepEqual([...doomed].sort(), ["left", "other", "reset"], "a snapshot under way is not begun anew");
});

test("orders sort numbers as numbers and strings by code unit", () => {
  const sorted = [10, 9, "b", "B", "a"].sort(rules.compareOrders);
  assert.deepEqual(sorted, [9, 10, "B", "a", "b"]);
  assert.equal(rules.parseOrder("10"), 10);
  assert.equal(rules.parseOrder("2026-11-22"), "2026-11-22");
});

test("equal orders fall back on arrival", () => {
  const rows = [
    { o: 1, f: 3, id: "c" },
    { o: 1, f: 2, id: "z" },
    { o: 1, f: 2, id: "a" },
  ];
  assert.deepEqual(
    rows.sort(rules.compareRows).map((row) => row.id),
    ["a", "z", "c"],
  );
});

test("a tombstone has no order, so no list holds it", () => {
  assert.equal("o" in rules.toRow(record({ n: 1, gone: true })), false);
  assert.equal(
    rules.toRow(record({ n: 7, f: 2, o: undefined })).o,
    2,
    "arrival is the order unless the kind says otherwise",
  );
});

test("a row belongs to the lists of its kind, parent and sphere", () => {
  const row = rules.toRow(record({ n: 1 }));
  assert.equal(rules.belongs(row, { kind: "messaging.message", parent: "c1" }), true);
  assert.equal(rules.belongs(row, { kind: "messaging.message", parent: "c2" }), false);
  assert.equal(rules.belongs(row, { kind: "messaging.message", object: "m1", sphere: "s1" }), true);
  assert.equal(rules.belongs(row, { kind: "messaging.message", object: "m2" }), false);
  assert.equal(rules.belongs(row, { kind: "messaging.message", sphere: "s2" }), false);
  assert.equal(rules.belongs(row, { kind: "spheres.member" }), false);
});
