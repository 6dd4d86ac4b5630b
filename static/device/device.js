/** What the elements of a page reach for: the parts that outlive a page. Null until the start, and for nobody. */

/** @import { Channel } from "./channel.js" */
/** @import { Drain } from "./drain.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Store } from "./store.js" */
/** @import { Sync } from "./sync.js" */

import { Signal } from "./signal.js";

/**
 * @typedef {Object} Device
 * @property {string} identity
 * @property {Store} store
 * @property {Sync} sync
 * @property {Outbox} outbox
 * @property {Drain} drain
 * @property {Channel} channel
 *
 * @typedef {Object} Notices  what a person should know, each true or false
 * @property {boolean} isOffline
 * @property {boolean} isSignedOut
 * @property {boolean} isUpdated
 * @property {boolean} isDiskRefused
 */

/** @type {Device | null} */
let current = null;

export const device = () => current;

/** @param {Device | null} next */
export function become(next) {
  current = next;
}

/** @type {Notices} */
export const notices = { isOffline: false, isSignedOut: false, isUpdated: false, isDiskRefused: false };

/** @type {Signal<Notices>} */
export const noticed = new Signal();

/** @param {Partial<Notices>} change */
export function notice(change) {
  const before = JSON.stringify(notices);
  Object.assign(notices, change);
  if (JSON.stringify(notices) !== before) noticed.tell(notices);
}
