/** Times, written in the person's language and zone. */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const SHAPES = {
  time: { hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "long" },
  soon: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  date: { day: "numeric", month: "long", year: "numeric" },
  long: { dateStyle: "full", timeStyle: "short" },
  year: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
};

/** @param {string} shape @param {Date} date */
function format(shape, date) {
  const { lang, dataset } = document.documentElement;
  const key = `${lang}|${dataset.zone ?? ""}|${shape}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(lang || undefined, { ...SHAPES[shape], timeZone: dataset.zone || undefined });
    formats.set(key, found);
  }
  return found.format(date);
}

/** As short as it can be and still be clear today. @param {Date} date @param {Date} [now] */
export function timeText(date, now = new Date()) {
  if (format("date", date) === format("date", now)) return format("time", date);
  return format(date.getFullYear() === now.getFullYear() ? "soon" : "year", date);
}

/** What each element says already, and on which day it was said. @type {WeakMap<Element, string>} */
const said = new WeakMap();

/** The first format of a document takes a slow phone a tenth of a second: rows are shown before. */
let hasBegun = false;

/** The first page is on screen: its times are written, and from now on those of all others before they are shown. */
export function beginTimes() {
  hasBegun = true;
  finishTimes(document);
  document.documentElement.toggleAttribute("data-times", true);
}

/** @param {ParentNode} root */
export function finishTimes(root) {
  if (!hasBegun) return;
  const now = new Date();
  const today = format("date", now);
  for (const time of root.querySelectorAll("time[datetime]")) {
    const element = /** @type {HTMLTimeElement} */ (time);
    const date = new Date(element.dateTime);
    const state = `${element.dateTime}|${today}`;
    if (Number.isNaN(date.getTime()) || said.get(element) === state) continue;
    said.set(element, state);
    const shape = element.dataset.format ?? "";
    element.textContent = shape in SHAPES ? format(shape, date) : timeText(date, now);
  }
}

/** The whole date, for whoever points at a time. */
export function tellDates() {
  document.addEventListener("pointerover", ({ target }) => {
    const time = target instanceof HTMLTimeElement && !target.title ? target : null;
    const date = time && new Date(time.dateTime);
    if (date && !Number.isNaN(date.getTime())) time.title = format("long", date);
  });
}
