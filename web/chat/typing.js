// @ts-check
/** "Kuratorn skriver" and the bot's dots. Only the counsellor's is announced to screen readers. */
import { el, setText } from "../shared/dom.js";
import { TEXTS } from "./texts.js";

const LASTS_MS = 4000;
const BOT_LASTS_MS = 8000;
const SLOW_AFTER_MS = 10000;

/**
 * Make the indicator.
 * @param {HTMLElement} place
 * @param {(slow: boolean) => void} onSlow  an answer is late
 */
export function createTyping(place, onSlow) {
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const words = el("span", { role: "status" });
  const line = el("div", { class: "typing" }, dots, words);
  dots.hidden = true;
  place.append(line);
  /** @type {Set<string>} */
  const awaited = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let slowTimer;

  /**
   * @param {string} sender
   * @param {number} [ms]
   */
  function show(sender, ms = LASTS_MS) {
    clearTimeout(timer);
    dots.hidden = false;
    setText(words, sender === "counsellor" ? TEXTS.typing.counsellor : "");
    timer = setTimeout(hide, ms);
  }

  function hide() {
    clearTimeout(timer);
    dots.hidden = true;
    setText(words, "");
  }

  /** @param {string} id */
  function answered(id) {
    awaited.delete(id);
    if (awaited.size) return;
    clearTimeout(slowTimer);
    onSlow(false);
    if (!words.textContent) hide();
  }

  return {
    show,
    hide,
    answered,
    /** @param {string} id  the bot owes an answer to it */
    awaits(id) {
      awaited.add(id);
      show("bot", BOT_LASTS_MS);
      clearTimeout(slowTimer);
      slowTimer = setTimeout(() => onSlow(true), SLOW_AFTER_MS);
    },
    clear() {
      awaited.clear();
      clearTimeout(slowTimer);
      onSlow(false);
      hide();
    },
  };
}
