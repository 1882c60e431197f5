// @ts-check
/** The part "Meddelanden": letters that wait for an answer, in the server's order, and one opened beside them. */
import { el, setText } from "../../shared/dom.js";
import { ApiError } from "../api.js";
import { createCards } from "../cards.js";
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
  const title = el("h3", { tabindex: -1 }, `${texts.list} `, count);
  const pane = el("section", { class: "pane queue", "aria-labelledby": "letters-heading" },
    el("h2", { id: "letters-heading", class: "visually-hidden", text: texts.heading }), notice,
    el("div", { class: "queue-part" }, title, empty, list));
  const panes = createPanes(pane, { label: texts.log, nothing: texts.none });
  const cards = createCards(list, title, (/** @type {Letter} */ one) => one.mailbox, (id) => {
    const card = createLetterCard(id, (pressed) => void show(pressed));
    /** @param {Letter} letter */
    const update = (letter) => { card.update(letter); card.current(id === opened?.id); };
    return { ...card, update };
  });
  /** @type {Map<string, string>} half-written replies, in memory only */
  const written = new Map();
  let asked = "";
  /** @type {import("./mailbox.js").MailboxView | null} */
  let opened = null;
  const ticking = setInterval(cards.tick, 1000);

  /** @param {Letter[]} letters */
  function draw(letters) {
    cards.draw(letters);
    setText(count, letters.length ? `(${letters.length})` : "");
    empty.hidden = letters.length > 0;
  }

  async function read() {
    try {
      const { letters } = await api.letters.all();
      onRead(letters);
      draw(letters);
      opened?.waits(letters.some((letter) => letter.mailbox === opened?.id));
      await opened?.refresh();
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
    }
  }

  /** @param {string} id */
  async function show(id) {
    onShow();
    if (asked === id) return; // pressed twice
    asked = opened?.id === id ? "" : id;
    panes.hold(asked !== "");
    if (asked) await fetchIt(id);
    if (opened?.id !== id) return;
    panes.look();
    opened.heading.focus({ preventScroll: true });
  }

  /** @param {string} id */
  async function fetchIt(id) {
    try {
      const mailbox = await api.letters.open(id);
      if (asked !== id) return; // another has been asked for since
      opened = createMailbox(api, mailbox, { written, onBack: panes.back, onOver: over });
      panes.put(opened.element);
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      say([404, 410].includes(refusal.status) ? texts.gone : refusal.text);
    }
    if (asked === id) {
      asked = "";
      panes.hold(false);
    }
    void read();
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
