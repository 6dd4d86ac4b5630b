/** What is being done about a command, in words: never "sent" before the server said so. */

/** @import { Outbox } from "./outbox.js" */
/** @import { Command } from "./types.js" */

import { timeText } from "./times.js";
import { word } from "./words.js";

/** @typedef {"waiting" | "sending" | "held" | "refused" | "conflict"} ShownState */

/**
 * @param {Outbox} outbox
 * @param {Command} command
 * @param {Command} [cause]  the command that holds it back
 * @returns {{state: ShownState, text: string, detail: string}}
 */
export function describe(outbox, command, cause) {
  const since = word("since", { time: timeText(new Date(command.said_at)) });
  const [state, doing] = doneAbout(outbox, command, cause);
  return { state, text: word(state), detail: [since, doing].filter(Boolean).join(" ") };
}

/** @param {Outbox} outbox @param {Command} command @param {Command} [cause] @returns {[ShownState, string]} */
function doneAbout(outbox, command, cause) {
  if (command.state !== "waiting") return [command.state, command.sentence ?? ""];
  if (cause) return ["held", word("held_detail")];
  const effort = outbox.efforts.get(command.id);
  if (effort?.isSilent) return ["sending", word("silent_detail")];
  if (effort?.total)
    return ["sending", word("upload_detail", { percent: Math.round((100 * effort.sent) / effort.total) })];
  if (effort) return ["sending", word("sending_detail")];
  return ["waiting", waitingFor(outbox, command)];
}

/** @param {Outbox} outbox @param {Command} command */
function waitingFor(outbox, command) {
  const failure = outbox.failures.get(command.id);
  if (outbox.refused) return word("memory_detail");
  if (failure?.outcome === "signed-out") return word("signed_out_detail");
  if (failure?.outcome === "later" && failure.status) return word("later_detail", { status: failure.status });
  return word(failure || !navigator.onLine ? "offline_detail" : "turn_detail");
}
