/** Whether the sphere in view is another by now than its page says. */

/** @import { Row } from "./types.js" */
/** @import { Shown } from "./reads.js" */

/** For which page, and which row of its sphere, the server was asked. */
let asked = "";

/**
 * The sphere in view was archived, deleted, put back, published or closed, or does without another tool, since its
 * page was made; or an organisation lists its members now, or no longer.
 * @param {Pick<Row, "k" | "id" | "facts">[]} rows
 */
export function isRestated(rows) {
  const { sphere, state = "", readers = "", without = "" } = document.body.dataset;
  const told = rows.find(({ k, id, facts }) => k === "spheres.sphere" && id === sphere && facts)?.facts;
  if (!told) return false;
  const isUnlisted = told.lists_members === "no";
  if (isUnlisted !== "unlisted" in document.body.dataset) return true;
  return told.state !== state || told.read_by !== readers || told.without !== without;
}

/**
 * The same of the row that the store holds, once for each: a page of the server's may be newer than that row.
 * @param {Shown} row
 */
export function isRestatedAnew(row) {
  if (!isRestated([row])) return false;
  const question = `${location.pathname} ${row.j} ${row.n}`;
  const isNew = question !== asked || "shell" in document.body.dataset;
  asked = question;
  return isNew;
}
