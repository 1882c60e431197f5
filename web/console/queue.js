// @ts-check
/** The queue pane: who waits, whose they are, what is new. Cards are kept and updated, never redrawn. */
import { el, setText } from "../shared/dom.js";
import { createCard } from "./card.js";
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
  let shown = { waiting: [], taken: [], mine: [] };
  /** @type {Set<string>} */
  const unread = new Set();
  let current = "";

  function draw() {
    const mine = new Set(shown.mine.map((card) => card.id));
    lists.mine.draw(shown.mine, current, unread);
    lists.waiting.draw(shown.waiting, current, unread);
    lists.taken.draw(shown.taken.filter((card) => !mine.has(card.id)), current, unread);
  }

  const ticking = setInterval(() => lists.waiting.tick(), 1000);

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
  const element = el("div", { class: "queue-part" }, el("h3", {}, `${heading} `, count), always ? empty : null, list);
  /** @type {Map<string, import("./card.js").QueueCard>} */
  const cards = new Map();

  return {
    element,
    /** @param {Card[]} found @param {string} current @param {Set<string>} unread */
    draw(found, current, unread) {
      const ids = new Set(found.map((card) => card.id));
      for (const [id, card] of cards) {
        if (ids.has(id)) continue;
        card.element.remove();
        cards.delete(id);
      }
      found.forEach((data, index) => {
        const card = cards.get(data.id) ?? createCard(data.id, place, onPress, api);
        cards.set(data.id, card);
        card.update(data, data.id === current);
        card.mark(unread.has(data.id));
        if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null);
      });
      setText(count, found.length ? `(${found.length})` : "");
      empty.hidden = found.length > 0;
      element.hidden = !always && found.length === 0;
    },
    tick() {
      for (const card of cards.values()) card.tick();
    },
    /** @param {string} id */
    focus(id) {
      (cards.get(id)?.element ?? element).querySelector("button")?.focus();
    },
  };
}
