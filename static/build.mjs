/** Bundles what browsers load into build/static/build/: `node static/build.mjs`. */

import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { turboDrive } from "./turbo-drive.mjs";
import { turboStyleHash } from "./turbo-style.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../build/static/build");

const { metafile } = await build({
  entryPoints: ["device/app.js", "device/sw.js", "files/tus.js", "css/app.css", "css/admin.css"].map((path) =>
    resolve(here, path),
  ),
  entryNames: "[name]",
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "safari16"],
  // Icons and images have hashed names of their own, given when static files are collected.
  external: ["*.svg", "*.png", "*.woff2"],
  plugins: [turboDrive],
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

writeFileSync(resolve(here, "../build/turbo-style-hash.txt"), turboStyleHash());

for (const path of Object.keys(metafile.outputs)) {
  const bytes = readFileSync(resolve(process.cwd(), path));
  const kilo = (/** @type {number} */ size) => `${(size / 1000).toFixed(1)} kB`;
  console.log(`${relative(process.cwd(), path)}  ${kilo(bytes.length)}, ${kilo(gzipSync(bytes).length)} gzip`);
}
