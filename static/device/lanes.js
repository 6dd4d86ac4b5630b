/** Which command may go next: in order per sphere, files beside, and nothing before what it stands on. */

/** @import { Command } from "./types.js" */

/** @param {string} sphere @param {boolean} hasFiles */
export const laneOf = (sphere, hasFiles) => (hasFiles ? `${sphere}|files` : sphere);

/** Whether `command` names this id, in its path or in a field. @param {Command} command @param {string} id */
export function names(command, id) {
  return command.path.includes(id) || command.fields.some(([, value]) => value === id);
}

/**
 * Whether `command` would speak of something that `earlier` has not made yet.
 * @param {Command} command @param {Command} earlier
 */
export function standsOn(command, earlier) {
  return earlier.mints.some((id) => names(command, id));
}

/**
 * The commands that are held back by another one, each with it. Being held back is handed on.
 * @param {Command[]} commands  in order of intent
 * @returns {Map<string, Command>}
 */
export function heldBack(commands) {
  /** @type {Map<string, Command>} */
  const held = new Map();
  commands.forEach((command, index) => {
    const cause = commands.slice(0, index).find((earlier) => {
      const isStuck = earlier.state !== "waiting" || held.has(earlier.id) || earlier.lane !== command.lane;
      return isStuck && standsOn(command, earlier);
    });
    if (cause) held.set(command.id, cause);
  });
  return held;
}

/**
 * The first command of each lane that can go now.
 * @param {Command[]} commands  in order of intent
 * @returns {Map<string, Command>} by lane
 */
export function sendable(commands) {
  const held = heldBack(commands);
  /** @type {Map<string, Command>} */
  const next = new Map();
  for (const command of commands) {
    if (command.state === "waiting" && !held.has(command.id) && !next.has(command.lane))
      next.set(command.lane, command);
  }
  return next;
}
