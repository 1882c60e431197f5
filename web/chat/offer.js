// @ts-check
/** What is asked before a link's conversation is taken over, and what is said of a link that does not count any more. */
import { el } from "../shared/dom.js";
import { fill } from "../shared/richtext.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.link;

/**
 * Make the place. While something is asked, what else the page shows is hidden; the exit is not.
 * @param {HTMLElement} place
 * @param {HTMLElement[]} others  hidden meanwhile
 */
export function createOffer(place, others) {
  /** @param {boolean} open */
  function show(open) {
    place.hidden = !open;
    for (const one of others) one.hidden = open;
    if (!open) place.replaceChildren();
  }

  /**
   * @param {string} heading
   * @param {string[]} said
   * @param {[string, string, () => void][]} ways  class, words, what a press does
   */
  function ask(heading, said, ways) {
    const title = el("h2", { id: "offer-heading", tabindex: -1, text: heading });
    const lines = said.filter(Boolean).map((text) => {
      const line = el("p");
      fill(line, text);
      return line;
    });
    const buttons = ways.map(([kind, text, act]) => el("button", { class: kind, type: "button", text, on: { click: () => { show(false); act(); } } }));
    place.replaceChildren(el("section", { class: "offer", "aria-labelledby": title.id }, title, ...lines, el("div", { class: "offer-ways" }, ...buttons)));
    show(true);
    return title;
  }

  show(false);
  return {
    get open() { return !place.hidden; },
    /**
     * @param {boolean} other  the tab has a conversation of its own
     * @param {{take: () => void, leave: () => void}} ways
     */
    ask: (other, { take, leave }) => ask(texts.heading, [texts.lead, other ? texts.other : ""], [
      ["button primary large", texts.take, take],
      ["button", other ? texts.keep : texts.fresh, leave],
    ]),
    /**
     * @param {boolean} other
     * @param {() => void} leave
     */
    dead: (other, leave) => ask(texts.deadHeading, [texts.dead, texts.again, TEXTS.danger], [["button primary large", other ? texts.back : texts.fresh, leave]]),
  };
}
