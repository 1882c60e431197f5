// @ts-check
/** The messages of an open conversation, in order of seq, each once; one's own at once. */
import { contactList } from "../shared/contacts.js";
import { el, setText } from "../shared/dom.js";
import { fill } from "../shared/richtext.js";
import { clockTime } from "../shared/time.js";
import { TEXTS } from "./texts.js";

/** @typedef {import("../shared/types.js").Message} Message */
/** @typedef {{element: HTMLElement, seq: number, id: string | null, sender: string, mark: HTMLElement}} Entry */

const texts = TEXTS.conversation;

/**
 * Make the list.
 * @param {(id: string, text: string) => void} onRetry
 */
export function createEntries(onRetry) {
  const element = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": texts.log, tabindex: 0 });
  /** @type {Entry[]} */
  let entries = [];

  /** @param {Entry} entry */
  function place(entry) {
    const at = entries.findIndex((other) => other.seq > entry.seq);
    entries.splice(at < 0 ? entries.length : at, 0, entry);
    element.insertBefore(entry.element, at < 0 ? null : entries[at + 1].element);
    entries.forEach((one, index) => one.element.classList.toggle("turn", index === 0 || entries[index - 1].sender !== one.sender));
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < entry.element.offsetHeight + 160;
    if (near || entry.seq === Infinity) toEnd();
  }

  function toEnd() {
    const newest = entries[entries.length - 1];
    if (newest) newest.element.scrollIntoView({ block: "nearest" });
  }

  return {
    element,
    toEnd,
    /** @param {Message} message */
    add(message) {
      const known = entries.find((entry) => (message.id && entry.id === message.id) || entry.seq === message.seq);
      if (known) {
        if (message.seq !== undefined) known.seq = message.seq;
        if (known.mark.textContent) setText(known.mark, texts.delivery.sent);
        return;
      }
      const mark = el("span");
      place({ element: draw(message, mark), seq: message.seq ?? Infinity, id: message.id ?? null, sender: message.sender, mark });
    },
    /** @param {string} id @param {string} text */
    addOwn(id, text) {
      const mark = el("span", { text: texts.delivery.sending });
      place({ element: draw({ sender: "counsellor", text, at: new Date().toISOString() }, mark), seq: Infinity, id, sender: "counsellor", mark });
    },
    /** @param {string} id @param {number} seq */
    sent(id, seq) {
      const entry = entries.find((one) => one.id === id);
      if (!entry) return;
      entry.seq = seq;
      entry.mark.replaceChildren(texts.delivery.sent);
      entry.mark.className = "";
    },
    /** @param {string} id @param {string} text @param {string} why */
    failed(id, text, why) {
      const entry = entries.find((one) => one.id === id);
      if (!entry) return;
      entry.mark.className = "delivery-failed";
      const retry = el("button", { class: "button quiet", type: "button", text: texts.retry, on: { click: () => {
        entry.mark.replaceChildren(texts.delivery.sending);
        onRetry(id, text);
      } } });
      entry.mark.replaceChildren(`${texts.delivery.failed}. ${why} `, retry);
    },
    /** The highest seq shown. */
    get last() {
      return entries.reduce((most, entry) => (entry.seq === Infinity ? most : Math.max(most, entry.seq)), 0);
    },
    clear() {
      entries = [];
      element.replaceChildren();
    },
  };
}

/** @param {Message} message @param {HTMLElement} mark */
function draw(message, mark) {
  const words = el("p", { class: "text", dir: "auto", lang: message.lang });
  if (message.sender === "visitor") words.textContent = message.text;
  else fill(words, message.text);
  const time = clockTime(message.at);
  return el("div", { class: `message ${message.sender}${message.sender === "counsellor" ? " mine" : ""}` },
    el("p", { class: "sender", text: texts.senders[message.sender] ?? "" }),
    el("div", { class: "bubble" }, words),
    contactList(message.contacts, TEXTS.contacts),
    el("p", { class: "meta" },
      time ? el("time", { datetime: message.at, text: time }) : null,
      message.checked === false ? el("span", { class: "unchecked", text: texts.unchecked }) : null, mark));
}
