// @ts-check
/** Whether words reach somebody at a phone: until when, whether they want it, and what it leaves behind there. */
import { el, setText } from "../shared/dom.js";
import { timeFromNow } from "../shared/time.js";
import { TEXTS } from "./texts.js";

const SOON_MS = 2 * 3600 * 1000; // a card tells of a window that ends within this
const texts = TEXTS.reach;
const WEB = "web";
/** @type {Set<string>} channels whose hint has been read since the page was opened */
const read = new Set();

/** @typedef {import("../shared/types.js").Card} Card */
/** @typedef {import("../shared/types.js").Conversation} Conversation */

/**
 * Give how long it is until a moment, never more than that.
 * @param {number} ms
 */
function rest(ms) {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return texts.moment;
  if (minutes < 60) return texts.minutes(minutes);
  return minutes < 48 * 60 ? texts.hours(Math.floor(minutes / 60)) : texts.days(Math.floor(minutes / (24 * 60)));
}

/**
 * Say what a card must tell in a few words; "" where there is nothing to tell.
 * @param {Card} card
 */
export function shortReach({ stopped, window_ends }) {
  if (stopped) return texts.shortStopped;
  const left = window_ends ? Date.parse(window_ends) - Date.now() : Infinity;
  if (left <= 0) return texts.shortOver;
  return left < SOON_MS && window_ends ? texts.shortUntil(timeFromNow(window_ends)) : "";
}

/** Make the lines for an open conversation, and the hint above it. */
export function createReach() {
  const until = el("p", { class: "reach-until" });
  const trouble = el("p", { class: "notice", role: "status" });
  const element = el("div", { class: "reach" }, until, trouble);
  const name = el("p", { class: "sees-label" });
  const hint = el("div", { class: "reach-hint", role: "note", hidden: true }, name,
    el("p", { text: texts.hintLead }),
    el("button", { class: "button small", type: "button", text: texts.hintSeen, on: { click: dismiss } }));
  /** @type {Conversation | null} */
  let known = null;
  const ticking = setInterval(tick, 1000);

  function dismiss() {
    if (known) read.add(known.channel);
    hint.hidden = true;
    /** @type {HTMLElement | null | undefined} */ (hint.closest(".conversation")?.querySelector("textarea"))?.focus();
  }

  function tick() {
    if (!known) return;
    const { stopped, window_ends, silent_ends } = known;
    const now = Date.now();
    const over = !stopped && window_ends !== null && Date.parse(window_ends) <= now;
    // The talk itself may end before the window does.
    const ends = window_ends && silent_ends && silent_ends < window_ends ? silent_ends : window_ends;
    const left = ends ? Date.parse(ends) - now : 0;
    setText(until, !stopped && ends && left > 0 ? texts.until(timeFromNow(ends), rest(left)) : "");
    setText(trouble, stopped ? texts.stopped : over ? texts.over(TEXTS.channels[known.channel] ?? known.channel) : "");
  }

  return {
    element,
    hint,
    /** @param {Conversation} conversation */
    show(conversation) {
      known = conversation;
      setText(name, texts.hint(TEXTS.channels[known.channel] ?? known.channel));
      hint.hidden = known.channel === WEB || read.has(known.channel);
      tick();
    },
    stop: () => clearInterval(ticking),
  };
}
