import assert from "node:assert/strict";
import { register } from "node:module";
import { beforeEach, test } from "node:test";

import { judged } from "../../static/device/answers.js";
import { sendFiles } from "../../static/device/uploads.js";
import { command } from "./helpers.js";

// The library as browsers load it, from where their build puts it.
const LIBRARY = new URL("../../node_modules/tus-js-client/lib.esm/browser/index.js", import.meta.url).href;
const HOOK = `export const resolve = (name, context, next) =>
  next(name.endsWith("/static/device/tus.js") ? "${LIBRARY}" : name, context);`;
register(`data:text/javascript,${encodeURIComponent(HOOK)}`);

/** @typedef {{status: number, headers?: Record<string, string>, body?: string}} Said */

/** What was asked of the server. @type {string[]} */
let asked = [];
/** @type {(method: string) => Said} */
let server = () => ({ status: 500 });
beforeEach(() => {
  asked = [];
});

/** A line to it. */
class Line {
  upload = {};
  status = 0;
  responseText = "";
  /** @type {() => void} */ onload = () => {};

  /** @param {string} method */
  open(method) {
    this.method = method;
  }

  setRequestHeader() {}
  abort() {}

  /** @param {string} name */
  getResponseHeader(name) {
    return this.said?.headers?.[name] ?? null;
  }

  send() {
    asked.push(this.method ?? "");
    this.said = server(this.method ?? "");
    this.status = this.said.status;
    this.responseText = this.said.body ?? "";
    queueMicrotask(() => this.onload());
  }
}
globalThis.XMLHttpRequest = /** @type {any} */ (Line);

const photo = new File(["pixels"], "roof.jpg", { type: "image/jpeg" });
const withPhoto = (file = photo) =>
  command({ fields: [["file", file]], uploads: ["01a2173f-d75f-7468-a5b2-7872bcfa705e"] });

/** @param {File} [file] @param {AbortSignal} [abort] */
function sent(file, abort = new AbortController().signal) {
  return sendFiles(withPhoto(file), { token: "", tries: 0, abort }, { moved: () => {}, silent: () => {} });
}

const OURS = { "Tus-Resumable": "1.0.0" };

for (const status of [400, 404, 410, 415]) {
  test(`${status} of ours is in vain: the command is posted without its file`, async () => {
    server = () => ({ status, headers: OURS });
    assert.equal(await sent(), null);
    assert.deepEqual(asked, ["HEAD", "POST"]);
  });

  test(`${status} of a portal or a proxy is no answer: later`, async () => {
    server = () => ({ status, body: "<h1>Welcome to our guests' network</h1>" });
    const answer = await sent();
    assert.ok(answer);
    assert.equal(judged(withPhoto(), answer).outcome, "later");
  });
}

test("given up while the library is on its way, nothing is asked of the server", async () => {
  const abort = new AbortController();
  const answer = sent(photo, abort.signal);
  abort.abort();
  assert.equal((await answer)?.status, 0);
  assert.deepEqual(asked, []);
});

test("nor when it was given up while the file was being looked at, even one that is gone", async () => {
  for (const isThere of [true, false]) {
    const abort = new AbortController();
    const file = new File(["pixels"], "roof.jpg");
    file.slice = () => /** @type {any} */ ({
      arrayBuffer: async () => {
        abort.abort();
        if (!isThere) throw new DOMException("gone", "NotFoundError");
      },
    });
    assert.equal((await sent(file, abort.signal))?.status, 0);
  }
  assert.deepEqual(asked, []);
});
