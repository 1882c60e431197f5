// @ts-check
/** The messages of an open conversation, in order of seq, each once; one's own at once. */
import { contactList } from "../shared/contacts.js";
import { el, setText } from "../shared/dom.js";
import { fill } from "../shared/richtext.js";
import { clockTime } from "../shared/time.js";
import { TEXTS } from "./texts.js";

/** @typedef {import("../shared/types.js").Message} Message */
/** @typedef {import("../shared/types.js").Delivery} Delivery */
/**
 * own: where a message of this page's stands on its way to the server
 * @typedef {{element: HTMLElement, seq: number, id: string | null, sender: string, mark: HTMLElement, own?: "sending" | "stored" | "failed"}} Entry
 */

const texts = TEXTS.conversation;

/**
 * Make the list.
 * @param {(id: string, text: string) => void} onRetry
 */
export function createEntries(onRetry) {
  const element = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": texts.log, tabindex: 0 });
  /** @type {Entry[]} */
  let entries = [];
  /** @type {Record<string, Delivery> | null} null: the visitor's own page fetches what is said */
  let fates = null;
  /** @type {Set<string> | null} null: what had gone wrong before is no news */
  let troubles = null;

  /** Say under a message where it stands, unless it is still on its way to the server. @param {Entry} entry */
  function settle(entry) {
    if (entry.own === "sending" || entry.own === "failed") return;
    const fate = fates?.[entry.seq];
    const before = entry.own ? (fates ? texts.delivery.onItsWay : texts.delivery.sent) : "";
    setText(entry.mark, fate ? fate.text : before);
    entry.mark.className = fate && fate.text ? `delivery ${fate.state}` : "";
  }

  /** @param {Entry} entry @param {number} seq */
  function stored(entry, seq) {
    entry.seq = seq;
    if (entry.own) entry.own = "stored";
    settle(entry);
  }

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

  // What is said above the field takes room from the list, and a line under a message makes it taller.
  let atEnd = true;
  element.addEventListener("scroll", () => { atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40; }, { passive: true });
  new ResizeObserver(() => atEnd && toEnd()).observe(element);

  return {
    element,
    toEnd,
    /** @param {Message} message */
    add(message) {
      const known = entries.find((entry) => (message.id && entry.id === message.id) || entry.seq === message.seq);
      if (known) return stored(known, message.seq ?? known.seq);
      const mark = el("span");
      const entry = { element: draw(message, mark), seq: message.seq ?? Infinity, id: message.id ?? null, sender: message.sender, mark };
      place(entry);
      settle(entry);
    },
    /** @param {string} id @param {string} text */
    addOwn(id, text) {
      const mark = el("span", { text: texts.delivery.sending });
      place({ element: draw({ sender: "counsellor", text, at: new Date().toISOString() }, mark), seq: Infinity, id, sender: "counsellor", mark, own: "sending" });
    },
    /** @param {string} id @param {number} seq */
    sent(id, seq) {
      const entry = entries.find((one) => one.id === id);
      if (entry) stored(entry, seq);
    },
    /**
     * Tell what became of our messages on the way to a phone.
     * @param {Record<string, Delivery> | null} found  by seq; null in the web chat
     * @returns {string} what has gone wrong since the last time, "" where nothing has
     */
    delivery(found) {
      fates = found;
      entries.forEach(settle);
      if (atEnd) toEnd();
      const wrong = Object.entries(found ?? {}).filter(([, fate]) => fate.state === "failed" || fate.state === "doubt");
      const fresh = wrong.filter(([seq, fate]) => troubles && !troubles.has(`${seq} ${fate.state}`));
      troubles = new Set(wrong.map(([seq, fate]) => `${seq} ${fate.state}`));
      return fresh.length ? fresh[fresh.length - 1][1].text : "";
    },
    /** Take away words that are taken back or edited. @param {{seq: number, text: string}[]} found */
    blank(found) {
      for (const { seq, text } of found) {
        const entry = entries.find((one) => one.seq === seq);
        const words = entry?.element.querySelector(".text");
        if (!entry || !words) continue;
        setText(words, text);
        entry.element.classList.add("blank");
      }
    },
    /** @param {string} id @param {string} text @param {string} why */
    failed(id, text, why) {
      const entry = entries.find((one) => one.id === id);
      if (!entry) return;
      entry.own = "failed";
      entry.mark.className = "delivery failed";
      const retry = el("button", { class: "button quiet", type: "button", text: texts.retry, on: { click: () => {
        entry.own = "sending";
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
