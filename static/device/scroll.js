/** Where people are in a list must not move because something arrived. */

/** @param {Element} list @returns {Element} what scrolls it */
export function scrollerOf(list) {
  for (let element = list.parentElement; element && element !== document.body; element = element.parentElement) {
    const { overflowY } = getComputedStyle(element);
    if ((overflowY === "auto" || overflowY === "scroll") && element.scrollHeight > element.clientHeight) return element;
  }
  return document.scrollingElement ?? document.documentElement;
}

/** @param {Element} scroller */
export const isAtEnd = (scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;

/** @param {Element} scroller */
export function toEnd(scroller) {
  scroller.scrollTop = scroller.scrollHeight;
}

/**
 * Runs `change` on a list: the newest stays in view for whoever was there, the rest stays where it was for the others.
 * @param {Element} list
 * @param {() => void} change
 */
export function steadily(list, change) {
  if (list.getAttribute("role") !== "log" || !list.isConnected) return change();
  const scroller = scrollerOf(list);
  const wasAtEnd = isAtEnd(scroller);
  const anchor = wasAtEnd ? null : anchorIn(list, scroller);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  change();
  if (wasAtEnd) return toEnd(scrollerOf(list));
  // Browsers that anchor by themselves have moved nothing by now; the others moved by what was put above.
  if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
}

/** The first row in view. @param {Element} list @param {Element} scroller */
function anchorIn(list, scroller) {
  const top = scroller === document.scrollingElement ? 0 : scroller.getBoundingClientRect().top;
  return [...list.children].find((row) => row.getBoundingClientRect().bottom > top) ?? null;
}
