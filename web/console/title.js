// @ts-check
/** The window's title: an alarm first, then how many wait. Seen when another window is in front. */
import { TEXTS } from "./texts.js";

/** Make the title's keeper. */
export function createTitle() {
  let waiting = 0;
  let alarmed = false;

  function draw() {
    document.title = alarmed ? TEXTS.titleAlarm : waiting ? TEXTS.titleWaiting(waiting) : TEXTS.title;
  }

  return {
    /** @param {number} n */
    waiting(n) {
      waiting = n;
      draw();
    },
    /** @param {boolean} on */
    alarmed(on) {
      alarmed = on;
      draw();
    },
    clear() {
      document.title = TEXTS.title;
    },
  };
}

/** @typedef {ReturnType<typeof createTitle>} Title */
