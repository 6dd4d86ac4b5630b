/** Sentences live in `<template id="words">`, in the page's language; none of them lives in a script. */

/**
 * @param {string} name
 * @param {Record<string, string | number>} [values]  put in for %name
 * @returns {string} "" for a word that the page does not have
 */
export function word(name, values = {}) {
  const words = document.getElementById("words");
  const found = words instanceof HTMLTemplateElement && words.content.querySelector(`[data-word="${name}"]`);
  const text = found ? (found.textContent ?? "") : "";
  return text.replace(/%(\w+)/g, (all, key) => String(values[key] ?? all));
}

/** @param {string} name @param {number} n @param {Record<string, string | number>} [values] */
export function plural(name, n, values = {}) {
  const form = new Intl.PluralRules(document.documentElement.lang).select(n) === "one" ? "one" : "many";
  return word(`${name}-${form}`, { n: new Intl.NumberFormat(document.documentElement.lang).format(n), ...values });
}

/**
 * A copy of a template's content, or null when the page has none.
 * @param {string} selector @param {ParentNode} [root]
 */
export function copied(selector, root = document) {
  const template = root.querySelector(selector);
  return template instanceof HTMLTemplateElement ? document.importNode(template.content, true) : null;
}
