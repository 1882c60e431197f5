// @ts-check
/** Calm lines above the composer: the connection, what the server could not do, what is gone. */
import { el, setText } from "../shared/dom.js";
import { fill } from "../shared/richtext.js";
import { TEXTS } from "./texts.js";

const LOST_AFTER_MS = 900; // a shorter break is not worth a word
const LONG_AFTER_MS = 20000;
const ERROR_LASTS_MS = 12000;

/**
 * Make the notices.
 * @param {HTMLElement} place
 * @param {() => void} onHere  "continue here", after another window took over
 */
export function createNotices(place, onHere) {
  const connection = el("p", { class: "notice", role: "status" });
  const info = el("p", { class: "notice", role: "status" });
  const error = el("p", { class: "notice error", role: "alert" });
  const here = el("button", { class: "button", type: "button", text: TEXTS.connection.here, on: { click: onHere } });
  here.hidden = true;
  place.append(info, connection, here, error);
  let wasOpen = false;
  let lost = false;
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let errorTimer;

  /**
   * @param {HTMLElement} line
   * @param {string} text
   */
  function say(line, text) {
    if (line.textContent === text) return;
    line.replaceChildren();
    fill(line, text);
  }

  function calm() {
    timers.forEach(clearTimeout);
    timers = [];
    lost = false;
    here.hidden = true;
  }

  return {
    /** @param {import("./transport.js").Connection} state */
    connection(state) {
      if (state === "open") {
        calm();
        wasOpen = true;
        setText(connection, "");
      } else if (state === "elsewhere") {
        calm();
        say(connection, TEXTS.connection.elsewhere);
        here.hidden = false;
      } else if (state === "connecting" && !wasOpen && !lost) {
        say(connection, TEXTS.connection.first);
      } else if (state === "lost" && !lost) {
        lost = true;
        timers.push(setTimeout(() => say(connection, wasOpen ? TEXTS.connection.lost : TEXTS.connection.unreachable), LOST_AFTER_MS));
        if (wasOpen) timers.push(setTimeout(() => say(connection, TEXTS.connection.long), LONG_AFTER_MS));
      }
    },
    /** @param {string} text  "" takes it away */
    info: (text) => say(info, text),
    /**
     * Say what went wrong. `unavailable` stays until something is accepted again.
     * @param {string} code
     * @param {string} text
     */
    error(code, text) {
      clearTimeout(errorTimer);
      error.classList.toggle("strong", code === "unavailable");
      say(error, text);
      if (code !== "unavailable") errorTimer = setTimeout(() => setText(error, ""), ERROR_LASTS_MS);
    },
    clearError() {
      clearTimeout(errorTimer);
      setText(error, "");
    },
  };
}
