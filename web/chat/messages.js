// @ts-check
/** The list of messages: order by seq, own messages at once, each only one time. */
import { contactList } from "../shared/contacts.js";
import { el, setText } from "../shared/dom.js";
import { fill } from "../shared/richtext.js";
import { clockTime } from "../shared/time.js";
import { sixWords } from "./six-words.js";
import { TEXTS } from "./texts.js";

/** @typedef {import("../shared/types.js").Message} Message */
/** @typedef {{element: HTMLElement, seq: number, sender: string, id: string | null, mark: HTMLElement | null}} Entry */

/**
 * Make the list.
 * @param {HTMLElement} log  role=log
 * @param {(message: Message) => HTMLElement | null} choicesOf  the buttons under a message
 */
export function createMessages(log, choicesOf) {
  /** @type {Entry[]} */
  let entries = [];

  /** @param {Entry} entry */
  function place(entry) {
    const at = entries.findIndex((other) => other.seq > entry.seq);
    if (at < 0) {
      entries.push(entry);
      log.append(entry.element);
    } else {
      log.insertBefore(entry.element, entries[at].element);
      entries.splice(at, 0, entry);
    }
    markTurns();
  }

  /** A turn is a run of messages from one sender; only its first shows the name. */
  function markTurns() {
    entries.forEach((entry, index) => entry.element.classList.toggle("turn", index === 0 || entries[index - 1].sender !== entry.sender));
  }

  /** Only the newest own message needs to say that it arrived. */
  function quietOlderMarks() {
    const own = entries.filter((entry) => entry.mark);
    own.slice(0, -1).forEach((entry) => {
      if (entry.mark && entry.mark.dataset.delivery === "sent") entry.mark.hidden = true;
    });
  }

  /** @param {string | undefined | null} id */
  const byId = (id) => (id ? entries.find((entry) => entry.id === id) : undefined);

  /**
   * @param {string} id
   * @param {keyof typeof TEXTS.delivery} delivery
   */
  function setDelivery(id, delivery) {
    const mark = byId(id)?.mark;
    if (!mark) return;
    mark.dataset.delivery = delivery;
    mark.hidden = false;
    setText(mark, TEXTS.delivery[delivery]);
    quietOlderMarks();
  }

  return {
    /**
     * @param {Message} message
     * @returns {HTMLElement | null} the new element; null when the message was here already
     */
    add(message) {
      if (byId(message.id)) {
        this.accepted(String(message.id), message.seq ?? 0);
        return null;
      }
      const entry = { element: draw(message, choicesOf(message), null), seq: message.seq ?? Infinity, sender: message.sender, id: message.id ?? null, mark: null };
      place(entry);
      return entry.element;
    },
    /**
     * @param {string} id
     * @param {string} text
     */
    addOwn(id, text) {
      const mark = el("span", { class: "delivery" });
      const element = draw({ sender: "visitor", text, at: new Date().toISOString() }, null, mark);
      place({ element, seq: Infinity, sender: "visitor", id, mark });
      setDelivery(id, "sending");
      return element;
    },
    /**
     * @param {string} id
     * @param {number} seq
     */
    accepted(id, seq) {
      const entry = byId(id);
      if (!entry) return;
      if (seq) entry.seq = seq;
      setDelivery(id, "sent");
    },
    /** @param {string} id */
    failed: (id) => setDelivery(id, "failed"),
    /** @param {boolean} waiting  there is no link now */
    showWaiting(waiting) {
      for (const { id, mark } of entries) {
        if (id && mark && /sending|waiting/.test(mark.dataset.delivery ?? "")) setDelivery(id, waiting ? "waiting" : "sending");
      }
    },
    /** @param {string} id */
    remove(id) {
      byId(id)?.element.remove();
      entries = entries.filter((entry) => entry.id !== id);
      markTurns();
    },
    /** @param {string[]} [keep] ids */
    clear(keep = []) {
      entries = entries.filter((entry) => entry.id && keep.includes(entry.id));
      log.replaceChildren(...entries.map((entry) => entry.element));
      markTurns();
    },
  };
}

/**
 * @param {Message} message
 * @param {HTMLElement | null} choices
 * @param {HTMLElement | null} mark
 */
function draw(message, choices, mark) {
  const text = (message.sender === "system" && sixWords(message)) || plainText(message);
  const time = clockTime(message.at);
  return el("div", { class: `message ${message.sender}${message.sender === "visitor" ? " mine" : ""}` },
    el("p", { class: "sender", text: TEXTS.senders[message.sender] ?? "" }),
    el("div", { class: "bubble" }, text),
    contactList(message.contacts, TEXTS.contacts),
    el("p", { class: "meta" },
      time ? el("time", { datetime: message.at, text: time }) : null,
      message.checked === false ? el("span", { class: "unchecked", text: TEXTS.unchecked }) : null,
      mark),
    choices);
}

/** @param {Message} message */
function plainText(message) {
  const text = el("p", { class: "text", dir: "auto", lang: message.lang });
  if (message.sender === "visitor") text.textContent = message.text;
  else fill(text, message.text);
  return text;
}
