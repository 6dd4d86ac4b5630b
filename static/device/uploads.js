/** The files of a command, sent before it and part by part: what has arrived is not sent again, whatever happened. */

/** @import { Answer } from "./answers.js" */
/** @import { Command } from "./types.js" */
/** @import { PostEvents } from "./post.js" */

import { SilenceClock, growing } from "./patience.js";

/** Bytes of one part: what a cut costs at most. */
const SMALL_PART = 256 * 1024;
const LARGE_PART = 1024 * 1024;
const LARGE = 20 * 1024 * 1024;

/** Answers of ours after which trying again is of no use; the server then judges the command itself. */
const IN_VAIN = [400, 404, 410, 415];
const NO_ANSWER = { status: 0, command: null, retryAfter: null, body: "" };

/** @typedef {Answer & {isInVain?: boolean}} FileAnswer */

/** @param {Command} command @returns {File[]} */
export const filesOf = ({ fields }) => fields.flatMap(([, value]) => (typeof value === "string" ? [] : [value]));

/**
 * Sends what has not arrived yet. Gives what went wrong, as an answer to the command, or null.
 * @param {Command} command
 * @param {{token: string, tries: number, abort: AbortSignal}} how
 * @param {PostEvents} events
 * @returns {Promise<Answer | null>}
 */
export async function sendFiles(command, how, events) {
  const files = filesOf(command);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const [index, file] of files.entries()) {
    const moved = (/** @type {number} */ sent) => events.moved(before + sent, total);
    const answer = await sendFile(command, index, file, how, { ...events, moved });
    if (answer?.isInVain) return null;
    if (answer) return answer;
    before += file.size;
  }
  return null;
}

/** @returns {Promise<typeof import("../files/tus.js")>} */
const library = () => import(new URL("./tus.js", import.meta.url).href);

/**
 * @param {Command} command @param {number} index @param {File} file
 * @param {{token: string, tries: number, abort: AbortSignal}} how @param {PostEvents} events
 * @returns {Promise<FileAnswer | null>}
 */
async function sendFile(command, index, file, { token, tries, abort }, events) {
  const id = command.uploads?.[index] ?? "";
  const endpoint = `${/^\/s\/[^/]+\//.exec(command.path)?.[0] ?? "/"}uploads/`;
  // Only who sends needs it, and only with a network.
  const tus = await library().catch(() => null);
  if (!tus) return NO_ANSWER;
  const isThere = await isReadable(file);
  // Given up while neither a line nor a clock was there to notice.
  if (abort.aborted) return NO_ANSWER;
  if (!isThere) return null;
  return new Promise((resolve) => {
    const clock = new SilenceClock({
      cut: growing(tries, 8000, 60_000),
      onSilent: events.silent,
      onCut: () => end(NO_ANSWER),
    });
    const cut = () => end(NO_ANSWER);
    /** @param {FileAnswer | null} answer */
    function end(answer) {
      clock.stop();
      abort.removeEventListener("abort", cut);
      if (answer) upload.abort().catch(() => {});
      resolve(answer);
    }
    const upload = new tus.Upload(file, {
      endpoint,
      // Where it would be if it was announced before: asked first, and announced where it is not.
      uploadUrl: `${endpoint}${id}/`,
      chunkSize: file.size > LARGE ? LARGE_PART : SMALL_PART,
      metadata: { id, filename: file.name },
      // Kept in the outbox, which has a patience of its own.
      storeFingerprintForResuming: false,
      retryDelays: null,
      headers: {
        Accept: "application/json",
        "X-CSRFToken": token,
        "Alveole-Command": command.id,
        "Alveole-Identity": command.identity,
      },
      onProgress: (sent) => {
        clock.restart();
        events.moved(sent, file.size);
      },
      onChunkComplete: () => clock.restart(),
      onAfterResponse: () => clock.restart(),
      onSuccess: () => end(null),
      onError: (error) => end(answered("originalResponse" in error ? error.originalResponse : null)),
    });
    abort.addEventListener("abort", cut);
    upload.start();
  });
}

/** @param {import("tus-js-client").HttpResponse | null | undefined} response @returns {FileAnswer} */
function answered(response) {
  if (!response) return NO_ANSWER;
  return {
    // A portal's page or a proxy's says nothing of a file: only who speaks of uploads does.
    isInVain: IN_VAIN.includes(response.getStatus()) && Boolean(response.getHeader("Tus-Resumable")),
    // Somewhere else than we thought: the next try asks where.
    status: response.getStatus() === 409 && !response.getHeader("Alveole-Command") ? 0 : response.getStatus(),
    command: response.getHeader("Alveole-Command") ?? null,
    retryAfter: response.getHeader("Retry-After") ?? null,
    body: response.getBody(),
  };
}

/** A file that its phone has deleted since can never be sent. @param {File} file */
const isReadable = (file) =>
  file.slice(0, 1).arrayBuffer().then(
    () => true,
    () => false,
  );
