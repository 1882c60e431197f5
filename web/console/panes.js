// @ts-check
/** A list beside what is open of it; on a narrow screen one of the two at a time (console.css). */
import { el, setText } from "../shared/dom.js";

/**
 * Make the two.
 * @param {HTMLElement} list
 * @param {{label: string, nothing: string}} texts  of the right side while nothing is open
 */
export function createPanes(list, texts) {
  const word = el("p", { class: "hint", role: "status", text: texts.nothing });
  const nothing = el("section", { class: "pane conversation nothing", "aria-label": texts.label }, word);
  const place = el("div", { class: "open-place" }, nothing);
  const element = el("div", { class: "panes", "data-open": "list" }, list, place);

  /** Show the list again; what is open stays open behind. */
  function back() {
    element.dataset.open = "list";
  }

  return {
    element,
    back,
    get reading() { return element.dataset.open === "one"; },
    /**
     * Let nobody write in what is open while another is fetched: words meant for one must not reach the other.
     * @param {boolean} is
     */
    hold(is) {
      place.inert = is;
    },
    /** @param {HTMLElement} opened */
    put(opened) {
      place.replaceChildren(opened);
      place.inert = false;
    },
    look() {
      element.dataset.open = "one";
    },
    /**
     * Nothing is open any more.
     * @param {string} why  said before the usual words
     */
    empty(why) {
      const hadFocus = place.contains(document.activeElement) || document.activeElement === document.body;
      setText(word, `${why} ${texts.nothing}`.trim());
      place.replaceChildren(nothing);
      back();
      if (hadFocus) list.querySelector("button")?.focus();
    },
  };
}

/** @typedef {ReturnType<typeof createPanes>} Panes */
