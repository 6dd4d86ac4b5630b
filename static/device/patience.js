/** Waiting: how long, and for what. Silence is measured, never duration: a slow answer is not a dead line. */

/** Silence after which the screen says that there is no network. */
export const SILENCE = 3000;

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when what is on the page has been drawn, or soon where nobody looks. @returns {Promise<void>} */
export async function drawn() {
  if (document.visibilityState === "hidden") return;
  const frame = new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  await Promise.race([frame, pause(500)]);
}

/** Grows with each attempt, from `first` to `most`. @param {number} tries @param {number} first @param {number} most */
export const growing = (tries, first, most) => Math.min(most, first * 2 ** Math.max(0, tries));

/** A moment between 0 and `most`, so that a thousand phones do not come back at once. @param {number} most */
export const jitter = (most) => Math.random() * most;

/** Restarts at every sign of life; calls `onSilent` once per silence, then `onCut`. */
export class SilenceClock {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #silent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #cut;

  /** @param {{cut: number, onSilent?: () => void, onCut: () => void}} limits */
  constructor(limits) {
    this.limits = limits;
    this.restart();
  }

  restart() {
    this.stop();
    this.since = Date.now();
    if (this.limits.onSilent) this.#silent = setTimeout(this.limits.onSilent, SILENCE);
    this.#cut = setTimeout(this.limits.onCut, this.limits.cut);
  }

  stop() {
    clearTimeout(this.#silent);
    clearTimeout(this.#cut);
  }
}

/**
 * `fetch` whose headers and body may each be silent for `cut` ms at most; the body comes with the answer.
 * @param {string | Request} url
 * @param {RequestInit} init
 * @param {{cut: number, onSilent?: () => void}} limits
 * @returns {Promise<{response: Response, body: Blob | null}>} body is null for what must be passed on untouched
 */
export async function fetchPatiently(url, init, limits) {
  const abort = new AbortController();
  const clock = new SilenceClock({ ...limits, onCut: () => abort.abort() });
  try {
    const response = await fetch(url, { ...init, signal: abort.signal });
    if (response.type === "opaqueredirect" || response.redirected || !response.body) return { response, body: null };
    const reader = response.body.getReader();
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    for (;;) {
      clock.restart();
      const { done, value } = await reader.read();
      if (done) return { response, body: new Blob(parts) };
      parts.push(/** @type {Uint8Array<ArrayBuffer>} */ (value));
    }
  } finally {
    clock.stop();
  }
}
