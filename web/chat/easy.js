// @ts-check
/** The button for easy-read Swedish. It says the word for the visitor: what is said decides, here as in any other channel. */
import { el } from "../shared/dom.js";

/**
 * @param {{ open: string, on: string, off: string }} texts `open`: the button; `on` and `off`: what it says
 * @param {(text: string) => void} say
 */
export function createEasy(texts, say) {
  const button = el("button", { class: "button quiet", type: "button", text: texts.open, "aria-pressed": "false", on: { click: () => say(isOn() ? texts.off : texts.on) } });

  function isOn() {
    return button.getAttribute("aria-pressed") === "true";
  }

  return {
    element: button,
    /** Follows what the visitor has said, also in another window or before a reload. @param {string} text */
    heard(text) {
      const word = text.trim().toLowerCase();
      if (word === texts.on || word === texts.off) button.setAttribute("aria-pressed", String(word === texts.on));
    },
    clear() {
      button.setAttribute("aria-pressed", "false");
    },
    /** @param {boolean} shown nobody but the bot takes the word as meant */
    show(shown) {
      button.hidden = !shown;
    },
  };
}
