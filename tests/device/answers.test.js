import assert from "node:assert/strict";
import { test } from "node:test";

import { judged } from "../../static/device/answers.js";

const asked = { id: "c-1", identity: "alice" };

/**
 * @param {number} status @param {object | string} body
 * @param {Partial<import("../../static/device/answers.js").Answer>} [more]
 */
function said(status, body, more = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return judged(asked, { status, command: "c-1", retryAfter: null, body: text, ...more });
}

const accepted = { outcome: "accepted", identity: "alice", records: [{ id: "m" }], location: "/there/" };

test("accepted, with our number on it, is final", () => {
  assert.deepEqual(said(200, accepted), { outcome: "accepted", records: [{ id: "m" }], location: "/there/" });
  assert.deepEqual(
    said(200, { outcome: "accepted", identity: "alice" }).outcome,
    "accepted",
    "a replay without records",
  );
});

test("the same words without our number are not an answer", () => {
  assert.equal(said(200, accepted, { command: null }).outcome, "later");
  assert.equal(said(200, accepted, { command: "c-2" }).outcome, "later");
});

test("a captive portal, a cut body and another identity's answer are not final", () => {
  assert.equal(said(200, "<html>Welcome to our café</html>", { command: null }).outcome, "later");
  assert.equal(said(200, '{"outcome":"acc').outcome, "later");
  assert.equal(said(200, { ...accepted, identity: "bob" }).outcome, "later");
  assert.equal(said(0, "", { command: null }).outcome, "later");
});

test("refusals are final at the statuses that mean one", () => {
  for (const status of [403, 404, 409, 410, 413, 422]) {
    const verdict = said(status, { outcome: "refused", sentence: "No.", fields: { body: ["Too long."] } });
    assert.deepEqual(verdict, { outcome: "refused", sentence: "No.", errors: { body: ["Too long."] } });
  }
  assert.equal(said(500, { outcome: "refused", sentence: "No." }).outcome, "later");
});

test("a conflict carries both versions", () => {
  const fields = { body: { seen: "a", theirs: "b", by: "Bob", at: "" } };
  assert.deepEqual(said(409, { outcome: "conflict", sentence: "Two.", fields }), {
    outcome: "conflict",
    sentence: "Two.",
    conflict: fields,
  });
});

test("whatever else has a way on, and none of them ends the command", () => {
  const silent = { command: null };
  assert.equal(said(401, { outcome: "signed-out" }, silent).outcome, "signed-out");
  assert.equal(said(412, { outcome: "other-identity" }, silent).outcome, "other-identity");
  assert.equal(said(403, "<h1>CSRF</h1>", silent).outcome, "token");
  assert.deepEqual(said(429, "", { ...silent, retryAfter: "7" }), { outcome: "later", after: 7000, status: 429 });
  assert.deepEqual(said(503, "", { ...silent, retryAfter: "soon" }), { outcome: "later", after: 0, status: 503 });
  assert.deepEqual(said(502, "", { ...silent, retryAfter: "7" }), { outcome: "later", after: 0, status: 502 });
});
