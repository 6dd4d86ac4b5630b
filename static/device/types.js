/**
 * What travels between the modules, in one place. Nothing here runs.
 *
 * @typedef {Object} WireRecord  a row or tombstone as feed, hub and answers carry it
 * @property {string} j  journal
 * @property {number} n  its number there
 * @property {number} f  the thing's first number there
 * @property {string | null} [s]  sphere
 * @property {string} k  kind
 * @property {string} id
 * @property {string | null} [p]  parent
 * @property {number | string} [o]  order; `f` when absent
 * @property {string} [html]
 * @property {Record<string, unknown>} [facts]
 * @property {boolean} [gone]
 * @property {1} [w]  it changed since it arrived, and of its kind a device holds the newest alone
 *
 * @typedef {Object} Row  a record as the store keeps it; a tombstone has no `o`, so no list index holds it
 * @property {string} s  sphere, "" for none (null is no key)
 * @property {string} j
 * @property {string} k
 * @property {string} id
 * @property {string} p  parent, "" for none
 * @property {number} n
 * @property {number} f
 * @property {number | string} [o]
 * @property {string} [html]
 * @property {Record<string, unknown>} [facts]
 * @property {boolean} [gone]
 * @property {1} [w]
 * @property {boolean} [isApart]  older than what this device holds: shown where it is on screen, and not kept
 *
 * @typedef {[epoch: string, seq: number]} Cursor
 *
 * @typedef {Object} FeedAnswer
 * @property {string} identity
 * @property {string} app
 * @property {string} rows_version
 * @property {Record<string, {sphere: string | null, epoch: string, head: number}>} journals
 * @property {string[]} reset
 * @property {WireRecord[]} records
 * @property {Record<string, Cursor>} cursors
 * @property {boolean} more
 * @property {string | null} page
 *
 * @typedef {Object} Batch  what lists are told
 * @property {Row[]} rows
 * @property {string[]} erased  journals whose rows are gone from the device
 * @property {string[]} left  spheres that have no journal left
 *
 * @typedef {Object} ListQuery
 * @property {string} kind
 * @property {string} [parent]
 * @property {string} [object]
 * @property {string} [sphere]
 * @property {string} [marked]  only those of which something under this key is mine
 *
 * @typedef {[name: string, value: string | File]} Field
 *
 * @typedef {"waiting" | "refused" | "conflict"} CommandState
 *
 * @typedef {{seen: string, theirs: string, by: string, at: string, label?: string, words?: Record<string, string>}} Difference
 *
 * @typedef {Object} Command  one submitted form, as it was meant when it was submitted
 * @property {string} id
 * @property {number} [place]  order of intent across tabs, given by the disk
 * @property {string} identity
 * @property {string} name  `messaging.send.1`
 * @property {string} path  where its form posts
 * @property {Field[]} fields  without the token, which is taken at send time
 * @property {string} sphere
 * @property {string} lane
 * @property {string[]} mints  ids that this command makes
 * @property {string[]} [uploads]  ids under which its files are sent, in the order of the fields
 * @property {string} kind
 * @property {string} parent
 * @property {string} object
 * @property {string} page  where the form stood
 * @property {string} title  what people call it
 * @property {string} excerpt
 * @property {number} said_at
 * @property {boolean} follow  on acceptance, show what it made
 * @property {string} [replaces]  the command of which these are the words, written anew
 * @property {CommandState} state
 * @property {string} [sentence]
 * @property {Record<string, string[]>} [errors]
 * @property {Record<string, Difference>} [conflict]
 *
 * @typedef {Object} Draft
 * @property {string} key
 * @property {[name: string, value: string][]} fields
 * @property {number} at
 * @property {boolean} [isWhole]  everything that a form said, so that what is absent was not chosen
 * @property {string} [replaces]  the command whose words these were
 * @property {Held[]} [held]  files that go with them
 *
 * @typedef {{file: File, alt: string}} Held  a file that was chosen, and what it shows
 *
 * @typedef {Object} Shell
 * @property {string} name
 * @property {string} pattern
 * @property {string} html
 *
 * @typedef {Object} Known  what the service worker may serve before the network has spoken
 * @property {string} identity
 * @property {string} app
 * @property {string} language
 * @property {string[]} slugs  spheres that the store holds completely
 */
export {};
