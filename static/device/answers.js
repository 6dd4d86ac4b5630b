/**
 * What an answer to a command means. Final if and only if it carries our header with this command's id: a captive
 * portal, a proxy's error page and a redirect to sign-in all look like answers, and none of them is one.
 */

/** @import { Command, Difference, WireRecord } from "./types.js" */

/**
 * @typedef {{status: number, command: string | null, retryAfter: string | null, body: string}} Answer
 *   status 0 when none came
 *
 * @typedef {{outcome: "accepted", records: WireRecord[], location: string}
 *   | {outcome: "refused", sentence: string, errors: Record<string, string[]>}
 *   | {outcome: "conflict", sentence: string, conflict: Record<string, Difference>}} Final
 *
 * @typedef {{outcome: "later", after: number, status: number} | {outcome: "signed-out"}
 *   | {outcome: "other-identity"} | {outcome: "token"}} NotFinal
 *
 * @typedef {Final | NotFinal} Verdict
 */

const REFUSALS = [403, 404, 409, 410, 413, 422];

/** @param {Pick<Command, "id" | "identity">} command @param {Answer} answer @returns {Verdict} */
export function judged(command, answer) {
  const said = answer.command === command.id ? parsed(answer.body) : null;
  if (said?.outcome === "accepted" && answer.status === 200 && said.identity === command.identity) {
    return { outcome: "accepted", records: said.records ?? [], location: said.location ?? "" };
  }
  if (said?.outcome === "conflict" && answer.status === 409) {
    return { outcome: "conflict", sentence: said.sentence ?? "", conflict: said.fields ?? {} };
  }
  if (said?.outcome === "refused" && REFUSALS.includes(answer.status)) {
    return { outcome: "refused", sentence: said.sentence ?? "", errors: said.fields ?? {} };
  }
  return notFinal(answer);
}

/** @param {Answer} answer @returns {NotFinal} */
function notFinal({ status, command, retryAfter }) {
  if (status === 401) return { outcome: "signed-out" };
  if (status === 412) return { outcome: "other-identity" };
  if (status === 403 && command === null) return { outcome: "token" };
  const after = status === 429 || status === 503 ? 1000 * (Number(retryAfter) || 0) : 0;
  return { outcome: "later", after, status };
}

/** @param {string} body */
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
