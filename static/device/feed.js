/** The feed: what changed since our cursors, page after page. */

/** @import { FeedAnswer } from "./types.js" */
/** @import { Store } from "./store.js" */

import { fetchPatiently } from "./patience.js";
import { Pull } from "./pages.js";

/** The feed answered, but not with rows: `signed-out`, `other-identity`, or `later`. */
export class FeedRefused extends Error {
  /** @param {"signed-out" | "other-identity" | "later"} reason @param {number} [after] ms */
  constructor(reason, after = 0) {
    super(reason);
    this.reason = reason;
    this.after = after;
  }
}

/**
 * Pulls until nothing more is there; gives the last page. Raises FeedRefused, Overtaken, or fetch's own errors.
 * @param {Store} store
 * @param {{onSilent: () => void, onPage: (answer: FeedAnswer, batch: import("./types.js").Batch) => void}} events
 * @returns {Promise<FeedAnswer>}
 */
export async function pullAll(store, events) {
  const pull = new Pull();
  /** @type {string | null} */
  let page = null;
  for (;;) {
    const answer = await ask(store, page, events.onSilent);
    if (answer.identity !== store.identity) throw new FeedRefused("other-identity");
    events.onPage(answer, await store.apply(answer, pull));
    if (!answer.more) return answer;
    page = answer.page;
  }
}

/** @param {Store} store @param {string | null} page @param {() => void} onSilent @returns {Promise<FeedAnswer>} */
async function ask(store, page, onSilent) {
  const question = {
    identity: store.identity,
    rows_version: await store.rowsVersion(),
    cursors: await store.cursors(),
    page,
  };
  const { response, body } = await fetchPatiently(
    "/feed/",
    {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(question),
      redirect: "manual",
      cache: "no-store",
    },
    { cut: 15_000, onSilent },
  );
  if (response.status === 401) throw new FeedRefused("signed-out", 30_000);
  if (response.status === 412) throw new FeedRefused("other-identity");
  if (response.status !== 200 || !body) throw later(response);
  try {
    return checked(JSON.parse(await body.text()));
  } catch {
    throw later(response); // a captive portal's 200
  }
}

/** @param {Response} response */
function later(response) {
  return new FeedRefused("later", 1000 * Number(response.headers.get("Retry-After") ?? 0));
}

/** @param {any} answer @returns {FeedAnswer} */
function checked(answer) {
  if (typeof answer.identity !== "string" || !Array.isArray(answer.records) || !answer.journals) throw new TypeError();
  return { ...answer, reset: answer.reset ?? [], cursors: answer.cursors ?? {}, page: answer.page ?? null };
}
