import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { dropOthers } from "../../static/device/leaving.js";
import { forgetUnnamed, servePicture } from "../../static/device/media.js";
import { setKnown, setSignOutOwed } from "../../static/device/note.js";
import { Caches } from "./helpers.js";

const PATH = "/s/chantier/files/01a2173f-d75f-7468-a5b2-7872bcfa705e/thumbnail/";
const LARGE = PATH.replace("thumbnail", "preview");
const OTHER = PATH.replace("705e", "705f");
const ALICE = { identity: "alice", app: "a1", language: "fr", slugs: ["chantier"], shells: [] };

/** @type {Caches} */
let browser;
/** What the server was asked, and with which tag. @type {[string, string | null][]} */
let asked = [];

beforeEach(async () => {
  browser = new Caches();
  globalThis.caches = /** @type {any} */ (browser);
  asked = [];
  await setKnown(/** @type {any} */ (ALICE));
});

/** @param {() => Response | Promise<Response>} answer */
function server(answer) {
  globalThis.fetch = async (request, how) => {
    const { url, headers } = new Request(request, { headers: how?.headers });
    asked.push([new URL(url).pathname, headers.get("If-None-Match")]);
    return answer();
  };
}

const drawn = (text = "pixels") => new Response(text, { headers: { ETag: `"${text}"` } });
const kept = () => [...(browser.all.get("media|alice|")?.keys() ?? [])];

/** Shows a picture; gives what was shown once the server was heard too. */
async function shown(path = PATH) {
  /** @type {Promise<unknown>[]} */
  const beside = [];
  const response = await servePicture(new Request(`http://localhost${path}`), (work) => beside.push(work));
  await Promise.all(beside);
  return [response.status, await response.text()];
}

test("a picture that was seen is shown at once, and the server asked beside it by its tag", async () => {
  server(drawn);
  await shown();
  server(() => new Response(null, { status: 304 }));
  assert.deepEqual(await shown(), [200, "pixels"]);
  assert.deepEqual(asked.at(-1), [PATH, '"pixels"']);
  assert.deepEqual(kept(), [PATH]);
  server(() => drawn("newer"));
  assert.deepEqual(await shown(), [200, "pixels"]);
  assert.deepEqual(await shown(), [200, "newer"]);
});

for (const status of [403, 404, 410]) {
  test(`one that the server answers by ${status} is kept no longer`, async () => {
    server(drawn);
    await shown();
    server(() => new Response("", { status }));
    await shown();
    assert.deepEqual(kept(), []);
    assert.deepEqual(await shown(), [status, ""]);
  });
}

test("nor is one from which the server leads elsewhere", async () => {
  server(drawn);
  await shown();
  server(() => /** @type {any} */ ({ type: "opaqueredirect", status: 0 }));
  await shown();
  assert.deepEqual(kept(), []);
});

test("without network, or from a server in trouble, it stays", async () => {
  server(drawn);
  await shown();
  server(() => Promise.reject(new TypeError("no network")));
  assert.deepEqual(await shown(), [200, "pixels"]);
  server(() => new Response("", { status: 503 }));
  await shown();
  assert.deepEqual(kept(), [PATH]);
});

/** A picture on its way while something happens. @param {() => Promise<unknown>} meanwhile */
async function flight(meanwhile) {
  /** @type {(response: Response) => void} */
  let arrives = () => {};
  server(() => new Promise((resolve) => (arrives = resolve)));
  const answer = servePicture(new Request(`http://localhost${PATH}`));
  while (!asked.length) await new Promise((resolve) => setTimeout(resolve));
  await meanwhile();
  /** @type {string[]} */
  const opened = [];
  const open = browser.open.bind(browser);
  browser.open = (name) => (opened.push(name), open(name));
  arrives(drawn());
  await answer;
  assert.ok(!opened.includes("media|alice|"), "nothing is written, not for a moment");
}

test("one on its way while its reader signs out is not put back", async () => {
  await flight(() => setKnown(undefined).then(() => dropOthers("")));
  assert.deepEqual(await browser.keys(), ["device"]);
});

test("nor while the sign-out is owed, nor of a sphere that was left, nor for somebody else", async () => {
  await flight(() => setSignOutOwed("alice"));
  await setSignOutOwed(undefined);
  asked = [];
  await flight(() => setKnown(/** @type {any} */ ({ ...ALICE, slugs: [] })));
  await setKnown(/** @type {any} */ (ALICE));
  asked = [];
  await flight(() => setKnown(/** @type {any} */ ({ ...ALICE, identity: "bob" })));
  assert.deepEqual(await browser.keys(), ["device"]);
});

test("one that is being written at that moment is taken out again", async () => {
  server(drawn);
  const open = browser.open.bind(browser);
  browser.open = async (name) => {
    const cache = await open(name);
    if (!name.startsWith("media|")) return cache;
    const put = async (/** @type {string} */ key, /** @type {Response} */ answer) => {
      await cache.put(key, answer);
      await setKnown(undefined);
    };
    return { ...cache, put };
  };
  await shown();
  assert.deepEqual(await browser.keys(), ["device"]);
});

/** As much of a row as is asked for. @param {string[]} paths @returns {any} */
const row = (...paths) => ({
  querySelectorAll: () => paths.map((path) => ({ getAttribute: () => path })),
});

test("with a row go the pictures that it named, but those that its new form names", async () => {
  server(drawn);
  for (const path of [PATH, LARGE, OTHER]) await shown(path);
  await forgetUnnamed(row(PATH, LARGE, OTHER, "/elsewhere/"), row(OTHER));
  assert.deepEqual(kept(), [OTHER]);
  await forgetUnnamed(row(OTHER));
  assert.deepEqual(kept(), []);
});
