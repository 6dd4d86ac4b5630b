/** The rules of numbers and order: pure functions, so that each can be tested alone. */

/** @import { Cursor, FeedAnswer, ListQuery, Row, WireRecord } from "./types.js" */

/** @param {WireRecord} record @returns {Row} */
export function toRow(record) {
  const { j, n, f, k, id } = record;
  const row = { s: record.s ?? "", j, k, id, p: record.p ?? "", n, f };
  if (record.gone) return { ...row, gone: true };
  const whole = { ...row, o: record.o ?? f, html: record.html ?? "", facts: record.facts ?? {} };
  return record.w ? { ...whole, w: record.w } : whole;
}

/**
 * Whether a row that a device does not hold arrived before all that it holds: kept, it would stand beside what came
 * long after it, as if nothing had been said between.
 * @param {Row} row @param {number | undefined} level  up to which number everything had come, before what `row` came with
 */
export const isApart = (row, level) => row.w === 1 && level !== undefined && row.f <= level;

/**
 * Whether `row` may stand where `present` stands. Numbers mean something within one journal only: a thing that
 * came from another journal was moved, and its tombstone there says nothing about it here.
 * @param {Pick<Row, "j" | "n" | "gone">} row
 * @param {{j: string, n: number} | undefined} present
 */
export function supersedes(row, present) {
  if (!present) return true;
  if (row.j === present.j) return row.n > present.n;
  return !row.gone;
}

/**
 * The cursor after `n` came by the socket, or null when something between is missing.
 * @param {Cursor | undefined} cursor
 * @param {number} n
 * @returns {Cursor | null}
 */
export function stepped(cursor, n) {
  if (!cursor || n > cursor[1] + 1) return null;
  return n === cursor[1] + 1 ? [cursor[0], n] : cursor;
}

/**
 * Whether `next` may replace `current`: another tab may have gone further meanwhile.
 * @param {Cursor | undefined} current
 * @param {Cursor} next
 */
export function advances(current, next) {
  return !current || current[0] !== next[0] || next[1] > current[1];
}

/**
 * The journals to erase before a feed answer is applied: reset by the server, no longer ours, or of another epoch.
 * @param {FeedAnswer} answer
 * @param {Map<string, Cursor | undefined>} held  cursors on the device; undefined while a snapshot is under way
 */
export function doomed(answer, held) {
  const erased = new Set(answer.reset.filter((journal) => held.get(journal)));
  for (const [journal, cursor] of held) {
    const listed = answer.journals[journal];
    if (!listed || (cursor && cursor[0] !== listed.epoch)) erased.add(journal);
  }
  return erased;
}

/** Numbers as numbers, strings by code unit, numbers first. @param {number | string} a @param {number | string} b */
export function compareOrders(a, b) {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * @param {{o: number | string, f: number, id: string}} a
 * @param {{o: number | string, f: number, id: string}} b
 */
export function compareRows(a, b) {
  return compareOrders(a.o, b.o) || a.f - b.f || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** An order as an attribute carries it. @param {string} text @returns {number | string} */
export function parseOrder(text) {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** @param {Row} row @param {ListQuery} query */
export function belongs(row, query) {
  if (row.k !== query.kind) return false;
  if (query.object && row.id !== query.object) return false;
  if (query.parent && row.p !== query.parent) return false;
  return !query.sphere || row.s === query.sphere;
}
