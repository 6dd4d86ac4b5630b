import assert from "node:assert/strict";
import { test } from "node:test";

import * as guard from "../../static/device/guard.js";
import { record } from "./helpers.js";

const T = 1_750_000_000_000;
const member = (/** @type {string} */ id, /** @type {string} */ role) =>
  /** @type {any} */ (record({ n: 1, k: "spheres.member", id, facts: { name: id, role } }));

/** At work before, in private since T. */
function switched() {
  return guard.arrived(guard.arrived(null, "work", T - 1000), "private", T);
}

test("work is work, and whatever else there is is private", () => {
  assert.equal(guard.groupOf("work"), "work");
  assert.deepEqual(["family", "association", "school", "other"].map(guard.groupOf), Array(4).fill("private"));
  assert.equal(guard.groupOf(""), "", "outside spheres one is nowhere");
});

test("after a switch it is said for a minute, and no longer", () => {
  assert.equal(guard.left(switched(), "home", T), 60_000);
  assert.equal(guard.left(switched(), "home", T + 59_000), 1000);
  assert.equal(guard.left(switched(), "home", T + 60_000), 0);
  assert.equal(guard.left(switched(), "home", T + 61_000), 0);
});

test("a clock that was put back says nothing", () => {
  assert.equal(guard.left(switched(), "home", T - 1), 0);
});

test("where one was first is no switch, nor is another sphere of the same group, nor a page outside spheres", () => {
  const first = guard.arrived(null, "private", T);
  assert.equal(guard.left(first, "home", T), 0);
  assert.equal(guard.arrived(first, "private", T + 5), first);
  assert.equal(guard.arrived(first, "", T + 5), first);
  assert.equal(guard.left(null, "home", T), 0);
});

test("back and forth within the minute begins it anew", () => {
  const back = guard.arrived(switched(), "work", T + 30_000);
  assert.equal(guard.left(back, "site", T + 89_000), 1000);
});

test("the first words end it in their sphere, until the next switch", () => {
  const spoken = guard.spokenIn(/** @type {guard.Place} */ (switched()), "home");
  assert.equal(guard.left(spoken, "home", T + 1), 0);
  assert.equal(guard.left(spoken, "club", T + 1), 59_999, "nothing was said there");
  const again = guard.arrived(guard.arrived(spoken, "work", T + 2), "private", T + 3);
  assert.equal(guard.left(again, "home", T + 3), 60_000);
});

test("visitors and guests are counted apart, and whoever speaks is not", () => {
  const roles = ["administrator", "publisher", "member", "member", "visitor", "visitor", "guest"];
  const members = roles.map((role, index) => member(String(index), role));
  assert.deepEqual(guard.audienceOf(members, ["2"]), { people: 3, visitors: 2, guests: 1 });
  assert.deepEqual(guard.audienceOf(members, ["4"]), { people: 4, visitors: 1, guests: 1 });
  assert.deepEqual(guard.audienceOf(members.slice(0, 1), ["0"]), { people: 0, visitors: 0, guests: 0 });
});

test("a copied text is known again by its letters, whatever the blanks between them", () => {
  const digest = guard.digestOf("The lorry\n comes at nine");
  assert.equal(guard.digestOf("  The lorry comes\tat nine\r\n"), digest);
  assert.notEqual(guard.digestOf("The lorry comes at ten"), digest);
  assert.notEqual(guard.digestOf("lorry"), digest, "a part of it is another text");
  assert.equal(guard.digestOf("🚚\u00a0à l’entrée"), guard.digestOf("🚚 à l’entrée"), "a no-break space is a blank");
});

test("asked is for what was copied in another sphere, and into each sphere once", () => {
  const copy = { sphere: "site", name: "Chantier", digest: guard.digestOf("at nine"), agreed: ["club"] };
  assert.equal(guard.isForeign(copy, "at nine", "home"), true);
  assert.equal(guard.isForeign(copy, "at ten", "home"), false, "other text");
  assert.equal(guard.isForeign(copy, "at nine", "site"), false, "it comes from here");
  assert.equal(guard.isForeign(copy, "at nine", "club"), false, "it was agreed to");
  assert.equal(guard.isForeign(null, "at nine", "home"), false);
});

test("where the browser keeps nothing, the page remembers", () => {
  const place = /** @type {guard.Place} */ (switched());
  guard.guardOf("alice").keepPlace(place);
  assert.deepEqual(guard.guardOf("alice").place(), place);
  assert.equal(guard.guardOf("bob").place(), null);
});
