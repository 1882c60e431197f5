// @ts-check
/** The part "Meddelanden": letters that wait for an answer, in the server's order, and one opened beside them. */
import { el, setText } from "../../shared/dom.js";
import { ApiError } from "../api.js";
import { createPanes } from "../panes.js";
import { TEXTS } from "../texts.js";
import { createLetterCard } from "./letter-card.js";
import { createMailbox } from "./mailbox.js";

const texts = TEXTS.letters;
/** @typedef {import("../../shared/types.js").Letter} Letter */

/**
 * Make the part.
 * @param {import("../api.js").Api} api
 * @param {{onShow: () => void, onRead: (letters: Letter[]) => void}} events  onRead: what waits for an answer now
 */
export function createLetters(api, { onShow, onRead }) {
  const notice = el("p", { class: "notice", role: "status" });
  const count = el("span", { class: "count" });
  const empty = el("p", { class: "hint", text: texts.empty });
  const list = el("ul", { class: "cards" });
  const pane = el("section", { class: "pane queue", "aria-labelledby": "letters-heading" },
    el("h2", { id: "letters-heading", class: "visually-hidden", text: texts.heading }), notice,
    el("div", { class: "queue-part" }, el("h3", {}, `${texts.list} `, count), empty, list));
  const panes = createPanes(pane, { label: texts.log, nothing: texts.none });
  /** @type {Map<string, import("./letter-card.js").LetterCard>} */
  const cards = new Map();
  /** @type {Map<string, string>} half-written replies, in memory only */
  const written = new Map();
  /** @type {import("./mailbox.js").MailboxView | null} */
  let opened = null;
  const ticking = setInterval(() => cards.forEach((card) => card.tick()), 1000);

  /** @param {Letter[]} letters */
  function draw(letters) {
    const ids = new Set(letters.map((letter) => letter.mailbox));
    for (const [id, card] of cards) {
      if (ids.has(id)) continue;
      card.element.remove();
      cards.delete(id);
    }
    letters.forEach((letter, index) => {
      const card = cards.get(letter.mailbox) ?? createLetterCard(letter.mailbox, (id) => void show(id));
      cards.set(letter.mailbox, card);
      card.update(letter, letter.mailbox === opened?.id);
      if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null);
    });
    setText(count, letters.length ? `(${letters.length})` : "");
    empty.hidden = letters.length > 0;
  }

  async function read() {
    try {
      const { letters } = await api.letters.all();
      onRead(letters);
      draw(letters);
      await opened?.refresh();
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
    }
  }

  /** @param {string} id */
  async function show(id) {
    onShow();
    if (opened?.id !== id) {
      try {
        opened = createMailbox(api, await api.letters.open(id), { written, onBack: panes.back, onOver: over });
      } catch (refusal) {
        if (!(refusal instanceof ApiError)) throw refusal;
        say([404, 410].includes(refusal.status) ? texts.gone : refusal.text);
        return void read();
      }
      panes.put(opened.element);
      void read();
    }
    panes.look();
    opened.heading.focus({ preventScroll: true });
  }

  /** @param {string} why  a Swedish sentence */
  function over(why) {
    if (opened) written.delete(opened.id);
    opened = null;
    panes.empty(why);
    say(why);
    void read();
  }

  /** @param {string} text */
  function say(text) {
    setText(notice, text);
    setTimeout(() => notice.textContent === text && setText(notice, ""), 12000);
  }

  return { element: panes.element, read, show, stop: () => clearInterval(ticking) };
}
