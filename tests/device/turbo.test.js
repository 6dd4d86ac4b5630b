/** Turbo as it is bundled: Drive alone. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { driveAlone, SOURCE, turboDrive } from "../../static/turbo-drive.mjs";

const whole = readFileSync(SOURCE, "utf8");

/** @param {import("esbuild").Plugin[]} plugins */
async function bundled(plugins) {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { cache, session, visit } from "@hotwired/turbo";',
      resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
    },
    bundle: true,
    write: false,
    format: "esm",
    plugins,
  });
  return outputFiles[0]?.text ?? "";
}

test("no frame, stream, form, prefetch or morphing is bundled, and no global is left", async () => {
  const [before, after] = [await bundled([]), await bundled([turboDrive])];
  const parts = ["customElements.define", "window.Turbo", "Idiomorph", "turbo:submit-start", "turbo:before-prefetch"];
  for (const part of [...parts, "turbo:before-stream-render", "turbo:before-frame-render", "preloadURL"]) {
    assert.ok(before.includes(part), `${part} is in Turbo`);
    assert.ok(!after.includes(part), `${part} is not in ours`);
  }
  for (const part of ["turbo:click", "turbo:before-render", "popstate", "turbo-progress-bar"])
    assert.ok(after.includes(part), `${part} is in ours`);
});

test("a session finds all that it begins and ends, though some of it does nothing", () => {
  const cut = driveAlone(whole);
  const [session = ""] = /^class Session \{\n[^]*?\n\}\n/m.exec(cut) ?? [];
  const idle = [...cut.matchAll(/^class (\w+) extends LeftOut \{\}$/gm)].map(([, name]) => name);
  assert.equal(idle.length, 9);
  const fields = [...session.matchAll(/^ +(?:this\.)?(\w+) = new (\w+)\(/gm)].filter(([, , of]) => idle.includes(of));
  assert.equal(fields.length, 7);
  const asked = fields.flatMap(([, field]) => [...session.matchAll(new RegExp(`this\\.${field}\\.(\\w+)\\(`, "g"))]);
  const { LeftOut } = new Function(`${cut.slice(0, cut.indexOf("/*!"))} return { LeftOut };`)();
  const missing = asked.map(([, method]) => String(method)).filter((method) => !(method in LeftOut.prototype));
  // Only when somebody hands it a stream, which nobody does.
  assert.deepEqual([...new Set(missing)], ["connectStreamSource", "disconnectStreamSource", "render"]);
});

test("another Turbo is read through before it is cut", () => {
  assert.throws(() => driveAlone(whole.replace("Turbo 8.0.23", "Turbo 8.0.24")), /Not Turbo 8\.0\.23/);
  assert.throws(() => driveAlone(whole.replace("class Preloader ", "class Preloading ")), /nothing like .*Preloader/);
  assert.throws(() => driveAlone(whole.replace("window.Turbo =", "globalThis.Turbo =")), /nothing like/);
});
