// @ts-check
/** The queue pane: who waits, whose they are, what is new. */
import { el, setText } from "../shared/dom.js";
import { createCard } from "./card.js";
import { createCards } from "./cards.js";
import { TEXTS } from "./texts.js";

/** @typedef {import("../shared/types.js").Card} Card */
/** @typedef {import("../shared/types.js").Queue} Queue */

/**
 * Make the pane. The server's order stands.
 * @param {import("./api.js").Api} api
 * @param {{onClaim: (id: string) => void, onOpen: (id: string) => void}} actions
 */
export function createQueue(api, { onClaim, onOpen }) {
  const notice = el("p", { class: "notice", role: "status" });
  const lists = {
    mine: section(api, "mine", TEXTS.queue.mine, onOpen, false),
    waiting: section(api, "waiting", TEXTS.queue.waiting, onClaim, true),
    taken: section(api, "taken", TEXTS.queue.taken, () => undefined, false),
  };
  const element = el("section", { class: "pane queue", "aria-labelledby": "queue-heading" },
    el("h2", { id: "queue-heading", class: "visually-hidden", text: TEXTS.queue.heading }),
    notice, lists.mine.element, lists.waiting.element, lists.taken.element);
  /** @type {Queue} */
  let shown = { waiting: [], taken: [], mine: [], presence: "online", load: { now: 0, most: 0 }, colleagues: [] };
  /** @type {Set<string>} */
  const unread = new Set();
  let current = "";

  function draw() {
    const mine = new Set(shown.mine.map((card) => card.id));
    lists.mine.draw(shown.mine, current, unread);
    lists.waiting.draw(shown.waiting, current, unread);
    lists.taken.draw(shown.taken.filter((card) => !mine.has(card.id)), current, unread);
  }

  const ticking = setInterval(() => { for (const list of [lists.waiting, lists.mine]) list.tick(); }, 1000);

  return {
    element,
    get shown() { return shown; },
    stop: () => clearInterval(ticking),
    /** @param {string} id */
    focus: (id) => lists.waiting.focus(id),
    /** @param {Queue} queue */
    show(queue) {
      shown = queue;
      draw();
    },
    /** @param {string} id  the conversation that is open, or "" */
    select(id) {
      current = id;
      unread.delete(id);
      draw();
    },
    /** @param {string} id */
    markUnread(id) {
      if (id !== current) unread.add(id);
      draw();
    },
    /** @param {string} text */
    say(text) {
      setText(notice, text);
      setTimeout(() => notice.textContent === text && setText(notice, ""), 12000);
    },
  };
}

/**
 * @param {import("./api.js").Api} api
 * @param {import("./card.js").Place} place
 * @param {string} heading
 * @param {(id: string) => void} onPress
 * @param {boolean} always  shown even when empty
 */
function section(api, place, heading, onPress, always) {
  const count = el("span", { class: "count" });
  const list = el("ul", { class: "cards" });
  const empty = el("p", { class: "hint", text: TEXTS.queue.empty });
  const title = el("h3", { tabindex: -1 }, `${heading} `, count);
  const element = el("div", { class: "queue-part" }, title, always ? empty : null, list);
  let open = "";
  /** @type {Set<string>} */
  let fresh = new Set();
  const cards = createCards(list, title, (/** @type {Card} */ one) => one.id, (id) => {
    const card = createCard(id, place, onPress, api);
    return {
      ...card,
      /** @param {Card} found */
      update(found) {
        card.update(found, id === open);
        card.mark(fresh.has(id));
      },
    };
  });

  return {
    element,
    tick: cards.tick,
    /** @param {Card[]} found @param {string} current @param {Set<string>} unread */
    draw(found, current, unread) {
      [open, fresh] = [current, unread];
      cards.draw(found);
      setText(count, found.length ? `(${found.length})` : "");
      empty.hidden = found.length > 0;
      element.hidden = !always && found.length === 0;
    },
    /** @param {string} id */
    focus(id) {
      (cards.get(id) ?? element).querySelector("button")?.focus();
    },
  };
}
