/** How the service worker answers for a page: shell first for what the store can fill, else the network, patiently. */

import { held, iconLeads } from "./held.js";
import { known, setKnown } from "./note.js";
import { fetchPatiently, pause } from "./patience.js";

const PATIENCE = 3000;
const BODY_SILENCE = 20_000;

/** Asked by the page itself when a shell turned out to lack its object. */
export const NETWORK_ONLY = "Alveole-Network";

/**
 * @param {Request} request
 * @returns {Promise<Response>}
 */
export async function servePage(request) {
  const url = new URL(request.url);
  const { isOwed, shell, known: whose } = await held(url);
  if (isOwed) return Response.redirect("/signed-out/", 302);
  const leads = iconLeads(url, whose);
  if (leads) return patiently(request, () => Response.redirect(leads, 302));
  if (!shell || request.headers.has(NETWORK_ONLY)) return fromNetwork(request).catch(() => kept(url.pathname));
  const made = () => page(shell.html, shell.policy);
  return shell.isFirst ? made() : patiently(request, made);
}

/** @param {Request} request @param {() => Response} otherwise */
function patiently(request, otherwise) {
  const slow = pause(PATIENCE).then(() => Promise.reject(new Error("slow")));
  return Promise.race([fromNetwork(request), slow]).catch(otherwise);
}

/** @param {string} html @param {string} policy */
function page(html, policy) {
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
  if (policy) headers.set("Content-Security-Policy", policy);
  return new Response(html, { headers });
}

/** @param {Request} request */
async function fromNetwork(request) {
  const { response, body } = await fetchPatiently(request, {}, { cut: BODY_SILENCE });
  if (!body) return response; // a redirect, which only the browser may follow
  const { status, statusText, headers } = response;
  if ((headers.get("Content-Type") ?? "").startsWith("text/html")) await compare(await body.slice(0, 8000).text());
  return new Response(body, { status, statusText, headers });
}

/** A page for somebody else: what we know of whoever was here before is worth nothing. @param {string} html */
async function compare(html) {
  const identity = /<body[^>]*?\sdata-identity="([^"]*)"/.exec(html)?.[1];
  if (identity && (await known())?.identity !== identity) await setKnown(undefined);
}

/** @param {string} path */
async function kept(path) {
  const own = path === "/signed-out/" ? await caches.match(path) : undefined;
  const found = own ?? (await caches.match("/offline/"));
  if (!found) return Response.error();
  return own ?? new Response(await found.blob(), { status: 503, headers: found.headers });
}
