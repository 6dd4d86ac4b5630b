import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** As much of a page as forms and drafts ask for. */
class HTMLElement {}
class HTMLInputElement extends HTMLElement {
  /** @param {Record<string, string>} attributes */
  constructor(attributes) {
    super();
    this.attributes = attributes;
    this.name = attributes.name ?? "";
    this.type = attributes.type ?? "text";
    this.value = this.defaultValue = attributes.value ?? "";
  }

  /** @param {string} name */
  hasAttribute(name) {
    return name in this.attributes;
  }

  /** @param {string} name */
  removeAttribute(name) {
    delete this.attributes[name];
  }

  /** @param {string} name @param {boolean} is */
  toggleAttribute(name, is) {
    if (is) this.attributes[name] = "";
    else delete this.attributes[name];
  }
}

class HTMLFormElement extends HTMLElement {
  /** @type {Record<string, string>} */ dataset = {};
  method = "post";

  /** @param {string} action @param {Record<string, string>[]} inputs */
  constructor(action, ...inputs) {
    super();
    this.action = action;
    this.elements = inputs.map((attributes) => new HTMLInputElement(attributes));
  }

  /** @param {string} name */
  getAttribute(name) {
    return name === "action" ? this.action : null;
  }

  hasAttribute() {
    return false;
  }

  /** @param {string} selector */
  querySelector(selector) {
    const name = selector.match(/name="(.*)"/)?.[1];
    return this.elements.find((one) => one.name === name) ?? null;
  }

  /** @param {string} selector */
  querySelectorAll(selector) {
    return this.elements.filter((one) => selector === "input" || one.type !== "hidden");
  }

  reset() {
    for (const one of this.elements) one.value = one.defaultValue;
  }

  dispatchEvent() {}
}

class FormData {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
  }

  *[Symbol.iterator]() {
    for (const { name, value } of this.form.elements) yield [name, value];
  }
}

/** @type {Map<string, (event: any) => void>} */
const listeners = new Map();
const listen = (/** @type {string} */ name, /** @type {any} */ listener) => void listeners.set(name, listener);
const document = {
  body: { dataset: { sphere: "s1" } },
  cookie: "csrftoken=fresh",
  title: "Edit",
  addEventListener: listen,
};
const page = { href: "https://here/s/x/messages/m1/edition/", origin: "https://here" };
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
Object.assign(globalThis, {
  ...{ HTMLElement, HTMLInputElement, HTMLFormElement, FormData, document, addEventListener: listen },
  ...{ HTMLTextAreaElement: class {}, HTMLSelectElement: class {}, CustomEvent: class {} },
  location: { ...page, pathname: new URL(page.href).pathname },
});

const { Drafts, draftFrom, draftOf, restoreDrafts } = await import("../../static/device/drafts.js");
const { takeForms } = await import("../../static/device/forms.js");
const { canGoBack } = await import("../../static/device/places.js");
const { command } = await import("./helpers.js");

const BODY = { name: "body" };
const MINTED = { name: "id", type: "hidden", "data-mint": "" };
const COMMAND = { name: "_command", type: "hidden" };

/** @type {any[]} */
let queued = [];
/** @type {string[]} */
let moves = [];
/** @type {any} */
const outbox = { queue: (/** @type {any} */ one) => queued.push(one), drafts: async () => [] };
const drafts = new Drafts(() => outbox);
takeForms(
  () => /** @type {any} */ ({ identity: "alice", outbox }),
  drafts,
  (path) => moves.push(`to ${path}`),
  (otherwise) => moves.push(`back, or ${otherwise}`),
);
beforeEach(() => ([queued, moves] = [[], []]));

/** @param {HTMLFormElement} form */
function submit(form) {
  const event = { target: form, submitter: null, defaultPrevented: false, preventDefault: () => {} };
  listeners.get("submit")?.(event);
}

/** @param {HTMLFormElement} form @param {import("../../static/device/types.js").Draft} draft */
const restored = (form, draft) =>
  restoreDrafts([/** @type {any} */ (form)], "/p/", /** @type {any} */ ({ drafts: async () => [draft] }));

