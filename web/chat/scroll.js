// @ts-check
/**
 * Keeps what is new in view without running past its beginning: the first sentence may be 112.
 * A reader who has scrolled up is left alone and gets a button instead.
 */
import { el, wantsStillness } from "../shared/dom.js";

const BATCH_MS = 1200;
const HEADER = 64; // px that the header covers where the page scrolls as a whole

/**
 * Watch a list.
 * @param {HTMLElement} log
 * @param {HTMLElement} place  where the button goes
 * @param {string} label
 */
export function createScroll(log, place, label) {
  const end = el("div", { class: "log-end", "aria-hidden": "true" });
  log.after(end);
  let atEnd = true;
  /** @type {HTMLElement | null} */
  let first = null;
  let firstAt = 0;
  const button = el("button", { class: "button new-below", type: "button", "aria-label": label, title: label, hidden: true, on: { click: toEnd } });
  place.append(button);

  new IntersectionObserver((seen) => {
    atEnd = seen[seen.length - 1].isIntersecting;
    if (atEnd) button.hidden = true;
  }, { rootMargin: "0px 0px 80px 0px" }).observe(end);

  function toEnd() {
    end.scrollIntoView({ block: "end", behavior: wantsStillness() ? "auto" : "smooth" });
  }

  return {
    toEnd,
    /**
     * @param {HTMLElement} element  just added
     * @param {{own?: boolean, old?: boolean}} [how]
     */
    added(element, { own = false, old = false } = {}) {
      const now = Date.now();
      if (own || old) {
        first = null;
        atEnd = true;
        end.scrollIntoView({ block: "end" });
        return;
      }
      const follows = atEnd || (first !== null && now - firstAt < BATCH_MS);
      if (!first || now - firstAt > BATCH_MS) first = element;
      firstAt = now;
      if (!follows) {
        button.hidden = false;
        return;
      }
      const room = Math.min((log.closest(".scroller") ?? log).clientHeight, window.innerHeight - HEADER);
      const tall = end.getBoundingClientRect().bottom - first.getBoundingClientRect().top > room;
      const behavior = wantsStillness() ? "auto" : "smooth";
      if (tall) {
        first.scrollIntoView({ block: "start", behavior });
        button.hidden = false;
      }
      else end.scrollIntoView({ block: "end", behavior });
    },
  };
}
