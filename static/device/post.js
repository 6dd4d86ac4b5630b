/** Sends one command. XHR, because only it tells how far an upload is: a moving one is never cut. */

/** @import { Answer } from "./answers.js" */
/** @import { Command } from "./types.js" */

import { SilenceClock, growing } from "./patience.js";
import { filesOf, sendFiles } from "./uploads.js";

/**
 * @typedef {Object} PostEvents
 * @property {(sent: number, total: number) => void} moved
 * @property {() => void} silent
 */

/**
 * @param {Command} command
 * @param {{token: string, tries: number, abort: AbortSignal}} how
 * @param {PostEvents} events
 * @returns {Promise<Answer>}
 */
export async function post(command, how, events) {
  const failure = filesOf(command).length ? await sendFiles(command, how, events) : null;
  return failure ?? postWords(command, how, events);
}

/**
 * @param {Command} command
 * @param {{token: string, tries: number, abort: AbortSignal}} how
 * @param {PostEvents} events
 * @returns {Promise<Answer>}
 */
function postWords(command, { token, tries, abort }, events) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const clock = new SilenceClock({
      cut: growing(tries, 8000, 60_000),
      onSilent: events.silent,
      onCut: () => request.abort(),
    });
    const cut = () => request.abort();
    abort.addEventListener("abort", cut);
    request.upload.onprogress = (event) => {
      clock.restart();
      events.moved(event.loaded, event.total);
    };
    request.onreadystatechange = request.onprogress = () => clock.restart();
    request.onloadend = () => {
      clock.stop();
      abort.removeEventListener("abort", cut);
      resolve({
        status: request.status,
        command: request.getResponseHeader("Alveole-Command"),
        retryAfter: request.getResponseHeader("Retry-After"),
        body: request.responseText,
      });
    };
    request.open("POST", command.path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    // Beside the body: what is too large to be read is answered by its number all the same.
    request.setRequestHeader("Alveole-Command", command.id);
    request.send(encoded(command));
  });
}

/** As the server takes it: in the place of a file its number. @param {Command} command */
export function encoded({ id, identity, said_at, fields, uploads = [] }) {
  const body = new URLSearchParams();
  const sent = [...uploads];
  /** @type {import("./types.js").Field[]} */
  const own = [
    ["_command", id],
    ["_identity", identity],
    ["_said_at", String(said_at)],
  ];
  for (const [name, value] of [...fields, ...own]) body.append(name, typeof value === "string" ? value : (sent.shift() ?? ""));
  return body;
}
