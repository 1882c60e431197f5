// @ts-check
/**
 * Alarms to everybody who is logged in: a banner that demands attention and never takes the focus.
 * "Uppfattat" puts it away until the server calls again, which it does until somebody has done something.
 */
import { el, setText } from "../shared/dom.js";
import { waited } from "../shared/time.js";
import { TEXTS } from "./texts.js";

const texts = TEXTS.alarms;
/** @typedef {import("../shared/types.js").Alarm} Alarm */
/** @typedef {{alarm: Alarm, element: HTMLElement, words: HTMLElement}} Row */

/**
 * Make the banner.
 * @param {object} events
 * @param {(alarm: Alarm) => void} events.onShow  the reader wants to see it
 * @param {() => void} events.onSeen  the reader has put one away with its button, which is gone now
 * @param {(any: boolean) => void} events.onChange
 */
export function createAlarms({ onShow, onSeen, onChange }) {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  const element = el("ul", { class: "alarms", "aria-label": texts.label });
  element.hidden = true;

  /** @param {string} key */
  function drop(key) {
    rows.get(key)?.element.remove();
    rows.delete(key);
    element.hidden = rows.size === 0;
    onChange(rows.size > 0);
  }

  /** @param {Alarm} alarm @returns {Row} */
  function add(alarm) {
    const key = keyOf(alarm);
    const words = el("p", { role: "alert" });
    const show = el("button", { class: "button", type: "button", text: alarm.reason === "unclaimed" ? texts.showTalk : texts.showLetter, on: { click: () => onShow(alarm) } });
    const seen = el("button", { class: "button quiet", type: "button", text: texts.seen, on: { click: () => { drop(key); onSeen(); } } });
    const row = { alarm, words, element: el("li", { class: "alarm-row" }, words, el("span", { class: "banner-buttons" }, show, seen)) };
    rows.set(key, row);
    element.append(row.element);
    element.hidden = false;
    return row;
  }

  return {
    element,
    /** @param {Alarm} alarm  read aloud again at every repeat */
    hear(alarm) {
      const row = rows.get(keyOf(alarm)) ?? add(alarm);
      const time = alarm.seconds === null ? "" : waited(alarm.seconds);
      setText(row.words, "");
      // an alert that was there before its words is read aloud; a window in the background has no frames, only timers
      setTimeout(() => setText(row.words, texts[alarm.reason](alarm.pseudonym, time)), 50);
      onChange(true);
    },
    /**
     * Take away what somebody has seen to.
     * @param {Alarm["reason"]} reason
     * @param {Set<string>} still  ids that it is still true of
     */
    settle(reason, still) {
      for (const [key, row] of [...rows]) if (row.alarm.reason === reason && !still.has(row.alarm.id)) drop(key);
    },
  };
}

/** @param {Alarm} alarm */
function keyOf(alarm) {
  return `${alarm.reason} ${alarm.id}`;
}
