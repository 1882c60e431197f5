// @ts-check
/** The bar that says with whom one writes, and the way on: leave the queue, begin again. */
import { el, setText } from "../shared/dom.js";
import { TEXTS } from "./texts.js";

/**
 * Make the bar.
 * @param {HTMLElement} place
 * @param {{onAgain: () => void, onLeaveQueue: () => void, onWriteLater: () => void, onFocusLost: () => void}} actions
 *   onFocusLost: the button that had the focus is going
 */
export function createStatus(place, { onAgain, onLeaveQueue, onWriteLater, onFocusLost }) {
  const words = el("p", { class: "status-words", role: "status" });
  const again = el("button", { class: "button primary", type: "button", text: TEXTS.status.again, on: { click: onAgain } });
  const leave = el("button", { class: "button", type: "button", text: TEXTS.status.leaveQueue, on: { click: onLeaveQueue } });
  const later = el("button", { class: "button", type: "button", text: TEXTS.status.writeLater, on: { click: onWriteLater } });
  const waiting = el("div", { class: "status-ways" }, later, leave);
  place.append(words, waiting, again);
  waiting.hidden = true;
  again.hidden = true;

  return {
    again,
    /**
     * @param {import("../shared/types.js").StateFrame} frame
     */
    show(frame) {
      place.dataset.state = frame.state;
      setText(words, wordsFor(frame));
      if (frame.state !== "waiting" && waiting.contains(document.activeElement)) onFocusLost();
      waiting.hidden = frame.state !== "waiting";
      again.hidden = frame.state !== "closed";
    },
    clear() {
      place.dataset.state = "";
      setText(words, "");
      waiting.hidden = true;
      again.hidden = true;
    },
  };
}

/** @param {import("../shared/types.js").StateFrame} frame */
function wordsFor(frame) {
  if (frame.state === "waiting") return TEXTS.status.waiting(frame.position, frame.wait_minutes);
  return TEXTS.status[frame.state] ?? "";
}