test("a form that was given refused words says whose they were, once", async () => {
  const form = new HTMLFormElement("/a/", COMMAND, BODY, MINTED);
  await restored(form, { key: "/p/ /a/", fields: [["body", "Bon"]], at: 0, replaces: "1" });
  assert.equal(draftOf(/** @type {any} */ (form), "/p/").replaces, "1");
  submit(form);
  submit(form);
  assert.deepEqual(
    queued.map((one) => one.replaces),
    ["1", undefined],
  );
});

test("files that were chosen before a slow draft came stay", async () => {
  const photo = new File(["pixels"], "roof.jpg");
  const input = { files: [] };
  for (const chosen of ["held", "by the browser's own control", "nothing"]) {
    const tray = { held: /** @type {any[]} */ ([]), querySelector: () => input };
    const form = new HTMLFormElement("/a/", COMMAND, BODY);
    form.querySelector = () => /** @type {any} */ (tray);
    const draft = { key: "/p/ /a/", fields: [["body", "Bon"]], at: 0, held: [{ file: photo, alt: "older" }] };
    const slow = async () => {
      if (chosen === "held") tray.held = [{ file: photo, alt: "" }];
      input.files = /** @type {any} */ (chosen.startsWith("by") ? [photo] : []);
      return [draft];
    };
    await restoreDrafts([/** @type {any} */ (form)], "/p/", /** @type {any} */ ({ drafts: slow }));
    const alts = tray.held.map(({ alt }) => alt);
    assert.deepEqual(alts, { held: [""], nothing: ["older"] }[chosen] ?? [], chosen);
  }
});

test("a form that was emptied by hand holds nobody's words any more", async () => {
  const form = new HTMLFormElement("/a/", COMMAND, BODY);
  await restored(form, { key: "/p/ /a/", fields: [["body", "Bon"]], at: 0, replaces: "1" });
  form.reset();
  Object.assign(globalThis, { Element: Object });
  listeners.get("input")?.({ target: Object.assign(form, { closest: () => form }) });
  outbox.keepDraft = async () => {};
  await drafts.flush();
  assert.equal(form.dataset.replaces, undefined);
});

test("an id that was refused as taken is not kept: the form mints another", async () => {
  const fields = /** @type {[string, string][]} */ ([
    ["id", "m"],
    ["body", "Bonjour"],
  ]);
  const refused = command({ fields, mints: ["m"], state: "refused", page: "/p/", path: "/a/" });
  assert.deepEqual(draftFrom(refused).fields, fields);
  const draft = draftFrom({ ...refused, errors: { id: ["Taken."] } });
  assert.deepEqual(draft.fields, [["body", "Bonjour"]]);
  for (const [kept, isSame] of /** @type {const} */ ([
    [draftFrom(refused), true],
    [draft, false],
  ])) {
    const form = new HTMLFormElement("/a/", COMMAND, BODY, MINTED);
    await restored(form, kept);
    submit(form);
    assert.equal(queued.at(-1).mints[0] === "m", isSame);
  }
});

test("a draft that was kept before any id was minted gets one when it is sent", async () => {
  const form = new HTMLFormElement("/a/", COMMAND, BODY, MINTED);
  await restored(form, {
    key: "/p/ /a/",
    fields: [
      ["id", ""],
      ["body", "Bon"],
    ],
    at: 0,
  });
  submit(form);
  assert.match(queued[0].mints[0], /^[0-9a-f-]{36}$/);
});

test("a form that the browser posts has the token of now, and gives it to nobody else", () => {
  const token = { name: "csrfmiddlewaretoken", type: "hidden", value: "old" };
  const [ours, theirs] = [new HTMLFormElement("/me/", token), new HTMLFormElement("https://there/", token)];
  submit(ours);
  submit(theirs);
  assert.deepEqual([ours.elements[0]?.value, theirs.elements[0]?.value], ["fresh", "old"]);
});

test("after an edit one goes back, but never out of the site", () => {
  const form = new HTMLFormElement("/s/x/messages/m1/edition/", COMMAND, BODY);
  form.dataset.object = "m1";
  Object.assign(globalThis, { history: { length: 9, back: () => moves.push("out"), state: null } });
  submit(form);
  assert.deepEqual(moves, ["back, or /s/x/"]);
  assert.equal(canGoBack(), false);
  history.state = /** @type {any} */ ({ turbo: { restorationIndex: 1 } });
  assert.equal(canGoBack(), true);
});
